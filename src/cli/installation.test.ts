import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { installFiles, type Step, type Target, uninstallFiles } from './installation.ts';

const FOLDERS = ['/etc/l', '/etc/l/d'];
const FIRST = [
  { path: '/etc/l/a', content: 'a1' },
  { path: '/etc/l/b', content: 'b1' },
];
const SECOND = [
  { path: '/etc/l/a', content: 'a2' },
  { path: '/etc/l/c', content: 'c2' },
];

function target(context: TestContext): Target {
  const root = mkdtempSync(join(tmpdir(), 'lanner-install-'));
  context.after(() => rmSync(root, { recursive: true }));
  return { root, dryRun: false };
}

function told(steps: readonly Step[]): string[] {
  return steps.map(({ done, path }) => `${done} ${path}`);
}

test('installing again changes nothing', (context) => {
  const to = target(context);
  assert.deepEqual(told(installFiles(FIRST, FOLDERS, to)), ['created /etc/l/a', 'created /etc/l/b']);
  assert.deepEqual(told(installFiles(FIRST, FOLDERS, to)), ['unchanged /etc/l/a', 'unchanged /etc/l/b']);
  assert.equal(readFileSync(join(to.root, '/etc/l/a'), 'utf8'), 'a1');
  assert.ok(existsSync(join(to.root, '/etc/l/d')));
});

test('a new version replaces what is as it was, and removes what it no longer has', (context) => {
  const to = target(context);
  installFiles(FIRST, FOLDERS, to);
  assert.deepEqual(told(installFiles(SECOND, FOLDERS, to)), [
    'updated /etc/l/a',
    'created /etc/l/c',
    'removed /etc/l/b',
  ]);
  assert.equal(readFileSync(join(to.root, '/etc/l/a'), 'utf8'), 'a2');
});

test('what was changed stays, with the new version beside it, through any number of installations', (context) => {
  const to = target(context);
  const [a, b] = [join(to.root, '/etc/l/a'), join(to.root, '/etc/l/b')];
  installFiles(FIRST, FOLDERS, to);
  writeFileSync(a, 'mine');
  writeFileSync(b, 'mine too');
  assert.deepEqual(told(installFiles(SECOND, FOLDERS, to)), [
    'kept /etc/l/a',
    'created /etc/l/c',
    'kept /etc/l/b',
  ]);
  assert.deepEqual([readFileSync(a, 'utf8'), readFileSync(`${a}.new`, 'utf8')], ['mine', 'a2']);
  assert.deepEqual(told(installFiles(SECOND, FOLDERS, to)), ['kept /etc/l/a', 'unchanged /etc/l/c']);
  assert.deepEqual(told(uninstallFiles(FOLDERS, to)), ['kept /etc/l/a', 'removed /etc/l/c']);
  assert.deepEqual([readFileSync(a, 'utf8'), readFileSync(b, 'utf8')], ['mine', 'mine too']);
});

test('a file that was there before is not taken over', (context) => {
  const to = target(context);
  const a = join(to.root, '/etc/l/a');
  mkdirSync(join(to.root, '/etc/l'), { recursive: true });
  writeFileSync(a, 'from elsewhere');
  installFiles(FIRST, FOLDERS, to);
  uninstallFiles(FOLDERS, to);
  assert.equal(readFileSync(a, 'utf8'), 'from elsewhere');
});

test('uninstalling leaves nothing behind, and a look changes nothing', (context) => {
  const to = target(context);
  const look = { ...to, dryRun: true };
  assert.deepEqual(told(installFiles(FIRST, FOLDERS, look)), ['created /etc/l/a', 'created /etc/l/b']);
  assert.deepEqual(readdirSync(to.root), []);
  installFiles(FIRST, FOLDERS, to);
  assert.deepEqual(told(uninstallFiles(FOLDERS, look)), ['removed /etc/l/a', 'removed /etc/l/b']);
  assert.ok(existsSync(join(to.root, '/etc/l/a')));
  uninstallFiles(FOLDERS, to);
  assert.deepEqual(readdirSync(join(to.root, 'etc')), []);
});
