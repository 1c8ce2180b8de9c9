/**
 * Lanner without a scope: every process of the machine, those that ran before it as well as those that come later.
 * Only a machine that belongs to the tests can be watched so: the emulated one of this folder.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { suite, type TestContext, test } from 'node:test';
import { createContainer } from '../support/container.ts';
import { LANNER, lastLine, type Running, start } from '../support/lanner.ts';

const skip = process.env.LANNER_OWN_MACHINE ? false : 'watches the whole machine: npm run test:kernels';

const RULE = 'Sensitive File Read by Untrusted Program';
const OPENS = 60_000;
const PROCESSES = 300;

interface Alert {
  readonly rule: string;
  readonly output_fields: Readonly<Record<string, unknown>>;
}

interface Summary {
  readonly code: number | null;
  readonly alerts: readonly Alert[];
  readonly events: number;
  readonly lost: number;
  readonly stderr: string;
}

/** Starts Lanner and waits until it watches. The machine asks no container engines: it has none. */
async function watchMachine(context: TestContext, ...options: string[]): Promise<Running> {
  const running = start(LANNER, ['-o', 'json_output=true', ...options]);
  // A test that fails must not leave it to those that follow.
  context.after(() => running.child.kill('SIGKILL'));
  await running.printed('stderr', 'Watching system calls of the whole machine');
  return running;
}

async function end(running: Running): Promise<Summary> {
  running.child.kill('SIGTERM');
  const { code, stdout, stderr } = await running.finished;
  const [, events, lost] = /: (\d+) events, (\d+) lost/.exec(lastLine(stderr)) ?? [];
  const alerts = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line): Alert => JSON.parse(line));
  return { code, alerts, events: Number(events), lost: Number(lost), stderr };
}

/** A program that does something for every line that it gets, and says when it is done. */
async function startWorker(context: TestContext, program: string, ...args: string[]) {
  const running = start(program, args, { pipe: true });
  context.after(() => running.child.kill('SIGKILL'));
  await running.printed('stdout', 'ready');
  let count = 0;
  return {
    pid: running.child.pid,
    async work(): Promise<void> {
      running.child.stdin?.write('go\n');
      await running.printed('stdout', new RegExp(`(done\\n[^]*){${++count}}`));
    },
  };
}

/** Repeats the work until something has happened; fails as that does. */
async function repeatUntil(happened: Promise<void>, work: () => Promise<void>): Promise<void> {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  happened.then(over, over);
  while (!isOver) await work();
  await happened;
}

const PERL = '$| = 1; print "ready\\n"; while (<STDIN>) { ACTION; print "done\\n" }';
const READER = PERL.replace('ACTION', 'open(F, "<", "/etc/shadow"); close(F)');
const OPENER = PERL.replace('ACTION', `for (1..${OPENS}) { open(F, "<", "/dev/null"); close(F) }`);
const SHELL = 'echo ready; while read line; do cat /etc/shadow > /dev/null; echo done; done';

/** Names of the programs that are loaded into the kernel and are Lanner's. */
function loadedPrograms(): string[] {
  const { stdout, status } = spawnSync('bpftool', ['-j', 'prog', 'show'], { encoding: 'utf8' });
  assert.equal(status, 0);
  return JSON.parse(stdout).flatMap(({ name = '' }) => (name.startsWith('lanner') ? [name] : []));
}

