import assert from 'node:assert/strict';
import { test } from 'node:test';
import { syscallNames } from '../../events/syscalls.ts';
import { EVENT_TYPES } from '../../events/table.ts';
import { entriesOf } from './calls/numbers.ts';
import { URING_MARK } from './calls/uring.ts';
import {
  CALL_EXEC,
  CALLS_COMPAT,
  CALLS_SOCKET,
  CALLS_URING,
  CALLS_X32,
  KINDS,
  MAX_CALLS,
  MAX_PARAMETERS,
} from './layout.ts';
import { lossCategory } from './losses.ts';
import { callDescriptions, collectedEvents, currentEvent, isAskedFor, rowCalls } from './system-calls.ts';

for (const architecture of ['x64', 'arm64'] as const) {
  const descriptions = callDescriptions(architecture);

  test(`${architecture}: every row gives every parameter of its event, in order`, () => {
    for (const { code, entry, parameters } of descriptions) {
      const type = EVENT_TYPES[code];
      assert.ok(type && !type.flags.has('OLD_VERSION') && type.kind !== 'UNKNOWN');
      const isRequest = entry >= CALLS_URING && entry < CALLS_X32;
      const all = [...type.parameters, ...type.extensions].filter(
        ({ name }) => isRequest || name !== URING_MARK,
      );
      assert.equal(parameters.length, all.length, type.name);
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
      parameters.forEach(({ kind, b, constant }, index) => {
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
        if (kind === 'SIGNED') assert.match(parameter?.type ?? '', /^(ERRNO|FD|PID|INT64)$/, label);
        if (kind === 'TIME') assert.equal(parameter?.type, 'RELTIME', label);
        if (kind === 'POLL_LIST') assert.equal(parameter?.type, 'FDLIST', label);
        if (kind === 'OPTION_VALUE' || kind === 'KEYCTL') assert.equal(parameter?.type, 'DYN', label);
        if (['RESULT', 'VALUE', 'MASKED', 'ENUMERATED', 'POINTED', 'CONSTANT'].includes(kind))
          assert.ok(b && b <= 8, label);
        if (kind.startsWith('QUOTA_') && kind !== 'QUOTA_FILE') assert.ok(constant && constant <= 8, label);
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
  assert.ok(collectedEvents().has('fchmodat') && !collectedEvents().has('drop'));
});

test('lost events by category', () => {
  assert.equal(lossCategory(currentEvent('openat2').code), 'open');
  assert.equal(lossCategory(currentEvent('procexit').code), 'proc');
  assert.equal(lossCategory(currentEvent('socket').code), 'other');
});

test('every current event of a system call is collected', () => {
  const current = EVENT_TYPES.filter(
    ({ code, kind, flags }) => code % 2 === 1 && kind === 'SYSCALL' && !flags.has('OLD_VERSION'),
  );
  assert.equal(current.length, 163);
  const collected = new Set(
    (['x64', 'arm64'] as const).flatMap((architecture) =>
      callDescriptions(architecture).map(({ code }) => code),
    ),
  );
  // A successful execveat is told as execve, a failed one as itself.
  assert.deepEqual(
    current.filter(({ code }) => !collected.has(code)).map(({ name }) => name),
    [],
  );
});

test('every current tracepoint is collected', () => {
  const current = EVENT_TYPES.filter(
    ({ kind, flags }) => kind === 'TRACEPOINT' && !flags.has('OLD_VERSION') && !flags.has('UNUSED'),
  );
  assert.deepEqual(
    current.map(({ name }) => name),
    ['switch', 'procexit', 'signaldeliver', 'page_fault'],
  );
  const collected = new Set(callDescriptions('x64').map(({ code }) => code));
  for (const { code, name } of current) assert.ok(collected.has(code), name);
});

test('every call that a row names exists in some interface', () => {
  for (const name of rowCalls())
    assert.ok(
      (['x64', 'arm64', 'ia32'] as const).some((of) => entriesOf(name, of).length > 0),
      name,
    );
});

test('places of calls in the interfaces', () => {
  assert.deepEqual(entriesOf('openat', 'x64'), [257]);
  assert.deepEqual(entriesOf('openat', 'arm64'), [56]);
  assert.deepEqual(entriesOf('open', 'arm64'), []);
  assert.deepEqual(entriesOf('fchmodat2', 'x64'), [452]);
  assert.deepEqual(entriesOf('openat', 'ia32'), [CALLS_COMPAT + 295]);
  assert.deepEqual(entriesOf('execveat', 'x32'), [CALLS_X32 + 545 - 512]);
  assert.deepEqual(entriesOf('pwritev2', 'x32'), [MAX_CALLS - 1]);
  assert.deepEqual(entriesOf('connect', 'ia32'), [CALLS_COMPAT + 362, CALLS_SOCKET + 3]);
});

test('a call without an event of its own is asked for by its name, or with all of its kind', () => {
  const calls = callDescriptions('x64');
  const asked = (...names: string[]) =>
    calls.filter((call) => isAskedFor(call, new Set(names))).map(({ entry }) => entry);
  assert.deepEqual(asked('getppid'), [110, CALLS_COMPAT + 64]);
  assert.ok(asked('syscall').includes(110) && !asked('syscall').includes(257));
  const generic = calls.find(({ entry }) => entry === CALLS_COMPAT + 64);
  assert.deepEqual(
    generic?.parameters.map(({ constant }) => constant),
    [syscallNames().indexOf('getppid'), 110],
    "the kernel's number of 64-bit programs",
  );
});
