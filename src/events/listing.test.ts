import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listEvents, SCHEMA_VERSION } from './listing.ts';

interface Listed {
  name: string;
  dir: string;
  available: boolean;
  params: { type: string; name: string; flags?: string[] }[];
}

function parsed(options: Parameters<typeof listEvents>[0] = {}): Record<string, Listed[]> {
  return JSON.parse(listEvents({ ...options, format: 'json' }));
}

test('events of today by kind, system calls without a type of their own at the end', () => {
  const all = parsed();
  assert.equal(all.schema_version as unknown, SCHEMA_VERSION);
  const syscalls = all['Syscall events'] as Listed[];
  assert.equal(syscalls.filter(({ name, dir }) => name === 'openat' && dir === '<').length, 1, 'one version');
  assert.equal(syscalls.filter(({ name }) => name === 'syscall').length, 0);
  assert.deepEqual(
    syscalls.find(({ name, dir }) => name === 'openat' && dir === '<')?.params.map(({ name }) => name),
    ['fd', 'dirfd', 'name', 'flags', 'mode', 'dev', 'ino'],
    'without extensions',
  );
  assert.ok(
    syscalls.findIndex(({ name }) => name === 'madvise') >
      syscalls.findIndex(({ name }) => name === 'keyctl'),
  );
  assert.deepEqual(all['Tracepoint events']?.map(({ name }) => name).sort(), [
    'page_fault',
    'procexit',
    'signaldeliver',
    'switch',
  ]);
  assert.deepEqual(
    all['Plugin events']?.map(({ name }) => name),
    ['pluginevent'],
  );
  assert.ok(all.Metaevents?.some(({ name }) => name === 'asyncevent'));
});

test('162 system calls have an event of their own', () => {
  const own = parsed()['Syscall events']?.filter(
    ({ dir, params }) => dir === '<' && params[0]?.name !== 'ID',
  );
  assert.equal(own?.length, 162);
});

test('flags and availability', () => {
  const all = parsed({ isAvailable: ({ name }) => name !== 'read' })['Syscall events'] as Listed[];
  assert.deepEqual(
    [
      all.find(({ name }) => name === 'read')?.available,
      all.find(({ name }) => name === 'openat')?.available,
    ],
    [false, true],
  );
  const how = all.find(({ name }) => name === 'shutdown')?.params.find(({ name }) => name === 'how');
  assert.deepEqual(how, {
    type: 'ENUMFLAGS8',
    name: 'how',
    flags: ['SHUT_UNKNOWN', 'SHUT_RDWR', 'SHUT_WR', 'SHUT_RD'],
  });
});

test('text and Markdown', () => {
  const how = 'SHUT_UNKNOWN, SHUT_RDWR, SHUT_WR, SHUT_RD';
  const text = listEvents();
  assert.ok(
    text.startsWith(
      `The events below are valid for Falco *Schema Version*: ${SCHEMA_VERSION}\n## Syscall events\n\n`,
    ),
  );
  assert.ok(text.includes(`\n< shutdown(ERRNO **res**, FD **fd**, ENUMFLAGS8 **how**: ${how})\n`));
  assert.ok(text.includes('\n< madvise(SYSCALLID **ID**, UINT16 **nativeID**)\n'));
  const markdown = listEvents({ format: 'markdown', isAvailable: () => false });
  const emphasised = how.replace(/\w+/g, '*$&*');
  assert.ok(markdown.includes('\nDefault | Dir | Name | Params \n:-------|:----|:-----|:-----\n'));
  assert.ok(
    markdown.includes(
      `\nNo | \`<\` | \`shutdown\` | ERRNO **res**, FD **fd**, ENUMFLAGS8 **how**: ${emphasised}\n`,
    ),
  );
});
