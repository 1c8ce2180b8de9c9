/** The language server as editors have it: a process of its own, JSON-RPC over its standard input and output. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Client } from './client.test-kit.ts';

interface Range {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

interface Diagnostics {
  readonly uri: string;
  readonly version?: number;
  readonly diagnostics: readonly { readonly message: string; readonly code: string; readonly range: Range }[];
}

interface Edits {
  readonly changes: Readonly<Record<string, readonly { readonly range: Range; readonly newText: string }[]>>;
}

const BASE = `- list: shells
  items: [bash, sh]

- macro: spawned
  condition: evt.type in (execve, execveat)
`;
const MINE = `- rule: Shell
  desc: d
  condition: >
    spawned and
    proc.name in (shells)
  output: o %proc.name
  priority: INFO
`;

/** A folder with files, and a server that has been told of it. */
async function started(t: TestContext, files: Readonly<Record<string, string>>, options: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-server-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  const client = new Client(folder);
  t.after(() => client.kill());
  const uri = (name: string): string => pathToFileURL(join(folder, name)).href;
  const { capabilities } = await client.request<{ capabilities: Record<string, unknown> }>('initialize', {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'rules' }],
    capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
    initializationOptions: options,
  });
  client.notify('initialized', {});
  const open = (name: string, text: string): void =>
    client.notify('textDocument/didOpen', {
      textDocument: { uri: uri(name), languageId: 'yaml', version: 1, text },
    });
  const problems = (name: string, isMeant: (found: Diagnostics) => boolean = () => true) =>
    client.notification<Diagnostics>(
      'textDocument/publishDiagnostics',
      (found) => found.uri === uri(name) && isMeant(found),
    );
  return { client, folder, uri, open, problems, capabilities };
}

/** The parameters of a request at the first place of `word` in a text. */
function at(uri: string, text: string, word: string, more = 0): object {
  const offset = text.indexOf(word) + more;
  const before = text.slice(0, offset).split('\n');
  return {
    textDocument: { uri },
    position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 },
  };
}

test('opening, typing, completion, problems, hover, definition, renaming, formatting, and the end', async (t) => {
  const { client, uri, open, problems, capabilities } = await started(t, { 'a.yaml': BASE, 'b.yaml': MINE });
  assert.ok(capabilities.completionProvider && capabilities.renameProvider);
  open('b.yaml', MINE);
  assert.deepEqual((await problems('b.yaml')).diagnostics, []);

  // Typing, as editors tell of it: only what changes.
  const line = MINE.split('\n').findIndex((text) => text.includes('spawned and'));
  const end = { line, character: '    spawned and'.length };
  client.notify('textDocument/didChange', {
    textDocument: { uri: uri('b.yaml'), version: 2 },
    contentChanges: [{ range: { start: end, end }, text: ' proc.nam = x and' }],
  });
  const typed = MINE.replace('spawned and', 'spawned and proc.nam = x and');
  const completions = await client.request<{ label: string; textEdit: { newText: string; range: Range } }[]>(
    'textDocument/completion',
    at(uri('b.yaml'), typed, 'proc.nam', 8),
  );
  assert.equal(completions[0]?.label, 'proc.name');
  assert.deepEqual(completions[0]?.textEdit.range.start, { line, character: 16 });
  const { diagnostics, version } = await problems('b.yaml', (found) => found.version === 2);
  assert.equal(version, 2);
  assert.deepEqual(
    diagnostics.map(({ code, message, range }) => [code, message, range.start.line, range.start.character]),
    [['LOAD_ERR_COMPILE_CONDITION', 'unknown field proc.nam: did you mean proc.name?', line, 16]],
  );
  const actions = await client.request<{ title: string; edit: Edits }[]>('textDocument/codeAction', {
    textDocument: { uri: uri('b.yaml') },
    range: diagnostics[0]?.range,
    context: { diagnostics },
  });
  assert.deepEqual(
    actions.map(({ title }) => title),
    ['Change to proc.name'],
  );

  const hover = await client.request<{ contents: { value: string } }>(
    'textDocument/hover',
    at(uri('b.yaml'), typed, 'spawned'),
  );
  assert.match(hover.contents.value, /evt\.type in \(execve, execveat\)/);
  const definition = await client.request<{ uri: string; range: Range }[]>(
    'textDocument/definition',
    at(uri('b.yaml'), typed, 'shells', 2),
  );
  assert.deepEqual(definition, [
    { uri: uri('a.yaml'), range: { start: { line: 0, character: 8 }, end: { line: 0, character: 14 } } },
  ]);
  const references = await client.request<unknown[]>('textDocument/references', {
    ...at(uri('b.yaml'), typed, 'shells'),
    context: { includeDeclaration: true },
  });
  assert.equal(references.length, 2);

  const renaming = at(uri('b.yaml'), typed, 'spawned');
  const prepared = await client.request<{ placeholder: string }>('textDocument/prepareRename', renaming);
  assert.equal(prepared.placeholder, 'spawned');
  const { changes } = await client.request<Edits>('textDocument/rename', { ...renaming, newName: 'started' });
  assert.deepEqual(Object.keys(changes).sort(), [uri('a.yaml'), uri('b.yaml')]);
  await assert.rejects(
    client.request('textDocument/rename', { ...renaming, newName: 'a b' }),
    /cannot be the name of a macro/,
  );

  const symbols = await client.request<{ name: string }[]>('textDocument/documentSymbol', {
    textDocument: { uri: uri('b.yaml') },
  });
  assert.deepEqual(
    symbols.map(({ name }) => name),
    ['Shell'],
  );
  assert.equal((await client.request<unknown[]>('workspace/symbol', { query: 'spawn' })).length, 1);
  const tokens = await client.request<{ data: number[] }>('textDocument/semanticTokens/full', {
    textDocument: { uri: uri('b.yaml') },
  });
  assert.ok(tokens.data.length > 5 * 8 && tokens.data.length % 5 === 0);
  const edits = await client.request<{ newText: string }[]>('textDocument/formatting', {
    textDocument: { uri: uri('b.yaml') },
    options: { tabSize: 2, insertSpaces: true },
  });
  assert.deepEqual(edits, []);
  const folds = await client.request<unknown[]>('textDocument/foldingRange', {
    textDocument: { uri: uri('b.yaml') },
  });
  assert.equal(folds.length, 1);

  await client.request('shutdown', null);
  client.notify('exit', null);
  assert.equal(await client.ended, 0);
});

