import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { currentPage, PAGE } from './config-docs.ts';

test('docs/configuration.md tells of every key as the schema does', () => {
  const page = readFileSync(PAGE, 'utf8');
  assert.equal(page, currentPage(page), 'run node_modules/.bin/node scripts/config-docs.ts');
});
