import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasFailed, testReport } from './test-report.ts';

const NEVER = { wasTrue: false, wasFalse: false, decidedTrue: false, decidedFalse: false };

const RUN = {
  results: [
    { file: 'a.test.yaml', name: 'right', place: 'a.test.yaml:2:9', failures: [] },
    {
      file: 'a.test.yaml',
      name: 'wrong # <1>',
      place: 'a.test.yaml:5:9',
      failures: [{ place: 'a.test.yaml:7:3', message: '"A" did not fire', why: ['x = 1 is false\u0001'] }],
    },
  ],
  coverage: {
    rules: [
      {
        rule: 'A',
        checks: [
          { ...NEVER, text: 'x = 1', place: 'a.yaml:3:4', macros: ['m'], wasFalse: true, decidedFalse: true },
          { ...NEVER, text: 'y = 1', place: 'a.yaml:3:9', macros: [], wasTrue: true, wasFalse: true },
          { ...NEVER, text: 'z = 1', place: 'a.yaml:3:19', macros: [] },
        ],
      },
    ],
    untested: ['B'],
    total: { checks: 3, seen: 1, decided: 0 },
  },
};

test('for people: what failed, where and why, and what was never tried', () => {
  assert.equal(
    testReport(RUN, 'text'),
    `failed: wrong # <1> (a.test.yaml:5:9)
  a.test.yaml:7:3: "A" did not fire
    x = 1 is false\u0001

A: 1 of 3 checks seen true and false, 0 decided both ways
  never true: x = 1 (m > a.yaml:3:4)
  true, but never what decided: y = 1 (a.yaml:3:9)
  false, but never what decided: y = 1 (a.yaml:3:9)
  never asked: z = 1 (a.yaml:3:19)
1 rule that no test expects:
  B
coverage: of 3 checks, 1 (33.3 %) seen true and false, 0 (0.0 %) decided both ways

2 tests in 1 file: 1 failed`,
  );
  assert.equal(hasFailed(RUN), true);
  assert.equal(testReport({ results: RUN.results.slice(0, 1) }, 'text'), '1 test in 1 file: all passed');
});

test('too little coverage is a failure', () => {
  const passed = { ...RUN, results: RUN.results.slice(0, 1) };
  assert.equal(hasFailed(passed), false);
  assert.equal(hasFailed({ ...passed, coverageMin: 33 }), false);
  assert.equal(hasFailed({ ...passed, coverageMin: 33.4 }), true);
  assert.match(testReport({ ...passed, coverageMin: 33.4 }, 'text'), /^coverage is below 33\.4 %$/m);
});

test('TAP, with failures in YAML and a # that is no directive', () => {
  assert.equal(
    testReport({ results: RUN.results }, 'tap'),
    `TAP version 13
1..2
ok 1 - a.test.yaml: right
not ok 2 - a.test.yaml: wrong \\# <1>
  ---
  failures:
    - at: "a.test.yaml:7:3"
      message: "\\"A\\" did not fire"
      why:
        - "x = 1 is false\\u0001"
  ...`,
  );
});

test('JUnit, escaped, without characters that XML cannot have', () => {
  assert.equal(
    testReport(RUN, 'junit'),
    `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="a.test.yaml" tests="2" failures="1" errors="0" skipped="0">
    <testcase classname="a.test.yaml" name="right"/>
    <testcase classname="a.test.yaml" name="wrong # &lt;1&gt;">
      <failure type="test" message="&quot;A&quot; did not fire">a.test.yaml:7:3: &quot;A&quot; did not fire
  x = 1 is false\ufffd</failure>
    </testcase>
  </testsuite>
</testsuites>`,
  );
});

test('JSON', () => {
  assert.deepEqual(JSON.parse(testReport(RUN, 'json')), RUN);
});
