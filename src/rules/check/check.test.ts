/** Conditions as the checker makes them, and what it refuses. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition, Expression } from '../checked.ts';
import { checked, errors, load, problems, ruleFile } from '../test-kit.ts';

/** The only check of a condition. */
function check(condition: string): Extract<Condition, { kind: 'scalar' | 'list' }> {
  const result = checked(condition).condition;
  assert.ok(result.kind === 'scalar' || result.kind === 'list');
  return result;
}

/** Values on the right of the only check of a condition. */
function values(condition: string): unknown[] {
  const { right } = check(condition);
  assert.equal(right.kind, 'values');
  return [...right.values];
}

function wrong(condition: string, more = ''): string[] {
  return errors(load(ruleFile(condition, more)));
}

test('literals become values of the type on the left', () => {
  assert.deepEqual(values('proc.pid = 5'), [5]);
  assert.deepEqual(values('proc.pid in (5, -6, +7)'), [5, -6, 7]);
  assert.deepEqual(values('proc.pid > 0x10'), [16]);
  assert.deepEqual(values('proc.pid = 9223372036854775807'), [9223372036854775807n]);
  assert.deepEqual(values('proc.fdusage >= 5'), [5]);
  assert.deepEqual(values('evt.failed = true'), [true]);
  assert.deepEqual(values('evt.failed in (true, false)'), [true, false]);
  assert.deepEqual(values('fd.sport in (https, 8080)'), [443, 8080]);
  assert.deepEqual(values('fd.sip = 1.2.3.4'), ['\x01\x02\x03\x04']);
  assert.deepEqual(values('fd.sip = ::1'), [`${'\0'.repeat(15)}\x01`]);
  assert.deepEqual(values('fd.sip = 1:2::ffff:1.2.3.4'), [
    '\0\x01\0\x02\0\0\0\0\0\0\xff\xff\x01\x02\x03\x04',
  ]);
  assert.deepEqual(values('fd.snet in (10.0.0.0/8, "fe80::/10")'), [
    { address: '\x0a\0\0\0', prefix: 8 },
    { address: `\xfe\x80${'\0'.repeat(14)}`, prefix: 10 },
  ]);
  assert.deepEqual(values('evt.buffer bcontains 00FFa1'), ['\0\xff\xa1']);
  assert.deepEqual(values('evt.buffer contains 00FFa1'), ['00FFa1']);
  assert.deepEqual(values('fd.name pmatch (/etc, "/a b")'), ['/etc', '/a b']);
  assert.deepEqual(values('proc.name startswith anyof (a, b)'), ['a', 'b']);
  assert.deepEqual(values('proc.name = é'), ['\xc3\xa9']);
  assert.deepEqual(values('evt.rawarg.flags > 5'), [5]);
});

test('a field that means up to a value has no other operator than =', () => {
  const around = 'evt.type = open and evt.around[1790000000000000000]';
  assert.deepEqual(wrong(`${around} = 5`), []);
  for (const rest of ['> 5', '!= 5', 'in (5)'])
    assert.equal(wrong(`${around} ${rest}`)[0], 'evt.around can be compared with = only');
});

test('a number that does not fit wraps around, with a warning', () => {
  const outcome = load(ruleFile('evt.type = open and proc.tty = -1 and proc.cpu = 40000'));
  assert.deepEqual(problems(outcome), [
    'LOAD_COMPILE_CONDITION 3:46 -1 does not fit into unsigned 32 bits and is taken as 4294967295',
    'LOAD_COMPILE_CONDITION 3:64 40000 does not fit into signed 16 bits and is taken as -25536',
  ]);
});

