/** Configuration that pages show: every key and value is right. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load.ts';
import { SCHEMA } from '../../../src/config/schema.ts';
import { documentationPages } from '../../support/documentation/blocks.ts';

const KEYS = new Set(Object.keys(SCHEMA.keys ?? {}));
/** Variables that examples name. */
const ENVIRONMENT = new Proxy({}, { get: () => 'https://example.org' });

test('configuration that pages show is right', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-configuration-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const wrong: string[] = [];
  let count = 0;
  for (const { page, line, language, text, annotations } of documentationPages().flatMap(
    ({ blocks }) => blocks,
  )) {
    const [, first = ''] = /^(?:#.*\n)*(\w+):/.exec(text) ?? [];
    // What commands of the page read, they judge; an ellipsis is no configuration.
    if (language !== 'yaml' || annotations.has('file') || /^\s*…/m.test(text) || !KEYS.has(first)) continue;
    count++;
    const file = join(folder, 'lanner.yaml');
    writeFileSync(file, text);
    try {
      const { warnings } = loadConfig({ file, overrides: [], environment: ENVIRONMENT });
      for (const warning of warnings) wrong.push(`${page}:${line}: ${warning}`);
    } catch (error) {
      wrong.push(`${page}:${line}: ${(error as Error).message}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(count >= 10, `${count} blocks`);
});
