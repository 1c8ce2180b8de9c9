/**
 * More events than any buffer holds, while processes exec, fork, change user and directory: the loss is told, and
 * some moments later every one of them is known again as it is.
 */
import assert from 'node:assert/strict';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { LANNER, type Running, start } from '../../support/lanner.ts';
import { ALL_RULES, compiled, skip, summaryIn } from './load.ts';

/** More than default buffers hold, on each CPU. */
const OPENS = 150_000;
/** Rounds in which the processes are asked, and how long each lasts. */
const ROUNDS = 60;
const ROUND_MS = 500;

const RULE = `- rule: Probe
  desc: a process that has lived through the loss opens its file
  condition: evt.type in (open, openat) and evt.arg.name contains /probe-
  output: >
    %evt.arg.name %proc.pid %proc.ppid %proc.name %proc.pname %proc.exepath %proc.cmdline %proc.cwd
    %user.uid %user.name %group.gid
  priority: NOTICE
`;

/** What is known of a process. */
interface Facts {
  readonly ppid: number;
  readonly name: string;
  readonly pname: string;
  readonly exepath: string;
  readonly cmdline: string;
  readonly cwd: string;
  readonly uid: number;
  readonly user: string;
  readonly gid: number;
}

/** As the kernel tells it. */
function truth(pid: number): Facts {
  const of = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'latin1');
  const status = (key: string) => new RegExp(`^${key}:\\s*(\\S+)`, 'm').exec(of('status'))?.[1] ?? '';
  const ppid = Number(status('PPid'));
  const name = of('comm').trim();
  const uid = Number(status('Uid'));
  return {
    ppid,
    name,
    pname: readFileSync(`/proc/${ppid}/comm`, 'latin1').trim(),
    exepath: readlinkSync(`/proc/${pid}/exe`),
    cmdline: [name, ...of('cmdline').split('\0').slice(1, -1)].join(' '),
    cwd: `${readlinkSync(`/proc/${pid}/cwd`)}/`,
    uid,
    user: uid === 0 ? 'root' : 'nobody',
    gid: Number(status('Gid')),
  };
}

/** As alerts of a round tell it, by process. */
function toldIn(round: number, stdout: string): Map<number, Facts> {
  const told = new Map<number, Facts>();
  for (const line of stdout.split('\n')) {
    if (!line.startsWith('{') || !line.includes('"rule":"Probe"')) continue;
    const { output_fields: fields } = JSON.parse(line);
    if (!String(fields['evt.arg.name']).endsWith(`/probe-${round}`)) continue;
    told.set(fields['proc.pid'], {
      ppid: fields['proc.ppid'],
      name: fields['proc.name'],
      pname: fields['proc.pname'],
      exepath: fields['proc.exepath'],
      cmdline: fields['proc.cmdline'],
      cwd: fields['proc.cwd'],
      uid: fields['user.uid'],
      user: fields['user.name'],
      gid: fields['group.gid'],
    });
  }
  return told;
}

/** Asks the processes until all are known as they are; what was told of them in the last round. */
async function askUntilRight(
  running: Running,
  pids: readonly number[],
  expected: ReadonlyMap<number, Facts>,
  output: () => string,
): Promise<{ told: ReadonlyMap<number, Facts>; rounds: number }> {
  for (let round = 1; ; round++) {
    running.child.stdin?.write(`${round}\n`);
    await sleep(ROUND_MS);
    const told = toldIn(round, output());
    const isRight = pids.every((pid) => isDeepEqual(told.get(pid), expected.get(pid)));
    if (isRight || round === ROUNDS) return { told, rounds: round };
  }
}

function isDeepEqual(one: unknown, other: unknown): boolean {
  try {
    assert.deepEqual(one, other);
    return true;
  } catch {
    return false;
  }
}

test('after a loss every process is known again as it is', { skip }, async (context) => {
  const program = compiled(context, 'upheaval');
  const folder = mkdtempSync(join(tmpdir(), 'lanner-upheaval-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'sub'));
  copyFileSync(program, join(folder, 'other'));
  chmodSync(join(folder, 'other'), 0o755);
  const rule = join(folder, 'probe.yaml');
  writeFileSync(rule, RULE);

  const running = start(
    LANNER,
    [
      ...['run', ...ALL_RULES, '-r', rule, '-o', 'json_output=true', '-o', 'rule_matching=all'],
      ...['--alerts', 'stdout', '--', program, folder, `${availableParallelism()}`, `${OPENS}`],
    ],
    { pipe: true, limitMs: 120_000 },
  );
  let stdout = '';
  running.child.stdout?.on('data', (text: string) => {
    stdout += text;
  });
  await running.printed('stdout', 'ready');
  running.child.kill('SIGSTOP');
  running.child.stdin?.write('go\n');
  await running.printed('stdout', /^end$/m);
  running.child.kill('SIGCONT');

  const ways = new Map(
    [...stdout.matchAll(/^(\d+) (\w+)$/gm)].map(([, pid, way]): [number, string] => [Number(pid), way ?? '']),
  );
  const pids = [...ways.keys()];
  const expected = new Map(pids.map((pid) => [pid, truth(pid)]));
  const { told, rounds } = await askUntilRight(running, pids, expected, () => stdout);
  running.child.stdin?.end();
  const { code, stderr } = await running.finished;
  assert.equal(code, 0, stderr);

  const summary = summaryIn(stderr);
  context.diagnostic(`${pids.length} processes right after ${(rounds * ROUND_MS) / 1000} s; ${summary}`);
  assert.deepEqual(
    [...ways.values()].sort(),
    'born directory exec fork fork name orphan stay user'.split(' '),
  );
  const [, lost] = /events, (\d+) lost/.exec(summary) ?? [];
  assert.ok(Number(lost) > 0, 'the buffers must overflow for this test to say anything');
  for (const event of ['execve', 'chdir', 'setresuid', 'prctl', 'procexit'])
    assert.match(summary, new RegExp(`\\b${event} \\d`), `${event} was not among what was lost`);
  assert.match(stdout, /"rule":"Lanner internal: syscall event drop"/);
  for (const [pid, way] of ways) assert.deepEqual(told.get(pid), expected.get(pid), way);
});
