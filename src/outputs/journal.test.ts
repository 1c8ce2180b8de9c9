import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { receiveDatagrams } from '../../test/support/datagrams.ts';
import type { Alert } from '../alerts/alert.ts';
import { JournalOutput } from './journal.ts';

const ALERT: Alert = {
  ...{ kind: 'rule', rule: 'A rule', priority: 'Warning', source: 'syscall', tags: ['a', 'b'] },
  ...{ time: 5n, hostname: 'h', message: 'm' },
  fields: [
    { key: 'proc.aname[2]', value: 'sh', type: 'CHARBUF' },
    { key: 'fd.name', value: 'two\nlines', type: 'CHARBUF' },
    { key: 'proc.tty', value: null, type: 'INT32' },
  ],
};

function socketIn(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-journal-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'socket');
}

function unexpected(_: unknown, error: Error): never {
  assert.fail(error);
}

function failures(): {
  readonly codes: (string | undefined)[];
  note(_: unknown, error: NodeJS.ErrnoException): void;
} {
  const codes: (string | undefined)[] = [];
  return { codes, note: (_, { code }) => codes.push(code) };
}

test('an alert becomes an entry with fields', async (context) => {
  const socket = socketIn(context);
  const receiver = await receiveDatagrams(socket);
  const output = new JournalOutput(unexpected, socket);
  output.write({ alert: ALERT, id: 'i', line: 'the line' });
  await output.close();
  await receiver.received(1);
  const [entry] = await receiver.end();
  assert.equal(
    entry?.toString('latin1'),
    'MESSAGE=the line\nPRIORITY=4\nSYSLOG_IDENTIFIER=lanner\nLANNER_RULE=A rule\nLANNER_SOURCE=syscall\n' +
      'LANNER_TAGS=a,b\nLANNER_TIME=5\nLANNER_PROC_ANAME_2=sh\n' +
      'LANNER_FD_NAME\n\x09\0\0\0\0\0\0\0two\nlines\nLANNER_PROC_TTY=\n',
  );
});

test('what the journal finds too long is cut and marked', async (context) => {
  const socket = socketIn(context);
  const receiver = await receiveDatagrams(socket);
  const output = new JournalOutput(unexpected, socket);
  output.write({ alert: ALERT, id: 'i', line: 'x'.repeat(4_000_000) });
  output.write({ alert: ALERT, id: 'i', line: 'short' });
  await receiver.received(2);
  await output.close();
  const [cut, whole] = await receiver.end();
  assert.match(
    cut?.toString('latin1') ?? '',
    /^MESSAGE=x{32768}\nPRIORITY=4\n[\s\S]*\nLANNER_TRUNCATED=1\n$/,
  );
  assert.match(whole?.toString('latin1') ?? '', /^MESSAGE=short\n/);
  assert.deepEqual(output.statistics, { written: 2, dropped: 0 });
});

test('a journal that goes away and comes back gets everything, in order, and its absence is told once', async (context) => {
  const socket = socketIn(context);
  const first = await receiveDatagrams(socket);
  const { codes, note } = failures();
  const output = new JournalOutput(note, socket);
  output.write({ alert: ALERT, id: 'i', line: '0' });
  await first.received(1);
  await first.end();
  unlinkSync(socket);
  for (let line = 1; line <= 500; line++) output.write({ alert: ALERT, id: 'i', line: String(line) });
  while (codes.length === 0) await new Promise(setImmediate);
  const second = await receiveDatagrams(socket);
  await second.received(500);
  await output.close();
  const lines = (await second.end()).map((entry) => /^MESSAGE=(.*)\n/.exec(entry.toString())?.[1]);
  assert.deepEqual(
    lines,
    Array.from({ length: 500 }, (_, index) => String(index + 1)),
  );
  assert.deepEqual([codes.length, output.statistics], [1, { written: 501, dropped: 0 }]);
});

test('a journal that reads nothing holds up nobody: what does not fit is counted, and the end does not wait for it', async (context) => {
  const socket = socketIn(context);
  const gate = `${socket}.gate`;
  const receiver = await receiveDatagrams(socket, gate);
  const { codes, note } = failures();
  const output = new JournalOutput(note, socket);
  const line = 'x'.repeat(20_000);
  for (let count = 0; count < 2000; count++) output.write({ alert: ALERT, id: 'i', line });
  assert.ok(output.statistics.dropped > 1000, 'most do not fit');
  await output.close();
  const { written, dropped } = output.statistics;
  assert.equal(written + dropped, 2000);
  assert.deepEqual(codes, ['ENOBUFS']);
  assert.equal(output.waiting, 0);
  writeFileSync(gate, '');
  await receiver.received(written);
  assert.equal((await receiver.end()).length, written);
});

test('without a journal it cannot be opened', (context) => {
  assert.throws(() => new JournalOutput(unexpected, socketIn(context)), { code: 'ENOENT' });
});
