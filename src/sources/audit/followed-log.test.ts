import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { FollowedLog } from './followed-log.ts';
import { AuditLogFile } from './log-file.ts';
import { AuditProbe, auditEventOf, eventList } from './testing.ts';

interface Place {
  readonly log: string;
  readonly folder: string;
  readonly said: string[];
  readonly follow: (fromStart?: boolean) => Promise<AuditProbe>;
}

function place(context: TestContext): Place {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-audit-'));
  const probes: AuditProbe[] = [];
  context.after(async () => {
    // Who follows keeps the place in the folder as it ends.
    for (const probe of probes) await probe.stop();
    rmSync(folder, { recursive: true });
  });
  const log = join(folder, 'audit.log');
  const said: string[] = [];
  const follow = async (fromStart = true): Promise<AuditProbe> => {
    const probe = new AuditProbe();
    const options = {
      path: log,
      stateDirectory: join(folder, 'state'),
      fromStart,
      log: (line: string) => void said.push(line),
    };
    probe.start(new FollowedLog(options, probe.intake));
    probes.push(probe);
    return probe;
  };
  return { log, folder, said, follow };
}

function lines(...ids: readonly string[]): string {
  return ids.map((id) => `${JSON.stringify(auditEventOf(id))}\n`).join('');
}

test('what is there and what comes', async (context) => {
  const { log, follow } = place(context);
  writeFileSync(log, lines('a', 'b'));
  const probe = await follow();
  await probe.until(2);
  appendFileSync(log, `${lines('c')}\n${lines('d').slice(0, 50)}`);
  await probe.until(3);
  appendFileSync(log, lines('d').slice(50));
  await probe.until(4);
  assert.deepEqual(probe.ids, ['a', 'b', 'c', 'd']);
});

test('without a position lines count from the moment when it was made', async (context) => {
  const { log, follow } = place(context);
  writeFileSync(log, lines('a'));
  const probe = await follow(false);
  appendFileSync(log, lines('b'));
  await probe.until(1);
  assert.deepEqual(probe.ids, ['b']);
});

test('a file that comes later', async (context) => {
  const { log, follow, said } = place(context);
  const probe = await follow(false);
  while (said.length === 0) await setImmediate();
  writeFileSync(log, lines('a'));
  await probe.until(1);
  assert.deepEqual(probe.ids, ['a']);
  assert.match(said.join(), /is not there yet/);
});

test('rotation: the file is moved away and another one begun', async (context) => {
  const { log, follow } = place(context);
  writeFileSync(log, lines('a'));
  const probe = await follow();
  await probe.until(1);
  appendFileSync(log, lines('b'));
  renameSync(log, `${log}.1`);
  appendFileSync(`${log}.1`, lines('c'));
  writeFileSync(log, lines('d'));
  await probe.until(4);
  renameSync(log, `${log}.2`);
  writeFileSync(log, lines('e'));
  await probe.until(5);
  assert.deepEqual(probe.ids, ['a', 'b', 'c', 'd', 'e']);
});

