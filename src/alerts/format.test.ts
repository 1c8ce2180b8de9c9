import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertField, RuleAlert } from './alert.ts';
import { DEFAULT_FORMAT, formatJson, formatText } from './format.ts';
import { internalAlert } from './internal.ts';

process.env.TZ = 'UTC';

const TIME = 1795290112828833529n;

function alert(message: string, fields: readonly AlertField[] = []): RuleAlert {
  return {
    kind: 'rule',
    rule: 'Read sensitive file',
    priority: 'Informational',
    source: 'syscall',
    tags: ['T1555', 'host'],
    time: TIME,
    hostname: 'vm',
    message,
    fields,
  };
}

test('a text line has local time, priority and message', () => {
  assert.equal(
    formatText(alert('file=/etc/shadow'), DEFAULT_FORMAT),
    '19:41:52.828833529: Informational file=/etc/shadow',
  );
});

test('with time_format_iso_8601 the text line begins with date and time in UTC', () => {
  assert.equal(
    formatText(alert('x'), { ...DEFAULT_FORMAT, timeFormatIso8601: true }),
    '2026-11-21T19:41:52.828833529+0000: Informational x',
  );
});

test('a text line escapes as JSON does', () => {
  assert.equal(
    formatText(alert('a="b" c=\\ d=\n e=\x01 f=\x7f g=é'), DEFAULT_FORMAT),
    '19:41:52.828833529: Informational a=\\"b\\" c=\\\\ d=\\n e=\\u0001 f=\x7f g=é',
  );
});

test('no character reaches the terminal that would control it or change the direction of writing', () => {
  const name = 'a\u009b2Jb\u0085c\u202ed\u2066e\u2028f';
  const escaped = 'a\\u009b2Jb\\u0085c\\u202ed\\u2066e\\u2028f';
  assert.equal(formatText(alert(name), DEFAULT_FORMAT), `19:41:52.828833529: Informational ${escaped}`);
  const json = formatJson(alert(name, [{ key: 'fd.name', value: name, type: 'CHARBUF' }]), DEFAULT_FORMAT);
  assert.ok(json.includes(`"fd.name":"${escaped}"`), json);
  assert.equal(JSON.parse(json).output_fields['fd.name'], name);
});

test('JSON has its keys sorted and exact integers', () => {
  const fields: AlertField[] = [
    { key: 'proc.name', value: 'c"t', type: 'CHARBUF' },
    { key: 'evt.rawtime', value: TIME, type: 'ABSTIME' },
    { key: 'evt.failed', value: false, type: 'BOOL' },
    { key: 'fd.name', value: null, type: 'CHARBUF' },
    { key: 'fd.types', value: ['file', 'pipe'], type: 'CHARBUF' },
    { key: 'thread.cpu', value: 0, type: 'DOUBLE' },
    { key: 'proc.fdusage', value: 0.5, type: 'DOUBLE' },
    { key: 'user.loginuid', value: -1, type: 'INT64' },
  ];
  assert.equal(
    formatJson(alert('x', fields), DEFAULT_FORMAT),
    '{"hostname":"vm","output":"19:41:52.828833529: Informational x",' +
      '"output_fields":{"evt.failed":false,"evt.rawtime":1795290112828833529,' +
      '"evt.time":1795290112828833529,"fd.name":null,"fd.types":["file","pipe"],' +
      '"proc.fdusage":0.5,"proc.name":"c\\"t","thread.cpu":0.0,"user.loginuid":-1},' +
      '"priority":"Informational","rule":"Read sensitive file","source":"syscall",' +
      '"tags":["T1555","host"],"time":"2026-11-21T19:41:52.828833529Z"}',
  );
});

test('options leave out or add parts of the JSON', () => {
  const options = {
    timeFormatIso8601: true,
    jsonIncludeOutputProperty: false,
    jsonIncludeMessageProperty: true,
    jsonIncludeOutputFieldsProperty: false,
    jsonIncludeTagsProperty: false,
  };
  assert.equal(
    formatJson(alert('x'), options),
    '{"hostname":"vm","message":"x","priority":"Informational","rule":"Read sensitive file",' +
      '"source":"syscall","time":"2026-11-21T19:41:52.828833529Z"}',
  );
  assert.match(
    formatJson(alert('x'), { ...DEFAULT_FORMAT, timeFormatIso8601: true }),
    /"output_fields":\{"evt.time.iso8601":1795290112828833529\}/,
  );
});

test('internal alerts print their values after the message', () => {
  const internal = internalAlert({
    subject: 'syscall event drop',
    detail: '12 system calls dropped in last second.',
    priority: 'Debug',
    time: TIME,
    hostname: 'vm',
    fields: { n_evts: '99', n_drops: '12', ebpf_enabled: '1', ratio: 0.5 },
  });
  assert.equal(
    formatText(internal, { ...DEFAULT_FORMAT, timeFormatIso8601: true }),
    '19:41:52.828833529: Debug Lanner internal: syscall event drop. 12 system calls dropped in last second.' +
      ' (ebpf_enabled="1" n_drops="12" n_evts="99" ratio=0.5)',
  );
  assert.equal(
    formatJson(internal, DEFAULT_FORMAT),
    '{"hostname":"vm","output":"Lanner internal: syscall event drop. 12 system calls dropped in last second.",' +
      '"output_fields":{"ebpf_enabled":"1","n_drops":"12","n_evts":"99","ratio":0.5},"priority":"Debug",' +
      '"rule":"Lanner internal: syscall event drop","source":"internal","time":"2026-11-21T19:41:52.828833529Z"}',
  );
});
