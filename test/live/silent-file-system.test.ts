/**
 * A file system that does not answer holds up nobody but those who use it: events of all others are judged, nothing
 * is lost, and Lanner ends when it is told to, although it has asked that file system itself.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { type Daemon, startDaemon, temporaryFolder } from '../support/daemon.ts';
import { cannotWatch, lastLine, type Running, start } from '../support/lanner.ts';
import {
  ANSWERED_USER,
  mountSilent,
  noFuse,
  type SilentFileSystem,
  startFromSilent,
} from '../support/silent-fuse.ts';

const rulesFor = (folder: string): string => `- rule: Shadow
  desc: A sensitive file is opened.
  condition: evt.type in (open, openat, openat2) and fd.name = /etc/shadow
  output: opened %proc.name
  priority: WARNING
- rule: Changed
  desc: A file in a place of its own is changed, which is asked for by where links led.
  condition: >
    evt.type in (chmod, fchmodat, rename, renameat, renameat2, unlink, unlinkat)
    and (fs.path.name startswith ${folder}-link or fs.path.source startswith ${folder}-link)
  output: changed %evt.type
  priority: INFO
- rule: Used
  desc: A file in it is opened, a script in it is started.
  condition: >
    (evt.type in (open, openat, openat2) and fd.name startswith ${folder}/dirE)
    or (evt.type = execve and evt.res = SUCCESS and proc.args contains ${folder}-link/dirF)
  output: used %evt.type
  priority: INFO
- rule: Named
  desc: A file in it is asked for by its name.
  condition: evt.type in (open, openat, openat2) and fd.name in (${folder}/named, ${folder}/other)
  output: named
  priority: INFO
`;

/** Uses the file system as the user whom it answers, and opens a sensitive file as another process. */
const WORKER = `use POSIX; $| = 1; print "ready\\n";
while (<STDIN>) { my ($what, $place, $n) = split;
  my $child = fork; if ($child == 0) {
    if ($what eq 'use') { POSIX::setuid(${ANSWERED_USER});
      # Who looks at a directory keeps others from changing it: each has one of its own.
      chmod 0700, "$place/dirA$n/f"; rename "$place/dirB$n/f", "$place/dirB$n/g";
      unlink "$place/dirD$n/f"; open my $f, '<', "$place/dirE$n/f"; system "$place/dirF$n/script"; }
    else { open my $f, '<', '/etc/shadow' or die }
    POSIX::_exit(0) }
  waitpid $child, 0; print "did $what $n\\n" }`;

interface Worker extends Running {
  use(place: string): Promise<void>;
  open(): Promise<void>;
}

async function startWorker(context: TestContext): Promise<Worker> {
  const running = start('perl', ['-e', WORKER], { pipe: true });
  context.after(() => running.child.kill('SIGKILL'));
  await running.printed('stdout', 'ready');
  let number = 0;
  const order = (what: string, place: string): Promise<void> => {
    running.child.stdin?.write(`${what} ${place} ${++number}\n`);
    return running.printed('stdout', `did ${what} ${number}\n`);
  };
  return { ...running, use: (place) => order('use', place), open: () => order('open', '-') };
}

function rulesIn(context: TestContext, { folder }: SilentFileSystem): string {
  const file = join(temporaryFolder(context), 'rules.yaml');
  writeFileSync(file, rulesFor(folder));
  return file;
}

/** Ends it while the file system is as silent as before. Gives the summary. */
async function end(context: TestContext, daemon: Daemon): Promise<string> {
  const before = performance.now();
  daemon.child.kill('SIGTERM');
  const { code, stderr } = await daemon.finished;
  context.diagnostic(`ended after ${Math.round(performance.now() - before)} ms`);
  assert.equal(code, 0, stderr);
  const summary = lastLine(stderr);
  assert.match(summary, /\b0 lost\b/);
  return summary;
}

suite('a file system that never answers', { skip: cannotWatch() || noFuse }, () => {
  test('other processes are watched as before while files on it are changed, opened and executed', async (context) => {
    const silent = await mountSilent(context);
    const worker = await startWorker(context);
    const daemon = await startDaemon(worker.child.pid as number, '-r', rulesIn(context, silent));
    for (let round = 1; round <= 6; round++) {
      await worker.use(silent.link);
      const before = performance.now();
      await worker.open();
      await daemon.printed('stdout', 'Warning opened perl', round);
      context.diagnostic(`alert ${round} after ${Math.round(performance.now() - before)} ms`);
    }
    await silent.silent();
    // What no look can tell is still told by the names that were given.
    for (const call of ['chmod', 'rename', 'unlink'])
      await daemon.printed('stdout', `Informational changed ${call}`, 6);
    await daemon.printed('stdout', /Informational used open/, 6);
    await daemon.printed('stdout', 'Informational used execve', 6);
    await daemon.printed('stdout', 'Lanner internal: file system without answer');
    assert.match(await end(context, daemon), /\d+ looks at file systems without answer/);
  });

  test('neither a file that rules name nor a process in scope holds up the start', async (context) => {
    const silent = await mountSilent(context);
    const stuck = await startFromSilent(context, silent);
    const daemon = await startDaemon(stuck.child.pid as number, '-r', rulesIn(context, silent));
    await silent.silent(2);
    await daemon.printed('stdout', 'Lanner internal: file system without answer');
    await end(context, daemon);
  });
});