test('the order of a configuration in the folder, and what is beside it', async (t) => {
  const { open, problems } = await started(t, {
    'falco.yaml': 'rules_files:\n  - /etc/nowhere/z.yaml\n  - own.d\n',
    'z.yaml': BASE,
    'own.d/mine.yaml': MINE,
    'not-loaded.yaml': '- macro: spawned\n  condition: nothing.here\n',
  });
  open('own.d/mine.yaml', MINE);
  assert.deepEqual((await problems('own.d/mine.yaml')).diagnostics, []);
});

test('the order of the settings, and settings that change', async (t) => {
  const { client, open, problems } = await started(
    t,
    { 'z.yaml': BASE, 'a.yaml': MINE },
    { ruleFiles: ['z.yaml', 'a.yaml'] },
  );
  open('a.yaml', MINE);
  assert.deepEqual((await problems('a.yaml')).diagnostics, []);
  client.notify('workspace/didChangeConfiguration', {
    settings: { lanner: { ruleFiles: ['a.yaml', 'z.yaml'] } },
  });
  const { diagnostics } = await problems('a.yaml', (found) => found.diagnostics.length > 0);
  assert.match(diagnostics[0]?.message ?? '', /undefined macro 'spawned'/);
});

test('a new file, a file that changes on disk, and one without a place on disk', async (t) => {
  const { client, folder, uri, open, problems } = await started(t, { 'z.yaml': MINE });
  open('z.yaml', MINE);
  assert.equal((await problems('z.yaml')).diagnostics.length, 1);
  writeFileSync(join(folder, 'a.yaml'), BASE);
  client.notify('workspace/didChangeWatchedFiles', { changes: [{ uri: uri('a.yaml'), type: 1 }] });
  assert.deepEqual((await problems('z.yaml')).diagnostics, []);
  const untitled = 'untitled:Untitled-1';
  client.notify('textDocument/didOpen', {
    textDocument: {
      uri: untitled,
      languageId: 'falco-rules',
      version: 1,
      text: '- macro: m\n  condition: proc.',
    },
  });
  const found = await client.request<{ label: string }[]>('textDocument/completion', {
    textDocument: { uri: untitled },
    position: { line: 1, character: 18 },
  });
  assert.ok(found.some(({ label }) => label === 'proc.name'));
});

test('YAML that holds no rules is left alone, whatever is asked', async (t) => {
  const { client, uri, open } = await started(t, { 'other.yaml': 'a: 1\n', 'x.test.yaml': '- rule: x\n' });
  open('other.yaml', 'a: 1\n');
  open('x.test.yaml', '- rule: x\n');
  for (const name of ['other.yaml', 'x.test.yaml', 'never-opened.yaml']) {
    const params = { textDocument: { uri: uri(name) }, position: { line: 0, character: 1 } };
    assert.equal(await client.request('textDocument/completion', params), null);
    assert.equal(await client.request('textDocument/hover', params), null);
    assert.deepEqual(await client.request('textDocument/documentSymbol', params), []);
  }
});
