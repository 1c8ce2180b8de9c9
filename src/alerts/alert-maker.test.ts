import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventCursor } from '../events/cursor.ts';
import type { Field, FieldCatalog, FieldValue } from '../fields/field.ts';
import {
  exists,
  field,
  literal,
  not,
  rule,
  type TestValues,
  testCatalog,
  testEvent,
  transform,
} from '../matcher/test-kit.ts';
import type { Expression, FieldExpression, OutputSegment } from '../rules/checked.ts';
import { AlertMaker } from './alert-maker.ts';

const always = not(exists('t.raw'));

function text(content: string): OutputSegment {
  return { kind: 'text', text: content };
}

function value(expression: Expression, source: string, width?: number): OutputSegment {
  return { kind: 'value', expression, source, width };
}

function make(segments: OutputSegment[], values: TestValues) {
  const made = rule('r', always, { outputSegments: segments, tags: ['host', 'net'] });
  return new AlertMaker(testCatalog).make(made, testEvent(values));
}

function messageOf(expression: Expression, values: TestValues, width?: number): string {
  return make([value(expression, 'x', width)], values).message;
}

function jsonOf(expression: Expression, values: TestValues): unknown {
  return make([value(expression, 'x')], values).fields[0]?.value;
}

test('a message joins text and values; missing values are <NA> in text and null as fields', () => {
  const alert = make(
    [text('file='), value(field('t.path'), 't.path'), text(' by '), value(field('t.name'), 't.name')],
    { 't.path': '/etc/shadow' },
  );
  assert.equal(alert.message, 'file=/etc/shadow by <NA>');
  assert.deepEqual(alert.fields, [
    { key: 't.path', value: '/etc/shadow', type: 'FSPATH' },
    { key: 't.name', value: null, type: 'CHARBUF' },
  ]);
});

test('the time of an alert is that of the machine’s clock, even if it was set meanwhile', () => {
  const event = new EventCursor();
  event.clockCorrection = 5n;
  const { time } = new AlertMaker(testCatalog).make(rule('r', always, {}), { ...testEvent({}), event });
  assert.equal(time, event.timestamp + 5n);
});

test('text of the rule and bytes of the event meet as Unicode', () => {
  const alert = make([text('größe → '), value(field('t.name'), 't.name')], { 't.name': '\xe2\x82\xac' });
  assert.equal(alert.message, 'größe → €');
});

test('values print by their types', () => {
  const ip = '\x7f\0\0\x01';
  const cases: [Expression, TestValues, string, unknown][] = [
    [field('t.number'), { 't.number': -3 }, '-3', -3],
    [field('t.big'), { 't.big': 2n ** 64n - 1n }, '18446744073709551615', 2n ** 64n - 1n],
    [field('t.flag'), { 't.flag': true }, 'true', true],
    [field('t.ratio'), { 't.ratio': 2 }, '2.0', 2],
    [field('t.ratio'), { 't.ratio': 0.25 }, '0.2', 0.25],
    [field('t.ratio'), { 't.ratio': 0.75 }, '0.8', 0.75],
    [field('t.ratio'), { 't.ratio': -1.06 }, '-1.1', -1.06],
    [field('t.ip'), { 't.ip': ip }, '127.0.0.1', '127.0.0.1'],
    [field('t.ip'), { 't.ip': `${'\0'.repeat(15)}\x01` }, '::1', '::1'],
    [field('t.list'), { 't.list': ['a', 'b'] }, '(a,b)', ['a', 'b']],
    [field('t.list'), { 't.list': [] }, '()', null],
    [field('t.numbers'), { 't.numbers': [1, 2] }, '(1,2)', [1, 2]],
    [field('t.ancestor'), { 't.ancestor': ['bash', 'init'] }, 'bash init', 'bash init'],
    [field('t.ancestor'), { 't.ancestor': [] }, '<NA>', null],
    [field('t.ancestor', '1'), { 't.ancestor[1]': 'bash' }, 'bash', 'bash'],
    [field('t.buffer'), { 't.buffer': Uint8Array.of(65, 0, 10, 200, 66) }, 'A...B', 'A...B'],
    [field('t.name'), { 't.name': 'a\xc3\xa9\xff' }, 'aé\ufffd', 'aé\ufffd'],
  ];
  for (const [expression, values, expectedText, expectedValue] of cases) {
    assert.equal(messageOf(expression, values), expectedText);
    assert.deepEqual(jsonOf(expression, values), expectedValue);
  }
});