suite('the whole machine', { skip }, () => {
  test('processes that ran before and those that come later raise alerts that know them', async (context) => {
    const reader = await startWorker(context, 'perl', '-e', READER, 'an argument');
    const shell = await startWorker(context, 'bash', '-c', SHELL);
    const watching = await watchMachine(context);
    assert.ok(loadedPrograms().length > 0);
    await reader.work();
    await shell.work();
    // From a session of its own, so that nothing but the machine connects it with Lanner and the test.
    assert.equal(spawnSync('setsid', ['--wait', 'sh', '-c', 'cat /etc/shadow > /dev/null; true']).status, 0);
    const { code, alerts, lost, stderr } = await end(watching);
    assert.equal(code, 0, stderr);
    assert.equal(lost, 0, stderr);
    // Node gives its threads names of their own.
    const ownName = readFileSync('/proc/self/comm', 'utf8').trim();
    assert.deepEqual(
      alerts.map(({ rule, output_fields: fields }) => [
        rule,
        fields['proc.name'],
        fields['proc.cmdline'],
        fields['proc.pname'],
        fields['proc.exepath'],
        fields['container.id'],
        fields['user.name'],
      ]),
      [
        [RULE, 'perl', `perl -e ${READER} an argument`, ownName, '/usr/bin/perl', 'host', 'root'],
        [RULE, 'cat', 'cat /etc/shadow', 'bash', '/usr/bin/cat', 'host', 'root'],
        [RULE, 'cat', 'cat /etc/shadow', 'sh', '/usr/bin/cat', 'host', 'root'],
      ],
    );
    assert.equal(alerts[0]?.output_fields['proc.pid'], reader.pid);
    assert.deepEqual(loadedPrograms(), []);
  });

  test('while processes come and go as it starts, none is mistaken and none is missed', async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'lanner-machine-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const rules = join(folder, 'rules.yaml');
    writeFileSync(
      rules,
      `- rule: Marked
  desc: A program with the mark among its arguments has started
  condition: evt.type in (execve, execveat) and evt.rawres = 0 and proc.args startswith "mark "
  output: "%proc.args %proc.name %proc.pname %proc.ppid %proc.apid[2]"
  priority: NOTICE
`,
    );
    const noise = start('sh', ['-c', 'while :; do /bin/true; (sleep 0.01 &); done']);
    context.after(() => noise.child.kill('SIGKILL'));
    const watching = await watchMachine(context, '-r', rules);
    const script = `i=0; while [ $i -lt ${PROCESSES} ]; do i=$((i+1)); /bin/true mark $i; done; echo $$`;
    const made = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    const parent = Number(made.stdout);
    process.kill(-(noise.child.pid as number), 'SIGKILL');
    const { code, alerts, lost, stderr } = await end(watching);
    assert.equal(code, 0, stderr);
    assert.equal(lost, 0, stderr);
    assert.deepEqual(
      alerts.map(({ output_fields: fields }) => fields),
      Array.from({ length: PROCESSES }, (_, index) => ({
        'evt.time': alerts[index]?.output_fields['evt.time'],
        'proc.args': `mark ${index + 1}`,
        'proc.name': 'true',
        'proc.pname': 'sh',
        'proc.ppid': parent,
        'proc.apid[2]': process.pid,
      })),
    );
  });

  test('a container is known by its first event', async (context) => {
    const container = createContainer({ command: ['/bin/sh', '-c', 'cat /etc/shadow; true'] });
    try {
      const watching = await watchMachine(context);
      const [program = '', ...args] = container.command;
      const { status, stderr: said } = spawnSync(program, args, { encoding: 'utf8' });
      const { alerts, stderr } = await end(watching);
      assert.equal(status, 0, said);
      const found = alerts.filter(({ rule }) => rule === RULE);
      assert.deepEqual(
        found.map(({ output_fields: fields }) => [fields['container.id'], fields['proc.pname']]),
        [[container.shortId, 'sh']],
        stderr,
      );
    } finally {
      container.remove();
    }
  });

  test('Lanner does not alert on itself, nor on a machine that does nothing', async (context) => {
    const watching = await watchMachine(context);
    await new Promise((done) => setTimeout(done, 3000));
    const { alerts, stderr } = await end(watching);
    assert.deepEqual(alerts, [], stderr);
  });

  test('what does not fit the buffers is counted, and afterwards processes are known as before', async (context) => {
    const opener = await startWorker(context, 'perl', '-e', OPENER);
    const shell = await startWorker(context, 'bash', '-c', SHELL);
    // The kernel would leave out opens that no rule asks for, and the buffers would not fill.
    const small = ['engine.modern_ebpf.buf_size_preset=1', 'engine.prefilter=false'];
    const watching = await watchMachine(context, ...small.flatMap((option) => ['-o', option]));
    watching.child.kill('SIGSTOP');
    await opener.work();
    // Its events are lost too: these processes come and go without Lanner's knowledge.
    await shell.work();
    watching.child.kill('SIGCONT');
    await watching.printed('stdout', 'Lanner internal: syscall event drop');
    // Lanner may say so before it has read anything: as long as the buffers are full, these are lost as well.
    await repeatUntil(watching.printed('stdout', 'cat /etc/shadow'), () => shell.work());
    const { code, alerts, events, lost, stderr } = await end(watching);
    assert.equal(code, 0, stderr);
    assert.ok(lost > 0, stderr);
    assert.ok(events + lost >= OPENS, stderr);
    const drops = alerts.filter(({ rule }) => rule === 'Lanner internal: syscall event drop');
    assert.equal(
      drops.reduce((sum, { output_fields: fields }) => sum + Number(fields.n_drops), 0),
      lost,
    );
    const [last] = alerts.filter(({ rule }) => rule === RULE).slice(-1);
    assert.equal(last?.output_fields['proc.cmdline'], 'cat /etc/shadow');
    assert.equal(last?.output_fields['proc.pname'], 'bash');
    assert.deepEqual(loadedPrograms(), []);
  });
});
