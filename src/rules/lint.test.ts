import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lintRules } from './lint.ts';
import { load, ruleFile } from './test-kit.ts';

/** Codes and messages of the lints of a file. */
function lints(text: string): string[] {
  const outcome = load(text);
  assert.ok(outcome.ok, outcome.problems.map(({ message }) => message).join());
  return lintRules(outcome).map(
    ({ code, message, suggestion }) =>
      `${code} ${message}${suggestion === undefined ? '' : ` (${suggestion})`}`,
  );
}

function never(condition: string): boolean {
  return lints(ruleFile(condition)).some((lint) => lint.startsWith('LINT_NEVER_FIRES'));
}

test('a rule whose event types exclude one another can never fire', () => {
  assert.ok(never('evt.type = open and evt.type = close'));
  assert.ok(never('evt.num = 0'));
  assert.ok(!never('evt.type = open or evt.num = 0'));
});

test('a rule that asks for two values of one field can never fire', () => {
  for (const condition of [
    'proc.name = a and proc.name = b',
    'proc.name = a and (fd.num = 1 and proc.name in (b, c))',
    'proc.name in (a, b) and proc.name != a and not proc.name = b',
    'proc.name in (a, b) and not proc.name in (a, b, c)',
    '(proc.name = a and proc.name = b) or (fd.num = 1 and fd.num = 2)',
    'proc.name in ()',
    'proc.pid = 1 and proc.pid = 0x2',
  ]) {
    assert.ok(never(`evt.type = open and (${condition})`), condition);
  }
});

test('what may hold after all is not told', () => {
  for (const condition of [
    'proc.name = a or proc.name = b',
    'proc.name = a and proc.pname = b',
    'proc.name = a and proc.name != b',
    'proc.aname = a and proc.aname = b',
    'proc.args[1] = a and proc.args[2] = b',
    'proc.argv intersects (a) and proc.argv intersects (b)',
    'fd.ip = 1.2.3.4 and fd.ip = 1.2.3.5',
    'fd.snet = 10.0.0.0/8 and fd.snet = 10.1.0.0/16',
    'evt.rawarg.flags = 1 and evt.rawarg.flags = 2',
    'not (proc.name = a and proc.name = b)',
    'proc.pid = 1 and proc.pid = 0x1',
    'not proc.name in ()',
  ]) {
    assert.ok(!never(`evt.type = open and (${condition})`), condition);
  }
});

test('a rule is shadowed by an earlier one that asks for less', () => {
  const named = (name: string, condition: string, more = ''): string =>
    ruleFile(condition, more).replace('rule: R', `rule: ${name}`);
  const shadowed = (first: string, second: string, more = ''): boolean =>
    lints(named('A', first, more) + named('B', second)).some((lint) => lint.startsWith('LINT_SHADOWED'));
  assert.ok(shadowed('evt.type=open', 'evt.type=open and proc.name=x'));
  assert.ok(shadowed('evt.type=open and proc.name=x', 'proc.name=x and (fd.num=1 and evt.type=open)'));
  assert.ok(shadowed('evt.type=open and fd.num=1', 'evt.type = open and fd.num = 1'));
  assert.ok(!shadowed('evt.type=open and proc.name=x', 'evt.type=open'));
  assert.ok(!shadowed('evt.type=open or proc.name=x', 'evt.type=open and fd.num=1'));
  assert.ok(!shadowed('evt.type=open', 'evt.type=open and proc.name=x', '  enabled: false\n'));
});

test('an item that is a typing error of a common one is told', () => {
  const lists = (items: string): string =>
    `- list: a\n  items: [python, systemd]\n- list: b\n  items: [python, systemd]\n- list: c\n  items: [${items}]\n`;
  assert.deepEqual(lints(lists('pyhton, sysemd, pythhon, syxtemd')), [
    "LINT_LIST_ITEM 'pyhton' looks like a typing error (python)",
    "LINT_LIST_ITEM 'sysemd' looks like a typing error (systemd)",
    "LINT_LIST_ITEM 'pythhon' looks like a typing error (python)",
    "LINT_LIST_ITEM 'syxtemd' looks like a typing error (systemd)",
  ]);
  assert.deepEqual(lints(lists('python3, pythons, cpython, a, systemxd, sustemd')), []);
});
