/**
 * The rule language runs in a browser: nothing that it imports, directly or through others, is one of
 * Node's built-ins, another room's code (types apart), or a package but those two.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { test } from 'node:test';

const ROOM = new URL('./', import.meta.url);
const PACKAGES = ['yaml', 're2js'];

/** Specifiers of the modules whose code a file needs; imports of types vanish. */
function imports(source: string): string[] {
  const statements = source.matchAll(
    /^(?:import|export)\b(?!\s+type\b)[^;'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

const files = readdirSync(ROOM, { recursive: true, encoding: 'utf8' }).filter(
  (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.endsWith('test-kit.ts'),
);

test('no file of the rule language needs Node', () => {
  assert.ok(files.length > 30, 'the files were found');
  for (const file of files) {
    const url = new URL(file, ROOM);
    const source = readFileSync(url, 'utf8');
    for (const specifier of imports(source)) {
      if (specifier.startsWith('.')) {
        assert.ok(
          new URL(specifier, url).href.startsWith(ROOM.href),
          `${file} needs ${specifier}, outside of the room`,
        );
      } else {
        assert.ok(!isBuiltin(specifier) && PACKAGES.includes(specifier), `${file} needs ${specifier}`);
      }
    }
    const global = /\b(?:Buffer|process|require|__dirname|setImmediate)\b[.(]/.exec(source);
    assert.equal(global, null, `${file} uses ${global?.[0]}`);
  }
});

test('types come from the room of fields only', () => {
  for (const file of files) {
    const source = readFileSync(new URL(file, ROOM), 'utf8');
    for (const [, specifier = ''] of source.matchAll(/from\s+'((?:\.\.\/)+[a-z]+\/[^']+)'/g)) {
      const url = new URL(specifier, new URL(file, ROOM));
      const inside = url.href.startsWith(ROOM.href);
      assert.ok(inside || url.href.endsWith('/src/fields/field-info.ts'), `${file} imports ${specifier}`);
    }
  }
});

test('packages that the rule language needs have browser builds without built-ins', () => {
  for (const name of PACKAGES) {
    const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
    const { exports } = JSON.parse(readFileSync(manifest, 'utf8')) as { exports: Record<string, unknown> };
    const entry = browserEntry(exports['.']);
    const source = readFileSync(new URL(entry, manifest), 'utf8');
    for (const specifier of imports(source)) assert.ok(!isBuiltin(specifier), `${name} needs ${specifier}`);
  }
});

/** Path of the file that a bundler for browsers takes. */
function browserEntry(conditions: unknown): string {
  if (typeof conditions === 'string') return conditions;
  const table = conditions as Record<string, unknown>;
  for (const condition of ['browser', 'import', 'module', 'default', 'node']) {
    if (condition in table) return browserEntry(table[condition]);
  }
  throw new Error(`no entry among ${Object.keys(table)}`);
}