test('a literal that is none of the type is refused', () => {
  assert.deepEqual(wrong('proc.pid = abc'), ['"abc" is not a whole number']);
  assert.deepEqual(wrong('proc.pid = 1.5'), ['"1.5" is not a whole number']);
  assert.deepEqual(wrong('evt.failed = flase'), ['"flase" is not true or false (false)']);
  assert.deepEqual(wrong('fd.sport = htps'), ['"htps" is neither a port nor a service']);
  assert.deepEqual(wrong('fd.sip = 1.2.3.256'), ['"1.2.3.256" is not an IP address']);
  assert.deepEqual(wrong('fd.sip = 1::2::3'), ['"1::2::3" is not an IP address']);
  assert.deepEqual(wrong('fd.sip = 1:2:3:4:5:6:7'), ['"1:2:3:4:5:6:7" is not an IP address']);
  assert.match(wrong('fd.snet = 10.0.0.1')[0] ?? '', /expected ADDRESS\/PREFIX/);
  assert.match(wrong('fd.snet = 10.0.0.1/33')[0] ?? '', /from 0 to 32/);
  assert.match(wrong('fd.snet = ::/0')[0] ?? '', /from 1 to 128/);
  assert.match(wrong('evt.buffer bcontains 0ff')[0] ?? '', /even number of hexadecimal digits/);
  assert.match(wrong('proc.name = "a\\x00b"')[0] ?? '', /NUL byte/);
  assert.match(wrong('proc.name regex "a(b"')[0] ?? '', /not a regular expression/);
  assert.match(wrong('proc.name regex "(?=a)"')[0] ?? '', /not a regular expression/);
  assert.deepEqual(wrong('evt.type in (open, opne, exevce)'), [
    'unknown event type opne (open)',
    'unknown event type exevce (execve)',
  ]);
});

test('each type has its operators', () => {
  const matrix: Readonly<Record<string, readonly [literal: string, operators: string]>> = {
    'proc.pid': ['5', '= != < <= > >= in intersects'],
    'fd.sport': ['5', '= != < <= > >= in intersects'],
    'evt.failed': ['true', '= != in intersects'],
    'proc.name': [
      '5',
      '= != contains icontains startswith endswith glob iglob regex in intersects pmatch < >=',
    ],
    'fd.name': [
      '5',
      '= != contains icontains startswith endswith glob iglob regex in intersects pmatch < >=',
    ],
    'evt.buffer': ['55', '= != contains startswith endswith bcontains bstartswith in intersects'],
    'fd.sip': ['::1', '= != in intersects'],
    'fd.snet': ['::1/8', '= != in intersects'],
    'fd.types': ['5', 'in intersects'],
  };
  const all =
    '= == != < <= > >= in intersects pmatch contains icontains bcontains startswith bstartswith endswith glob iglob regex';
  for (const [field, [literal, allowed]] of Object.entries(matrix)) {
    const operators = new Set(allowed.split(' '));
    if (operators.has('=')) operators.add('==');
    if (operators.has('>=')) for (const other of ['<', '<=', '>']) operators.add(other);
    for (const operator of all.split(' ')) {
      const numeric = /^[<>]/.test(operator);
      if (numeric && !/^\d+$/.test(literal)) continue;
      const list = ['in', 'intersects', 'pmatch'].includes(operator);
      const condition = `${field} ${operator} ${list ? `(${literal})` : literal}`;
      assert.equal(wrong(condition).length === 0, operators.has(operator), condition);
    }
    assert.deepEqual(wrong(`${field} exists`), []);
  }
  assert.match(wrong('proc.pid contains 5')[0] ?? '', /operator contains does not work on a number/);
});

test('a field is known by its name, its source and its argument', () => {
  assert.deepEqual(wrong('container.is != host'), ['unknown field container.is (container.id)']);
  assert.match(wrong('ka.verb = get')[0] ?? '', /is for rules of source k8s_audit/);
  assert.deepEqual(wrong('ka.verb = get', '  source: k8s_audit'), []);
  assert.match(wrong('proc.name[1] = a')[0] ?? '', /takes no argument/);
  assert.match(wrong('evt.arg = a')[0] ?? '', /needs an argument/);
  assert.match(wrong('proc.aname[x] = a')[0] ?? '', /must be a number, not "x"/);
  assert.match(wrong('evt.arg.name[1] = a')[0] ?? '', /two arguments/);
  assert.match(wrong('evt.arg.nam = a')[0] ?? '', /unknown field evt.arg.nam/);
  assert.match(wrong('evt.outputtime = a')[0] ?? '', /in outputs only/);
  const left = (condition: string): Expression => check(condition).left;
  assert.deepEqual({ ...left('evt.arg.name = a') }.kind, 'field');
  const dotted = left('evt.arg.name = a');
  assert.ok(dotted.kind === 'field' && dotted.argument === 'name');
  const raw = left('evt.rawarg.flags = 1');
  assert.ok(raw.kind === 'field' && raw.type === 'UINT32');
});

