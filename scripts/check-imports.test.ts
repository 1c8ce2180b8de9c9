import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkFile } from './check-imports.ts';

test('an import to the right is an error with its line', () => {
  const text = "import { a } from './a.ts';\n\nimport type { M } from '../matcher/m.ts';\n";
  const problems = checkFile('events/table.ts', text);
  assert.equal(problems.length, 1);
  assert.match(problems[0] ?? '', /^3: events must not import matcher\/m\.ts/);
});

test('every form of import counts', () => {
  for (const text of [
    "import '../cli/main.ts';",
    "export { a } from '../cli/main.ts';",
    "const a = await import('../cli/main.ts');",
    "import {\n  a,\n  b,\n} from '../cli/main.ts';",
    "export * from '../cli/main.ts'",
  ]) {
    assert.equal(checkFile('engine/engine.ts', text).length, 1, text);
  }
});

test('an import to the left, of the own room, of a package passes', () => {
  const text =
    "import '../events/table.ts'; import './b.ts'; import { parse } from 'yaml'; import 'node:fs';";
  assert.deepEqual(checkFile('system/a.ts', text), []);
});

test('rules see what a field looks like, and nothing else of fields', () => {
  assert.deepEqual(
    checkFile('rules/load.ts', "import type { FieldInfo } from '../fields/field-info.ts';"),
    [],
  );
  assert.equal(checkFile('rules/load.ts', "import { FIELDS } from '../fields/catalog.ts';").length, 1);
});

test('rules must not import what a browser lacks', () => {
  assert.equal(checkFile('rules/load.ts', "import { readFileSync } from 'node:fs';").length, 1);
  assert.equal(checkFile('rules/load.ts', "import { readFileSync } from 'fs';").length, 1);
});

test('nothing in src imports from outside it', () => {
  assert.equal(checkFile('cli/main.ts', "import '../../scripts/setup.mjs';").length, 1);
});

test('words in comments are not imports', () => {
  assert.deepEqual(
    checkFile('events/a.ts', "/** from '../cli/main.ts' */\n// import '../cli/main.ts'\n"),
    [],
  );
});

test('a folder that is no room is an error', () => {
  assert.equal(checkFile('helpers/a.ts', '').length, 1);
});

test('a test may import what it needs', () => {
  assert.deepEqual(checkFile('rules/load.test.ts', "import '../fields/catalog.ts';"), []);
  assert.deepEqual(checkFile('rules/browser.test-kit.ts', "import 'node:fs';"), []);
});
