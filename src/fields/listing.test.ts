import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELD_CATALOG } from './catalog.ts';
import { FIELD_SOURCES, listFields } from './listing.ts';

const listed = FIELD_CATALOG.fields.filter(
  ({ hidden, deprecated, outputOnly }) => !hidden && !deprecated && !outputOnly,
);

test('names alone, one a line', () => {
  const names = listFields({ namesOnly: true }).trimEnd().split('\n');
  assert.deepEqual(
    names,
    listed.map(({ name }) => name),
  );
  for (const absent of [
    'evt.dir',
    'evt.latency',
    'evt.outputtime',
    'util.cnt',
    'k8s.svc.name',
    'thread.nametid',
  ])
    assert.ok(!names.includes(absent), absent);
});

test('only the fields of one source', () => {
  assert.deepEqual(FIELD_SOURCES, ['k8s_audit', 'syscall']);
  const audit = listFields({ namesOnly: true, source: 'k8s_audit' }).trimEnd().split('\n');
  assert.ok(audit.includes('ka.verb') && audit.includes('jevt.value') && audit.includes('evt.time'));
  assert.ok(!audit.includes('proc.name') && !audit.includes('evt.type'));
  const syscall = listFields({ namesOnly: true, source: 'syscall' }).trimEnd().split('\n');
  assert.ok(syscall.includes('proc.name') && syscall.includes('evt.time') && !syscall.includes('ka.verb'));
  assert.equal(listFields({ source: 'nothing' }), '');
});

test('JSON has classes with their fields', () => {
  const { fieldclasses } = JSON.parse(listFields({ format: 'json' }));
  const names = fieldclasses.flatMap(({ fields }: { fields: { name: string }[] }) =>
    fields.map(({ name }) => name),
  );
  assert.deepEqual(
    names,
    listed.map(({ name }) => name),
  );
  const event = fieldclasses[0];
  assert.deepEqual(Object.keys(event), ['name', 'desc', 'event_sources', 'fields']);
  assert.deepEqual(event.event_sources, ['k8s_audit', 'syscall']);
  const find = (name: string) =>
    fieldclasses
      .flatMap(({ fields }: { fields: object[] }) => fields)
      .find((field: { name: string }) => field.name === name);
  assert.deepEqual(find('evt.num').argument, null);
  assert.deepEqual(find('evt.arg').argument, { required: true, type: ['INDEX', 'KEY'] });
  assert.deepEqual(find('proc.aname').argument, { required: false, type: ['INDEX'] });
  assert.deepEqual(
    [find('fd.types').is_list, find('fd.types').type, find('evt.rawarg').type],
    [true, 'CHARBUF', 'DYNAMIC'],
  );
  assert.deepEqual(JSON.parse(listFields({ format: 'json', namesOnly: true })).fieldnames, names);
});

test('text breaks descriptions in a column of their own', () => {
  const text = listFields();
  assert.match(text, /^-{31}\nField Class: {18}evt \(All event types\)\nDescription: {18}What is known/);
  assert.match(text, /\nEvent Sources: {16}k8s_audit syscall\n\nevt\.num {23}Number of the event/);
  assert.match(text, /\nfd\.ip {25}\(EPF_NO_RHS,EPF_NO_TRANSFORMER,FILTER_ONLY\) Address of either end/);
  assert.match(text, /\nproc\.exe_ino\.ctime_duration_proc_start\n {30}Nanoseconds/);
  for (const line of text.split('\n')) assert.ok(line.length <= 150, line);
  assert.match(listFields({ verbose: true }), /\nproc\.pid {22}\(Type: INT64\) Id of the process/);
});

test('Markdown has one table per class', () => {
  const markdown = listFields({ format: 'markdown' });
  assert.match(markdown, /^## Field Class: evt\n\n/);
  assert.match(
    markdown,
    /\nName \| Type \| Description\n:----\|:-----\|:-----------\n`evt\.num` \| UINT64 \| Number/,
  );
  assert.match(markdown, /\n`fd\.types` \| LIST\(CHARBUF\) \| /);
  for (const row of markdown.split('\n').filter((line) => line.startsWith('`')))
    assert.equal(row.split(/(?<!\\)\|/).length, 3, row);
});
