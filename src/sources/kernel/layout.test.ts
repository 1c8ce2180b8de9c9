import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as layout from './layout.ts';

const HEADER = readFileSync(new URL('../../../bpf/layout.h', import.meta.url), 'utf8');

/** Values of `NAME = value` and `#define NAME value` in the header. */
const constants = new Map(
  [...HEADER.matchAll(/^(?:#define\s+(\w+)\s+|\s+(\w+) = )(0x[0-9a-f]+|\d+)\b/gm)].map(
    (match): [string, number] => [match[1] ?? match[2] ?? '', Number(match[3])],
  ),
);

test('every kind of parameter has the same number in the probe', () => {
  const here = new Map(
    Object.entries(layout.KINDS).map(([name, value]): [string, number] => [`KIND_${name}`, value]),
  );
  const there = new Map([...constants].filter(([name]) => name.startsWith('KIND_')));
  assert.deepEqual(new Map([...here].sort()), new Map([...there].sort()));
});

test('other constants are the same in the probe', () => {
  const pairs: [string, number][] = [
    ['MAX_CODES', layout.MAX_CODES],
    ['MAX_CALLS', layout.MAX_CALLS],
    ['MAX_PARAMETERS', layout.MAX_PARAMETERS],
    ['MAX_TABLES', layout.MAX_TABLES],
    ['MAX_PREDICATES', layout.MAX_PREDICATES],
    ['FIRST_PROGRAM_BIT', layout.FIRST_PROGRAM_BIT],
    ['MAX_PROGRAM_NAMES', layout.MAX_PROGRAM_NAMES],
    ['GLANCE_PREDICATES', layout.GLANCE_PREDICATES],
    ['FILTER_ODD', layout.FILTER_ODD],
    ['FILTER_TOP', layout.FILTER_TOP],
    ['FILTER_DOTS', layout.FILTER_DOTS],
    ['MAX_TERMS', layout.MAX_TERMS],
    ['MAX_STATES', layout.MAX_STATES],
    ['MAX_CELLS', layout.MAX_CELLS],
    ['MAX_KNOWN_INODES', layout.MAX_KNOWN_INODES],
    ['CALL_EXEC', layout.CALL_EXEC],
    ['CALL_EXIT', layout.CALL_EXIT],
    ['CALL_SWITCH', layout.CALL_SWITCH],
    ['CALL_SIGNAL', layout.CALL_SIGNAL],
    ['CALL_PAGE_FAULT', layout.CALL_PAGE_FAULT],
    ['CALLS_COMPAT', layout.CALLS_COMPAT],
    ['CALLS_SOCKET', layout.CALLS_SOCKET],
    ['CALLS_URING', layout.CALLS_URING],
    ['CALLS_X32', layout.CALLS_X32],
    ['SCOPE_HOST', layout.SCOPE_HOST],
    ['SCOPE_PROCESSES', layout.SCOPE_PROCESSES],
    ['SCOPE_CGROUP', layout.SCOPE_CGROUP],
    ['SUBJECT_NONE', layout.SUBJECTS.none],
    ['SUBJECT_RESULT', layout.SUBJECTS.result],
    ['SUBJECT_ARGUMENT', layout.SUBJECTS.argument],
    ['SUBJECT_RESULT_OR_ARGUMENT', layout.SUBJECTS.resultOrArgument],
    ['SUBJECT_POINTED', layout.SUBJECTS.pointed],
    ['NO_ARGUMENT', layout.NO_ARGUMENT],
    ['ROLE_ACCEPTED', layout.SOCKET_ROLES.accepted],
    ['ROLE_OWN', layout.SOCKET_ROLES.own],
    ['LENGTH_ARGUMENT', layout.LENGTHS.argument],
    ['LENGTH_SENT', layout.LENGTHS.sent],
    ['LENGTH_RECEIVED', layout.LENGTHS.received],
    ['LENGTH_CONTROL', layout.LENGTHS.control],
    ['ENDS_SUCCESS', layout.ENDS.success],
    ['ENDS_CONNECTING', layout.ENDS.connecting],
  ];
  for (const [name, value] of pairs) assert.equal(value, constants.get(name), name);
});

test('a description is encoded as struct lanner_call', () => {
  const bytes = layout.encodeCall({
    entry: 257,
    code: 307,
    failureOnly: true,
    subject: 'result',
    subjectArgument: 4,
    structure: { argument: 2, words: 3, native: true },
    parameters: [
      { kind: 'RESULT', b: 8 },
      { kind: 'OPEN_MODE', a: 3, b: 2, c: 1, constant: 0xfedcba98 },
    ],
  });
  assert.equal(bytes.length, layout.CALL_SIZE);
  assert.equal(
    bytes.toString('hex', 0, 32),
    '3301020101040203' + '0100000000000000' + '0000080000000000' + '0703020198badcfe',
  );
  assert.equal(
    layout.encodeCall({ entry: 3, code: 5, failureOnly: false, subject: 'none', parameters: [] })[6],
    0xff,
  );
});