test('truncation: the file is begun anew', async (context) => {
  const { log, follow } = place(context);
  writeFileSync(log, lines('a', 'b', 'c'));
  const probe = await follow();
  await probe.until(3);
  truncateSync(log);
  appendFileSync(log, lines('d'));
  await probe.until(4);
  // Before anybody has looked it is longer than it was.
  writeFileSync(log, lines('e', 'f', 'g', 'h'));
  await probe.until(8);
  assert.deepEqual(probe.ids, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
});

test('the next run goes on where the last one ended', async (context) => {
  const { log, follow } = place(context);
  writeFileSync(log, lines('old'));
  const first = await follow();
  await first.until(1);
  appendFileSync(log, lines('half').slice(0, 40));
  await first.stop();
  appendFileSync(log, lines('half').slice(40) + lines('new'));
  const second = await follow(false);
  await second.until(2);
  assert.deepEqual(second.ids, ['half', 'new']);
});

test('rotations between two runs', async (context) => {
  const { log, folder, follow } = place(context);
  writeFileSync(log, lines('a'));
  const first = await follow();
  await first.until(1);
  await first.stop();
  appendFileSync(log, lines('b'));
  const moved = (name: string, ...ids: string[]): string => {
    const path = join(folder, `${name}.log`);
    writeFileSync(path, lines(...ids));
    return path;
  };
  renameSync(log, join(folder, 'audit-1.log'));
  utimesSync(join(folder, 'audit-1.log'), 1000, 1000);
  utimesSync(moved('audit-3', 'd'), 3000, 3000);
  utimesSync(moved('audit-2', 'c'), 2000, 2000);
  utimesSync(moved('audit-0', 'before'), 500, 500);
  writeFileSync(log, lines('e'));
  const second = await follow();
  await second.until(4);
  assert.deepEqual(second.ids, ['b', 'c', 'd', 'e']);
});

test('a position in a file that is gone is said, and nothing is left out of the present one', async (context) => {
  const { log, follow, said } = place(context);
  writeFileSync(log, lines('a', 'b'));
  const first = await follow();
  await first.until(2);
  await first.stop();
  writeFileSync(log, lines('c'));
  const second = await follow();
  await second.until(1);
  assert.deepEqual(second.ids, ['c']);
  assert.match(said.join('\n'), /not there any more/);
});

test('without a position only what comes is read, unless it is wanted', async (context) => {
  const { log, folder, follow } = place(context);
  writeFileSync(log, lines('a'));
  const probe = await follow(false);
  await probe.stop();
  const [state] = JSON.stringify(readState(folder)).match(/"offset":\d+/) ?? [];
  assert.equal(state, `"offset":${lines('a').length}`);
  assert.deepEqual(probe.ids, []);
});

function readState(folder: string): unknown {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const name = createHash('sha256').update(join(folder, 'audit.log')).digest('hex').slice(0, 16);
  return JSON.parse(readFileSync(join(folder, 'state', `${name}.json`), 'utf8'));
}

test('lines that are no audit events, and one that is too long, cost nothing but themselves', async (context) => {
  const { log, follow } = place(context);
  const long = JSON.stringify(auditEventOf('long', { requestObject: { text: 'x'.repeat(2_000_000) } }));
  writeFileSync(log, `nonsense\n${lines('a')}${long}\n${lines('b')}{"kind":\n`);
  const probe = await follow();
  await probe.until(3);
  assert.deepEqual(probe.ids, ['a', 'long', 'b']);
  await probe.stop();
  const { malformed, cutOff } = probe.intake.counts;
  assert.deepEqual([malformed, cutOff], [2, 1]);
});

test('what cannot be read for a while is said once, and read when it can be', async (context) => {
  const { log, follow, said } = place(context);
  writeFileSync(log, lines('a'));
  const probe = await follow();
  await probe.until(1);
  renameSync(log, `${log}.1`);
  mkdirSync(log);
  appendFileSync(`${log}.1`, lines('b'));
  await probe.until(2);
  rmdirSync(log);
  writeFileSync(log, lines('c'));
  await probe.until(3);
  assert.deepEqual(probe.ids, ['a', 'b', 'c']);
  assert.ok(said.filter((line) => line.includes('EISDIR')).length <= 1);
});

test('a file, and a folder of files, are read once', async (context) => {
  const { folder } = place(context);
  const one = join(folder, 'one.log');
  writeFileSync(one, `${lines('a')}\r\n${JSON.stringify(eventList(auditEventOf('b')))}`);
  const two = join(folder, 'two.log');
  writeFileSync(two, lines('c'));
  utimesSync(two, 1, 1);
  const file = new AuditProbe();
  file.start(new AuditLogFile(one, file.intake));
  await file.ended();
  assert.deepEqual(file.ids, ['a', 'b']);
  const all = new AuditProbe({ queueBytes: 10 });
  all.start(new AuditLogFile(folder, all.intake));
  await all.ended();
  assert.deepEqual(all.ids, ['c', 'a', 'b']);
  mkdirSync(join(folder, 'empty'));
  const empty = new AuditProbe();
  empty.start(new AuditLogFile(join(folder, 'empty'), empty.intake));
  await assert.rejects(empty.ended(), /there are no files in this folder/);
  const none = new AuditProbe();
  none.start(new AuditLogFile(join(folder, 'none'), none.intake));
  await assert.rejects(none.ended(), /ENOENT/);
});