test('a width pads or cuts to so many bytes', () => {
  assert.equal(messageOf(field('t.name'), { 't.name': 'cat' }, 5), 'cat  ');
  assert.equal(messageOf(field('t.name'), { 't.name': 'gzip' }, 2), 'gz');
  assert.equal(messageOf(field('t.name'), {}, 6), '<NA>  ');
  assert.equal(messageOf(field('t.name'), { 't.name': '\xc3\xa9' }, 1), '\ufffd');
});

test('fields inside a transformer are named, its result is not', () => {
  const upper = transform('toupper', [
    transform('concat', [field('t.name'), literal('-'), field('t.ancestor', '2')]),
  ]);
  const alert = make([value(upper, 'toupper(…)')], { 't.name': 'a', 't.ancestor[2]': 'b' });
  assert.equal(alert.message, 'A-B');
  assert.deepEqual(
    alert.fields.map(({ key }) => key),
    ['t.name', 't.ancestor[2]'],
  );
});

test('a field has one entry however often it is named', () => {
  const alert = make([value(field('t.name'), 't.name'), value(field('t.name'), 't.name', 3)], {
    't.name': 'x',
  });
  assert.equal(alert.message, 'xx  ');
  assert.equal(alert.fields.length, 1);
});

test('extra fields have their own type, or are text made by a format; they replace fields of the same key', () => {
  const made = rule('r', always, {
    outputSegments: [value(field('t.number'), 't.number')],
    extraFields: [
      { key: 't.flag', segments: [value(field('t.flag'), 't.flag')], raw: true },
      { key: 'who', segments: [text('by '), value(field('t.name'), 't.name')], raw: false },
      { key: 't.number', segments: [value(field('t.number'), 't.number')], raw: false },
    ],
  });
  const event = testEvent({ 't.number': 5, 't.flag': true, 't.name': 'cat' });
  assert.deepEqual(new AlertMaker(testCatalog).make(made, event).fields, [
    { key: 't.number', value: '5', type: 'CHARBUF' },
    { key: 't.flag', value: true, type: 'BOOL' },
    { key: 'who', value: 'by cat', type: 'CHARBUF' },
  ]);
});

test('a field may print otherwise than it compares', () => {
  const special: Field = {
    ...(testCatalog.find('t.name')?.field as Field),
    name: 'x.time',
    read: (): FieldValue => 'compared',
    format: () => 'printed',
    json: () => 1795290112828833529n,
  };
  const catalog: FieldCatalog<Field> = {
    fields: [special],
    find: () => ({ field: special, argument: undefined }),
  };
  const expression: FieldExpression = { ...field('t.name'), field: special };
  const made = rule('r', always, { outputSegments: [value(expression, 'x.time')] });
  const alert = new AlertMaker(catalog).make(made, testEvent({}));
  assert.equal(alert.message, 'printed');
  assert.equal(alert.fields[0]?.value, 1795290112828833529n);
});

test('what a container engine tells is read when the alert is finished, all else with the event', () => {
  const late: Field = { ...(testCatalog.find('t.name')?.field as Field), name: 'x.late', late: true };
  const catalog: FieldCatalog<Field> = {
    fields: [...testCatalog.fields, late],
    find: (name) => (name === late.name ? { field: late, argument: undefined } : testCatalog.find(name)),
  };
  const lateField: FieldExpression = { ...field('t.name'), field: late };
  const mixed = [
    text('of '),
    value(lateField, 'x.late'),
    text(' with '),
    value(field('t.number'), 't.number'),
  ];
  const made = rule('r', always, {
    outputSegments: [value(lateField, 'x.late'), text(' and '), value(field('t.number'), 't.number')],
    extraFields: [{ key: 'mixed', segments: mixed, raw: false }],
  });
  const maker = new AlertMaker(catalog);
  let name = 'too early';
  const event = testEvent({ 't.number': 5 });
  late.read = () => name;
  const held = maker.hold(made, event);
  name = 'web';
  const alert = held.finish();
  assert.equal(held.isLate, true);
  assert.equal(alert.message, 'web and 5');
  assert.deepEqual(
    alert.fields.map(({ value }) => value),
    ['web', 5, 'of web with 5'],
  );
  const plain = rule('p', always, { outputSegments: [value(field('t.number'), 't.number')] });
  assert.equal(maker.hold(plain, event).isLate, false);
});
