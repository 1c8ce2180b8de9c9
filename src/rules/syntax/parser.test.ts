import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapped } from '../test-kit.ts';
import { NESTING_LIMIT } from './expression-parser.ts';
import { parseCondition } from './parser.ts';
import { printCondition } from './print.ts';
import { ConditionError } from './scanner.ts';

/** A condition parsed and printed. */
function printed(text: string): string {
  return printCondition(parseCondition(mapped(text)));
}

/** Message, place and length of the error in a condition. */
function wrong(text: string): [message: string, place: string, suggestion?: string] {
  try {
    parseCondition(mapped(text));
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    const place = text.slice(error.start, error.end);
    return error.suggestion === undefined
      ? [error.message, `${error.start} ${place}`]
      : [error.message, `${error.start} ${place}`, error.suggestion];
  }
  throw new assert.AssertionError({ message: `no error in ${text}` });
}

test('and binds tighter than or, not tighter than both', () => {
  assert.equal(printed('a and b or c'), '((a and b) or c)');
  assert.equal(printed('a or b and not c'), '(a or (b and not c))');
  assert.equal(printed('(a or b) and c'), '((a or b) and c)');
  assert.equal(printed('a and b and c'), '(a and b and c)');
});

test('not may be repeated, and stand before a parenthesis', () => {
  assert.equal(printed('not not a'), 'a');
  assert.equal(printed('not  not not a'), 'not a');
  assert.equal(printed('not(a or b)'), 'not (a or b)');
  assert.equal(printed('not not(a)'), 'a');
  assert.equal(printed('a and(b)or(c)'), '((a and b) or c)');
});

test('blanks may be spaces, tabs, line ends and backspaces', () => {
  assert.equal(printed('\t a\r\nand\b b \n'), '(a and b)');
});

test('every operator takes its kind of operand', () => {
  for (const operator of ['=', '==', '!=', 'glob', 'iglob', 'contains', 'icontains', 'bcontains']) {
    assert.equal(printed(`proc.name ${operator} x`), `proc.name ${operator} x`);
  }
  for (const operator of ['startswith', 'bstartswith', 'endswith', 'regex']) {
    assert.equal(printed(`proc.name ${operator} x`), `proc.name ${operator} x`);
    for (const modifier of ['oneof', 'anyof', 'allof']) {
      assert.equal(
        printed(`proc.name ${operator} ${modifier} (x, y)`),
        `proc.name ${operator} ${modifier} (x, y)`,
      );
    }
  }
  for (const operator of ['<', '<=', '>', '>=']) {
    assert.equal(printed(`proc.pid${operator}-5`), `proc.pid ${operator} -5`);
    assert.equal(printed(`proc.pid ${operator} 0x1F`), `proc.pid ${operator} 0x1F`);
  }
  for (const operator of ['in', 'intersects', 'pmatch']) {
    assert.equal(printed(`proc.name ${operator} (x,"y z")`), `proc.name ${operator} (x, "y z")`);
    assert.equal(printed(`proc.name ${operator}(x)`), `proc.name ${operator} (x)`);
    assert.equal(printed(`proc.name ${operator} ()`), `proc.name ${operator} ()`);
    assert.equal(printed(`proc.name ${operator} name`), `proc.name ${operator} name`);
  }
  assert.equal(printed('proc.name exists'), 'proc.name exists');
  assert.equal(printed('proc.name exists and(a)'), '(proc.name exists and a)');
  assert.equal(printed('proc.name existsand a'), '(proc.name exists and a)');
});

test('a modifier needs a list; otherwise it is a value', () => {
  assert.equal(printed('proc.name = oneof and a'), '(proc.name = oneof and a)');
  assert.equal(printed('proc.name = anyof'), 'proc.name = anyof');
  assert.equal(printed('proc.name = anyof (a)'), 'proc.name = anyof (a)');
  assert.equal(printed('proc.name != allof some_list'), 'proc.name != allof some_list');
});

test('bare values run to the next blank, comma, quote, parenthesis or equals sign', () => {
  assert.equal(printed('fd.name = /etc/*'), 'fd.name = /etc/*');
  assert.equal(printed('fd.snet = 10.0.0.0/8'), 'fd.snet = 10.0.0.0/8');
  assert.equal(printed('fd.sip = 2600:1f18::1'), 'fd.sip = 2600:1f18::1');
  assert.equal(printed('fd.name=a[b]+c'), 'fd.name = a[b]+c');
});

test('fields take arguments in brackets, bare or quoted', () => {
  assert.equal(printed('proc.aname[2] = x'), 'proc.aname[2] = x');
  assert.equal(printed('ka.req["a b"] = x'), 'ka.req["a b"] = x');
  assert.equal(printed("jevt.value[/a/b-c,d=(e)] = 'x'"), 'jevt.value["/a/b-c,d=(e)"] = x');
});

