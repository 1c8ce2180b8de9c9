import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { UNANSWERED } from './looks.ts';
import { type LookLimits, ProcessLooks } from './process-looks.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lanner-looks-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function open(limits: Partial<LookLimits> = {}) {
  const looks = new ProcessLooks(limits);
  return Object.assign(looks, { [Symbol.dispose]: () => looks.close() });
}

/** A process whose arguments nobody can read to the end, and which is read with this look. */
function trap(tid: number) {
  mkdirSync(join(folder, `proc/${tid}`), { recursive: true });
  writeFileSync(join(folder, `proc/${tid}/stat`), '1 (a) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 100 0 0');
  writeFileSync(
    join(folder, `proc/${tid}/status`),
    `Name:\ta\nTgid:\t${tid}\nPid:\t${tid}\nPPid:\t0\nUid:\t0\t0\nGid:\t0\t0\n`,
  );
  execFileSync('mkfifo', [join(folder, `proc/${tid}/cmdline`)]);
  return { kind: 'process', hostRoot: folder, tid, depth: 'full' } as const;
}

const state = (path: string) => ({ kind: 'state', path }) as const;

/** Waits until the process that has taken the place of one that hung is there. */
async function untilAnswered(ask: () => unknown): Promise<void> {
  while (ask() === UNANSWERED) await new Promise((done) => setTimeout(done, 20));
}

test('answers are those of the file system, in the order of the questions', () => {
  using looks = open();
  const file = join(folder, 'd\u00e9j\u00e0');
  writeFileSync(Buffer.from(file, 'latin1'), 'x');
  symlinkSync('a', join(folder, 'b'));
  const { dev: device, ino: inode } = statSync(Buffer.from(file, 'latin1'));
  const paths = [file, folder, join(folder, 'none'), join(folder, 'b')];
  const { dev, ino } = statSync(folder);
  assert.deepEqual(looks.askAll(paths.map(state)), [
    { device, inode, type: 'file' },
    { device: dev, inode: ino, type: 'directory' },
    undefined,
    undefined,
  ]);
  assert.deepEqual(looks.askAll(Array.from({ length: 1000 }, () => state('/dev/null'))).length, 1000);
  assert.deepEqual([...((looks.ask({ kind: 'names', path: folder, limit: 9 }) as string[]) ?? [])].sort(), [
    'b',
    'd\u00e9j\u00e0',
  ]);
  assert.equal(looks.ask({ kind: 'names', path: folder, limit: 1 }), 'too many');
  assert.deepEqual(looks.statistics, { givenUp: 0, refused: 0 });
});

test('long answers come whole', () => {
  using looks = open();
  mkdirSync(join(folder, 'etc'));
  const text = 'user:x:1:1::/:/bin/sh\n'.repeat(100_000);
  writeFileSync(join(folder, 'etc/passwd'), text);
  const found = looks.ask({
    ...{ kind: 'user files', roots: [folder], outside: undefined },
    ...{ passwd: '', group: '' },
  });
  assert.equal(typeof found === 'object' && found.passwd.text, text);
});

test('a look that does not come back is given up, and others are answered', async () => {
  using looks = open();
  const stuck = trap(1);
  assert.equal(looks.ask(stuck), UNANSWERED);
  assert.equal(looks.statistics.givenUp, 1);
  await untilAnswered(() => looks.ask(state(folder)));
  assert.equal(looks.ask(stuck), UNANSWERED, 'not asked again for a while');
  assert.equal(looks.statistics.givenUp, 1);
});

test('of many looks those before the one that hangs are answered', async () => {
  using looks = open();
  const good = { kind: 'executable', hostRoot: folder, pid: 7 } as const;
  const answers = looks.askAll([good, trap(1), good]);
  assert.deepEqual(answers, [undefined, UNANSWERED, UNANSWERED]);
  await untilAnswered(() => looks.ask(good));
});

test('what nobody waits for goes on behind a look that hangs, and comes first when somebody asks', async () => {
  using looks = open({ stuckMs: 300 });
  const answers: unknown[] = [];
  const alive = setInterval(() => {}, 1000);
  try {
    await new Promise<void>((done) => {
      looks.askLater(trap(1), (found) => answers.push(found));
      for (let count = 0; count < 20; count++) looks.askLater(state('/'), (found) => answers.push(found));
      looks.askLater(state('/none'), () => done());
    });
    assert.equal(answers[0], UNANSWERED);
    assert.equal(answers.length, 21);
    assert.ok(answers.slice(1).every((found) => typeof found === 'object'));
    // Somebody who waits gets an answer while others are under way.
    const later = new Promise((done) => looks.askLater(state('/'), done));
    assert.equal(looks.ask(state('/none')), undefined);
    assert.equal(typeof (await later), 'object');
  } finally {
    clearInterval(alive);
  }
});

test('when too many hang in a row, nothing is looked at for a while, and nobody waits', async () => {
  using looks = open({ starts: 0, startBurst: 2 });
  assert.equal(looks.ask(trap(1)), UNANSWERED);
  await untilAnswered(() => looks.ask(state(folder)));
  assert.equal(looks.ask(trap(2)), UNANSWERED);
  assert.equal(looks.ask(state(folder)), UNANSWERED);
  const { refused } = looks.statistics;
  for (let count = 0; count < 1000; count++) assert.equal(looks.ask(state(folder)), UNANSWERED);
  assert.deepEqual(looks.statistics, { givenUp: 2, refused: refused + 1000 });
});
