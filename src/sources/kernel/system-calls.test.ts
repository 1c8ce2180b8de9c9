import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_TYPES } from '../../events/table.ts';
import { CALL_EXEC, KINDS, MAX_CALLS, MAX_PARAMETERS } from './layout.ts';
import { lossCategory } from './losses.ts';
import { callDescriptions, collectedEvents, currentEvent } from './system-calls.ts';

for (const architecture of ['x64', 'arm64'] as const) {
  const descriptions = callDescriptions(architecture);

  test(`${architecture}: every row gives every parameter of its event, in order`, () => {
    for (const { code, entry, parameters } of descriptions) {
      const type = EVENT_TYPES[code];
      assert.ok(type && !type.flags.has('OLD_VERSION') && type.kind !== 'UNKNOWN');
      assert.equal(parameters.length, type.parameters.length + type.extensions.length, type.name);
      assert.ok(parameters.length <= MAX_PARAMETERS && entry < MAX_CALLS);
      for (const { a = 0, b = 0, c = 0 } of parameters) assert.ok(Math.max(a, b, c) < 256);
    }
  });

  test(`${architecture}: no number has two rows`, () => {
    const entries = descriptions.map(({ entry }) => entry);
    assert.equal(new Set(entries).size, entries.length);
  });

  test(`${architecture}: collected sizes are those of the event table`, () => {
    for (const { code, parameters } of descriptions) {
      const type = EVENT_TYPES[code];
      const declared = [...(type?.parameters ?? []), ...(type?.extensions ?? [])];
      parameters.forEach(({ kind, b }, index) => {
        const parameter = declared[index];
        const label = `${type?.name}.${parameter?.name} (${kind})`;
        if (
          [
            'TEXT',
            'BASE',
            'CWD',
            'EXE_PATH',
            'COMM',
            'EXE',
            'POINTED_TEXT',
            'EXEC_FILENAME',
            'PRCTL_TEXT',
          ].includes(kind)
        )
          assert.match(parameter?.type ?? '', /^(CHARBUF|FSPATH|FSRELPATH)$/, label);
        if (kind === 'DESCRIPTOR') assert.equal(parameter?.type, 'DESCRIPTOR', label);
        if (kind === 'ADDRESS') assert.equal(parameter?.type, 'SOCKADDR', label);
        if (kind === 'ENDS') assert.equal(parameter?.type, 'SOCKTUPLE', label);
        if (kind === 'RESULT' || kind === 'SIGNED')
          assert.match(parameter?.type ?? '', /^(ERRNO|FD|PID|INT64)$/, label);
        if (kind === 'VALUE' || kind === 'MASKED' || kind === 'ENUMERATED') assert.ok(b && b <= 8, label);
        if (KINDS[kind] >= KINDS.TID && KINDS[kind] <= KINDS.PIDNS_START && kind !== 'COMM')
          assert.ok(b, label);
      });
    }
  });
}

test('the arguments follow the program name, which tells where they begin', () => {
  for (const { parameters } of callDescriptions('x64'))
    parameters.forEach(({ kind }, index) => {
      if (kind === 'ARGS') assert.equal(parameters[index - 1]?.kind, 'EXE');
    });
});

test('both execs are told by the tracepoint, and by the calls only when they fail', () => {
  const calls = callDescriptions('x64');
  assert.deepEqual(
    [59, 322, CALL_EXEC]
      .map((number) => calls.find(({ entry }) => entry === number))
      .map((call) => [call?.code, call?.failureOnly]),
    [
      [293, true],
      [331, true],
      [293, false],
    ],
  );
});

test('current events', () => {
  assert.equal(currentEvent('openat').code, 307);
  assert.equal(currentEvent('accept').code, 247);
  assert.equal(currentEvent('procexit').code, 186);
  assert.throws(() => currentEvent('no such event'), /0 current events/);
  assert.ok(collectedEvents().has('fchmodat') && !collectedEvents().has('read'));
});

test('lost events by category', () => {
  assert.equal(lossCategory(currentEvent('openat2').code), 'open');
  assert.equal(lossCategory(currentEvent('procexit').code), 'proc');
  assert.equal(lossCategory(currentEvent('socket').code), 'other');
});
