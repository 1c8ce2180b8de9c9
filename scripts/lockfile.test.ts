import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

interface LockedPackage {
  readonly resolved?: string;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const text = readFileSync(resolve(import.meta.dirname, '..', 'package-lock.json'), 'utf8');
const packages: Record<string, LockedPackage> = JSON.parse(text).packages;

test('the lockfile names no registry, so that every checkout uses its own', () => {
  const addressed = Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined);
  assert.deepEqual(addressed, []);
});

test('every dependency is locked, for every platform: npm ci refuses the lockfile otherwise', () => {
  const missing = Object.values(packages)
    .flatMap((entry) => Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }))
    .filter((name) => packages[`node_modules/${name}`] === undefined);
  assert.deepEqual(missing, []);
});
