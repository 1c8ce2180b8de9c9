/** `lanner replay` and `engine.kind=replay` as a user runs them, on captures made here. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventCodes } from '../../src/events/table.ts';
import { event, machine, section, withFile } from '../../src/sources/capture/testing.ts';
import { LANNER, start } from '../support/lanner.ts';

const RULES = `
- rule: secret opened
  desc: d
  condition: evt.type = openat and fd.name = /etc/secret
  output: fd=%fd.num name=%fd.name host=%evt.hostname proc=%proc.name
  priority: WARNING
- rule: secret read
  desc: d
  condition: evt.type = read and fd.name = /etc/secret and fd.num = 7
  output: read of %fd.name through %fd.num
  priority: NOTICE
`;

const [OPENAT = 0, READ = 0, DUP2 = 0] = ['openat', 'read', 'dup2'].map((name) => eventCodes(name).at(-1));

function opened(timestamp: bigint): Buffer {
  const values = [3n, -100n, '/etc/x/../secret', 1, 0, 0, 0n];
  return event({ code: OPENAT, tid: 100, timestamp, values });
}

/** A thread opens a file, gives it another number and reads through that. */
const CAPTURE = Buffer.concat([
  section(),
  machine('captured'),
  opened(1_000_000_000n),
  event({ code: DUP2, tid: 100, timestamp: 1_000_000_001n, values: [7n, 3n, 7n] }),
  event({ code: READ, tid: 100, timestamp: 1_000_000_002n, values: [1n, Buffer.from('x'), 7n, 1] }),
]);

async function replayed(capture: Buffer, args: (path: string) => readonly string[]) {
  return await withFile(capture, async (path) => {
    const rules = join(path, '..', 'rules.yaml');
    writeFileSync(rules, RULES);
    return await start(LANNER, [...args(path), '-r', rules, '-o', 'json_output=true']).finished;
  });
}

/** Rule and output fields of the alerts. */
function alertsIn(stdout: string): [string, unknown][] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => {
    const { rule, output_fields } = JSON.parse(line);
    const { 'evt.time': _time, ...fields } = output_fields;
    return [rule, fields];
  });
}

const EXPECTED = [
  [
    'secret opened',
    { 'evt.hostname': 'captured', 'fd.name': '/etc/secret', 'fd.num': 3, 'proc.name': '<NA>' },
  ],
  ['secret read', { 'fd.name': '/etc/secret', 'fd.num': 7 }],
];

test('a capture is judged with what it tells of its machine', async () => {
  const { code, stdout, stderr } = await replayed(CAPTURE, (path) => ['replay', path]);
  assert.equal(code, 0, stderr);
  assert.deepEqual(alertsIn(stdout), EXPECTED);
  assert.match(stdout, /Events detected: 2\n/);
  assert.equal(stderr, 'lanner: 3 events, 2 alerts (Warning 1, Notice 1)\n', 'no progress in a pipe');
});

test('--profile shows at the end what the rules have cost', async () => {
  const { code, stdout } = await replayed(CAPTURE, (path) => ['replay', path, '--profile']);
  assert.equal(code, 0);
  assert.match(stdout, /^3 events, .* settled by the index alone$/m);
  assert.match(stdout, /^ *\S+ .* +1 +1 +secret opened$/m);
});

test('the configuration may ask for a replay', async () => {
  const { code, stdout } = await replayed(CAPTURE, (path) => [
    ...['-o', 'engine.kind=replay'],
    ...['-o', `engine.replay.capture_file=${path}`],
  ]);
  assert.equal(code, 0);
  assert.deepEqual(alertsIn(stdout), EXPECTED);
});

test('a capture that is cut off is judged up to there, and the error says where', async () => {
  const cut = CAPTURE.subarray(0, CAPTURE.length - 5);
  const { code, stdout, stderr } = await replayed(cut, (path) => ['replay', path]);
  assert.equal(code, 1);
  assert.deepEqual(alertsIn(stdout), EXPECTED.slice(0, 1));
  assert.match(stderr, /^lanner: 2 events, 1 alert \(Warning 1\)\nlanner: .*test\.scap: .* offset \d+.*\n$/);
});

test('what is no capture is named in one line', async () => {
  const { code, stdout, stderr } = await replayed(Buffer.from('hello world'), (path) => ['replay', path]);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^lanner: .*test\.scap: .*\n$/);
});

test('a replay without a file is refused', async () => {
  const { code, stderr } = await replayed(CAPTURE, () => ['-o', 'engine.kind=replay']);
  assert.equal(code, 1);
  assert.match(stderr, /engine\.replay\.capture_file/);
});

test('a slow reader gets every alert', async () => {
  const many = Array.from({ length: 40_000 }, (_, index) => opened(BigInt(index + 1)));
  const capture = Buffer.concat([section(), machine('captured'), ...many]);
  await withFile(capture, async (path) => {
    const rules = join(path, '..', 'rules.yaml');
    writeFileSync(rules, RULES.replace('output: fd', `output: ${'x'.repeat(1000)} fd`));
    const command = `"${LANNER}" replay "${path}" -r "${rules}" | { sleep 1; grep -c captured; }`;
    const { stdout, stderr } = await start('/bin/sh', ['-c', command]).finished;
    assert.equal(stdout, '40000\n');
    assert.equal(stderr, 'lanner: 40000 events, 40000 alerts (Warning 40000)\n');
  });
});

test('a signal ends the replay of a pipe, though not the waiting for its writer', async () => {
  await withFile(Buffer.alloc(0), async (path) => {
    const fifo = join(path, '..', 'fifo');
    const rules = join(path, '..', 'rules.yaml');
    writeFileSync(rules, RULES);
    execFileSync('mkfifo', [fifo]);
    const running = start(LANNER, ['replay', fifo, '-r', rules]);
    const writer = await open(fifo, 'w');
    try {
      await writer.write(CAPTURE);
      await running.printed('stdout', 'read of /etc/secret through 7');
      running.child.kill('SIGINT');
      await running.printed('stdout', 'Events detected: 2\n');
    } finally {
      await writer.close();
    }
    const { code, stderr } = await running.finished;
    assert.equal(code, 0);
    assert.equal(stderr, 'lanner: 3 events, 2 alerts (Warning 1, Notice 1)\n');
  });
});
