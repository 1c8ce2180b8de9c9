/** The extension for VS Code: its manifest, its grammar, its program and its package. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bundleExtension, EXTENSION, packageExtension } from './package-vscode.ts';

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly version: string;
  readonly main: string;
  readonly engines: { readonly vscode: string };
  readonly contributes: {
    readonly languages: readonly { readonly id: string; readonly configuration: string }[];
    readonly grammars: readonly {
      readonly language: string;
      readonly scopeName: string;
      readonly path: string;
    }[];
    readonly commands: readonly { readonly command: string; readonly title: string }[];
    readonly menus: Readonly<Record<string, readonly { readonly command: string }[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope?: string }>> };
  };
}

const read = (file: string): string => readFileSync(join(EXTENSION, file), 'utf8');
const MANIFEST = JSON.parse(read('package.json')) as Manifest;

test('the manifest has what VS Code requires, and names what is there', () => {
  const { name, publisher, version, engines, contributes } = MANIFEST;
  assert.match(name, /^[a-z0-9-]+$/);
  assert.match(publisher, /^[a-z0-9-]+$/);
  assert.match(version, /^\d+\.\d+\.\d+$/);
  assert.match(engines.vscode, /^\^\d+\.\d+\.\d+$/);
  for (const { configuration } of contributes.languages) JSON.parse(read(configuration));
  const languages = contributes.languages.map(({ id }) => id);
  for (const { language, scopeName, path } of contributes.grammars) {
    assert.ok(languages.includes(language));
    assert.equal((JSON.parse(read(path)) as { scopeName: string }).scopeName, scopeName);
  }
  const commands = contributes.commands.map(({ command }) => command);
  for (const menu of Object.values(contributes.menus).flat()) assert.ok(commands.includes(menu.command));
  // What a folder brings along must not decide which program is started.
  assert.equal(contributes.configuration.properties['lanner.command']?.scope, 'machine');
});

test('every command of the manifest is there, and no other', () => {
  const source = read('src/extension.ts');
  const registered = [...source.matchAll(/registerCommand\('([^']+)'/g)].map((match) => match[1]).sort();
  assert.deepEqual(registered, MANIFEST.contributes.commands.map(({ command }) => command).sort());
  const settings = [...source.matchAll(/settings\.get\('([^']+)'\)/g)].map((match) => `lanner.${match[1]}`);
  for (const setting of settings)
    assert.ok(setting in MANIFEST.contributes.configuration.properties, setting);
});

interface Pattern {
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly while?: string;
  readonly include?: string;
  readonly patterns?: readonly Pattern[];
}

interface Grammar {
  readonly patterns: readonly Pattern[];
  readonly repository: Readonly<Record<string, Pattern>>;
}

test('the grammar: all expressions can be read, all parts are there, conditions are found', () => {
  const { patterns, repository } = JSON.parse(read('syntaxes/falco-rules.tmLanguage.json')) as Grammar;
  const visit = (pattern: Pattern): void => {
    for (const source of [pattern.match, pattern.begin, pattern.end, pattern.while]) {
      // JavaScript has no (?i:…) in the Node that older editors have, but here.
      if (source !== undefined) new RegExp(source, 'm');
    }
    const { include } = pattern;
    if (include?.startsWith('#')) assert.ok(include.slice(1) in repository, include);
    for (const inner of pattern.patterns ?? []) visit(inner);
  };
  for (const pattern of [...patterns, ...Object.values(repository)]) visit(pattern);
  const begins = (name: string, line: string): boolean =>
    new RegExp(repository[name]?.begin ?? '$^').test(line);
  assert.ok(begins('condition-block', '  condition: >-'));
  assert.ok(begins('condition-line', '  condition: evt.type = open'));
  assert.ok(!begins('condition-line', '  condition: "x"'));
  assert.ok(begins('output-line', '  output: x %proc.name'));
});

test('the program loads where there is nothing but vscode, and has what VS Code calls', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-vscode-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'extension.js');
  writeFileSync(path, await bundleExtension());
  // The client's classes extend those of VS Code.
  const vscode = new Proxy({}, { get: () => class {} });
  const hooked = Module as unknown as { _load: (request: string, ...rest: unknown[]) => unknown };
  const load = hooked._load;
  const asked: string[] = [];
  hooked._load = (request, ...rest) => {
    if (request === 'vscode') return vscode;
    if (!Module.isBuiltin(request) && request !== path) asked.push(request);
    return load(request, ...rest);
  };
  try {
    const loaded = createRequire(path)(path) as Record<string, unknown>;
    assert.equal(typeof loaded.activate, 'function');
    assert.equal(typeof loaded.deactivate, 'function');
  } finally {
    hooked._load = load;
  }
  assert.deepEqual(asked, [], 'everything but vscode is in the bundle');
});

const noUnzip = ['/usr/bin/unzip', '/usr/bin/python3'].find((path) => existsSync(path));

test('the package is a zip with the manifest and all files', {
  skip: noUnzip ? false : 'no unzip, no python3',
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-vsix-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const { name, data } = await packageExtension();
  assert.match(name, /^lanner-rules-\d+\.\d+\.\d+\.vsix$/);
  const path = join(folder, name);
  writeFileSync(path, data);
  const [command, args] = noUnzip?.endsWith('unzip')
    ? [noUnzip, ['-q', path, '-d', folder]]
    : [noUnzip ?? '', ['-m', 'zipfile', '-e', path, folder]];
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  for (const file of ['extension.vsixmanifest', '[Content_Types].xml', 'extension/README.md']) {
    assert.ok(existsSync(join(folder, file)), file);
  }
  assert.ok(existsSync(join(folder, 'extension', MANIFEST.main)));
  assert.deepEqual(readFileSync(join(folder, 'extension', 'package.json'), 'utf8'), read('package.json'));
});
