import assert from 'node:assert/strict';
import { test } from 'node:test';
import { executedNames, startsProgram } from './executed-names.ts';
import type { FileNames } from './other-names.ts';
import { event } from './testing/event-builder.ts';
import type { Thread } from './thread.ts';

const FILES: FileNames = {
  namesOf: (device, inode) => (device === 0x801 && inode === 9 ? ['/usr/bin/nc'] : []),
  mayHave: () => true,
  changed() {},
};

function namesOf(filename: string, exepath: string, device = 0): string[] {
  const thread = { cwd: '/work', exepath, executable: { inode: 9n } } as Thread;
  return executedNames(event('execve', { tid: 1 }, { res: 0, filename, exe_dev: device }), thread, FILES).map(
    ({ kind, path }) => `${kind} ${path}`,
  );
}

test('a program has the name that it was started by, and those of the same file', () => {
  assert.deepEqual(namesOf('/usr/bin/nc', '/usr/bin/nc.openbsd'), ['given /usr/bin/nc']);
  assert.deepEqual(namesOf('./../bin/nc', '/bin/busybox'), ['given /bin/nc']);
  assert.deepEqual(namesOf('/tmp/hard', '/tmp/hard', 0x801), ['same file /usr/bin/nc']);
  assert.deepEqual(namesOf('/tmp/hard', '/tmp/hard', 0x802), []);
  assert.deepEqual(namesOf('/bin/sh', '/bin/sh'), []);
  assert.deepEqual(namesOf('/dev/fd/3', '/bin/sh'), []);
});

test('only an exec that has succeeded starts a program', () => {
  assert.equal(startsProgram(event('execve', { tid: 1 }, { res: 0 })), true);
  assert.equal(startsProgram(event('execve', { tid: 1 }, { res: -2 })), false);
  assert.equal(startsProgram(event('open', { tid: 1 }, { fd: 3 })), false);
});
