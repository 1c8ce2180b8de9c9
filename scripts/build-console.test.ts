import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { buildConsole } from './build-console.mjs';

/** Bytes with gzip of what the first page loads; the editor is loaded when it is needed. */
const MOST_BYTES = 60_000;

test('the pages are files of their own, small, and without anything inline', async (context) => {
  const folder = await buildConsole();
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const addresses = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address as string);
  assert.ok(addresses.some((address) => /^\/assets\/main-\w+\.js$/.test(address)));
  assert.doesNotMatch(page, /<style|<script(?! type="module" src=)|\son\w+=|style=/);
  const files = readdirSync(join(folder, 'assets'));
  assert.ok(
    files.some((name) => name.startsWith('mount-editor-')),
    'the editor is a file of its own',
  );
  const bytes = addresses
    .map((address) => gzipSync(readFileSync(join(folder, address))).length)
    .reduce((sum, size) => sum + size);
  context.diagnostic(`${bytes} bytes with gzip are loaded at first`);
  assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
  assert.equal(await buildConsole(), folder);
});
