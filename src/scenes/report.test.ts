import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadScenes } from './load.ts';
import { describeScenes } from './report.ts';

test('docs/scenes.md ends with the table of all scenes', async () => {
  const page = readFileSync(new URL('../../docs/scenes.md', import.meta.url), 'utf8');
  const table = describeScenes(await loadScenes(), 'markdown');
  assert.ok(page.endsWith(`\n\n${table}\n`), '"lanner scenes --list --format markdown" prints the table');
});