test('transformers are typed', () => {
  const type = (condition: string): string => {
    const { left } = check(condition);
    return `${left.type}${left.isList ? '[]' : ''}`;
  };
  assert.equal(type('tolower(fd.name) = a'), 'FSPATH');
  assert.equal(type('len(proc.argv) > 1'), 'UINT64');
  assert.equal(type('len(proc.name) > 1'), 'UINT64');
  assert.equal(type('tolower(fd.types) in (a)'), 'CHARBUF[]');
  assert.equal(type('getopt(proc.argv, "c:") intersects (a)'), 'CHARBUF[]');
  assert.equal(type('getopt(proc.argv, "c:")[c] = a'), 'CHARBUF');
  assert.equal(type('join(",", (proc.name, proc.pname)) = a'), 'CHARBUF');
  assert.equal(type('b64(evt.buffer) contains a'), 'BYTEBUF');
  assert.match(wrong('tolower(proc.pid) = a')[0] ?? '', /does not work on a number/);
  assert.match(wrong('tolower(proc.name, proc.pname) = a')[0] ?? '', /takes one value/);
  assert.match(wrong('tolower(proc.aname[1]) = a')[0] ?? '', /cannot be used in a transformer/);
  assert.match(wrong('tolower(proc.name)[1] = a')[0] ?? '', /takes no argument/);
  assert.match(wrong('join(proc.argv, proc.name) = a')[0] ?? '', /separator/);
  assert.match(wrong('concat(proc.name) = a')[0] ?? '', /two or more/);
  assert.match(wrong('getopt(proc.name, "c") in (a)')[0] ?? '', /list of texts/);
  assert.match(wrong('getopt(proc.argv, "c")[cc] = a')[0] ?? '', /single letter/);
  assert.match(wrong('tolower(proc.nam) = a')[0] ?? '', /unknown field proc.nam/);
});

test('a field may be compared with a field of the same type', () => {
  const { right } = check('proc.name = val(proc.pname)');
  assert.ok(right.kind === 'field' && right.field.name === 'proc.pname');
  assert.deepEqual(wrong('proc.pid > val(proc.ppid)'), []);
  assert.deepEqual(wrong('proc.argv in val(fd.types)'), []);
  assert.match(wrong('proc.name = val(proc.pid)')[0] ?? '', /a text cannot be compared with a number/);
  assert.match(wrong('proc.name = val(fd.name)')[0] ?? '', /CHARBUF and FSPATH/);
  assert.match(wrong('proc.name = val(proc.aname)')[0] ?? '', /cannot stand on the right/);
  assert.match(wrong('proc.aname = val(proc.name)')[0] ?? '', /cannot be compared with another field/);
  assert.match(wrong('proc.name pmatch val(proc.pname)')[0] ?? '', /cannot compare with another field/);
  assert.match(wrong('proc.name regex val(proc.pname)')[0] ?? '', /cannot compare with another field/);
  assert.match(wrong('fd.snet = val(fd.snet)')[0] ?? '', /cannot be compared with another field/);
  assert.match(wrong('evt.type = val(proc.name)')[0] ?? '', /evt.type cannot be compared with another/);
  assert.match(wrong('tolower(evt.type) = open')[0] ?? '', /through a transformer/);
});

test('a field or transformer written as a text is warned of', () => {
  assert.deepEqual(problems(load(ruleFile('evt.type=open and proc.name = proc.pname'))), [
    "LOAD_COMPILE_CONDITION 3:45 'proc.pname' is compared as a text, but it is the name of a field (val(proc.pname))",
  ]);
  assert.deepEqual(problems(load(ruleFile('evt.type=open and proc.name = "tolower(proc.pname)"'))), [
    "LOAD_COMPILE_CONDITION 3:45 'tolower(proc.pname)' is compared as a text, but it reads like a transformer",
  ]);
});

test('a regex that needs no regex is warned of', () => {
  const warned = (pattern: string): boolean =>
    problems(load(ruleFile(`evt.type=open and proc.name regex '${pattern}'`))).length > 0;
  for (const pattern of ['abc', '^abc$', '.*abc', 'abc.*', '.+abc.?']) assert.ok(warned(pattern), pattern);
  for (const pattern of ['a.c', 'a|b', '[ab]', 'a+', '.*a.*b']) assert.ok(!warned(pattern), pattern);
});

test('several errors of one condition are all told', () => {
  assert.deepEqual(wrong('proc.nam = a or fd.nam = b or proc.pid = x'), [
    'unknown field proc.nam (proc.name)',
    'unknown field fd.nam (fd.name)',
    '"x" is not a whole number',
  ]);
});