test('transformers nest on both sides', () => {
  assert.equal(printed('toupper( tolower(proc.name) ) = X'), 'toupper(tolower(proc.name)) = X');
  assert.equal(printed('b64(proc.name) = val( proc.pname )'), 'b64(proc.name) = val(proc.pname)');
  assert.equal(printed('len(proc.argv) > len(fd.types)'), 'len(proc.argv) > len(fd.types)');
  assert.equal(
    printed('join("/", (proc.name, "x y", tolower(fd.name), 5)) exists'),
    'join(/,(proc.name,"x y",tolower(fd.name),5)) exists',
  );
  assert.equal(printed('getopt(proc.argv, "e:c:")[c] = x'), 'getopt(proc.argv,e:c:)[c] = x');
  assert.equal(printed('concat(proc.name, "-", proc.pname) in (a)'), 'concat(proc.name,-,proc.pname) in (a)');
});

test('escapes in quotes', () => {
  const values = [
    [String.raw`"a\"b"`, String.raw`"a\"b"`],
    [String.raw`'a\'b'`, `"a'b"`],
    [String.raw`"\b\f\n\r\t\\\/"`, String.raw`"\b\f\n\r\t\\/"`],
    [String.raw`"a\ b"`, String.raw`"a\\b"`],
    [String.raw`"\x41\x7e"`, 'A~'],
    ['"é"', 'é'],
  ];
  for (const [written, expected] of values) {
    assert.equal(printed(`proc.name = ${written}`), `proc.name = ${expected}`);
  }
  assert.deepEqual(wrong(String.raw`proc.name = "a\q"`), [
    String.raw`\q is not an escape`,
    String.raw`14 \q`,
  ]);
  assert.match(wrong(String.raw`proc.name = "\x4"`)[0], /two hexadecimal digits/);
  assert.match(wrong(String.raw`proc.name = 'a\"'`)[0], /is not allowed in a literal quoted with '/);
});

test('a value of any bytes', () => {
  const node = parseCondition(mapped(String.raw`proc.name = "é\xff"`));
  assert.ok(node.kind === 'check' && node.right.kind === 'value');
  assert.equal(node.right.value, '\xc3\xa9\xff');
});

test('errors say what is wrong and where', () => {
  assert.deepEqual(wrong('proc.name startwith x'), [
    '"startwith" is not an operator',
    '10 startwith',
    'startswith',
  ]);
  assert.deepEqual(wrong('proc.name'), ['expected an operator after "proc.name"', '0 proc.name']);
  assert.deepEqual(wrong('proc.name and a'), ['expected an operator after "proc.name"', '10 and']);
  assert.deepEqual(wrong('a b'), ['expected "and" or "or" after "a"', '2 b']);
  assert.deepEqual(wrong('a and'), ['expected a field, a macro or "(" after "and"', '2 and']);
  assert.deepEqual(wrong('a andb'), ['expected a blank or "(" after "and"', '5 b']);
  assert.deepEqual(wrong('(a or b'), ['there is no ")" for this "("', '0 (']);
  assert.deepEqual(wrong('a)'), ['there is no "(" for this ")"', '1 )']);
  assert.deepEqual(wrong('proc.name in (a, b'), ['there is no ")" for this "("', '13 (']);
  assert.deepEqual(wrong('proc.name in (a b)'), ['expected "," or ")" in the list', '16 b']);
  assert.deepEqual(wrong('proc.name in (a,)'), ['expected a value of the list', '16 )']);
  assert.deepEqual(wrong('proc.name = "a'), ['there is no closing " for this quoted value', '12 "']);
  assert.deepEqual(wrong('proc.pid > abc'), ['expected a number, val(field) or a transformer', '11 abc']);
  assert.deepEqual(wrong('name = x'), ['"name" is not a field: a field has a dot in its name', '0 name']);
  assert.deepEqual(wrong('tolowr(proc.name) = x'), ['"tolowr" is not a transformer', '0 tolowr', 'tolower']);
  assert.deepEqual(wrong('a or or b'), ['expected a field, a macro or "(" instead of "or"', '5 or']);
  assert.deepEqual(wrong(''), ['the condition is empty', '0 ']);
  assert.deepEqual(wrong('proc.aname[2 = x'), ['expected "]"', '12  ']);
});

test('nesting up to the limit is read, beyond it is an error, however deep', () => {
  const nested = (depth: number): string => `${'('.repeat(depth)}a${')'.repeat(depth)}`;
  assert.equal(printed(nested(NESTING_LIMIT)), 'a');
  assert.equal(printed(`${'not '.repeat(100_000)}a`), 'a');
  for (const depth of [NESTING_LIMIT + 1, 1000, 100_000]) {
    assert.match(wrong(nested(depth))[0], /nested more than \d+ deep/);
    assert.match(wrong('not('.repeat(depth))[0], /nested more than \d+ deep/);
    assert.match(wrong(`${'tolower('.repeat(depth)}proc.name`)[0], /nested more than \d+ deep/);
  }
});
