import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname, '..');

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', cwd: ROOT });
  return { status, stdout, stderr };
}

test('the program put together says and finds what its sources do', () => {
  const bundling = run('scripts/bundle.mjs');
  assert.equal(bundling.status, 0, bundling.stderr);
  const rules = resolve(ROOT, 'rules', '10-processes.yaml');
  // The version is in a file of the checkout, and so are the default rules.
  for (const args of [['--version'], ['check', rules], ['-L'], ['scenes', 'list']]) {
    const [bundled, source] = ['build/program/main.js', 'src/cli/main.ts'].map((main) => run(main, ...args));
    assert.deepEqual(bundled, source, args.join(' '));
  }
});

test('a package that is loaded later is the one that sources load', () => {
  const bundling = run('scripts/bundle.mjs');
  assert.equal(bundling.status, 0, bundling.stderr);
  const loads = globSync(resolve(ROOT, 'build/program/*.js')).flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/\bimport\("([^"]+)"\)/g)].map(([, name = '']) => name),
  );
  assert.ok(loads.includes('@msgpack/msgpack'), 'the packages of receivers stay packages');
  for (const name of loads.filter((name) => name.startsWith('./'))) {
    const text = readFileSync(resolve(ROOT, 'build/program', name), 'utf8');
    assert.doesNotMatch(text, /^export default require_/m, `${name} has all that it exports below "default"`);
  }
});
