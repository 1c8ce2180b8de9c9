import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { currentText, PAGES } from './reference-docs.ts';

for (const page of PAGES) {
  test(`docs/${basename(page.file)} says what the code says`, () => {
    const [written, current] = [readFileSync(page.file, 'utf8'), currentText(page)].map((text) =>
      text.split('\n'),
    );
    const line = current?.findIndex((text, index) => text !== written?.[index]);
    const hint = 'run node_modules/.bin/node scripts/reference-docs.ts';
    assert.deepEqual([line, current?.length], [-1, written?.length], `line ${Number(line) + 1}: ${hint}`);
  });
}
