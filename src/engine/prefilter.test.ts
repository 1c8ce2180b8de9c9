/** The kernel lets pass whatever a rule matches: random rules and events, judged in full and by the filters' tables. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EventCursor } from '../events/cursor.ts';
import type { ParameterValue } from '../events/encode.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import { eventOf, systemOf, threadOf } from '../fields/testing.ts';
import { holds } from '../matcher/interpreter.ts';
import { matchAllNames } from '../matcher/other-names.ts';
import { Choices } from '../matcher/random.test-kit.ts';
import type { CheckedRule, CheckedRuleSet } from '../rules/checked.ts';
import { loadRules } from '../rules/load.ts';
import { type EncodedFilters, encodeFilters } from '../sources/kernel/encode-filters.ts';
import { isPassedOver, passes } from '../sources/kernel/filter-decision.test-kit.ts';
import { AcceptedSockets } from '../system/accepted-sockets.ts';
import type { EventContext } from '../system/context.ts';
import { EventContextView } from '../system/event-context.ts';
import type { Mounts } from '../system/mounts.ts';
import type { FileNames } from '../system/other-names.ts';
import type { PathResolver } from '../system/path-resolver.ts';
import { deriveFilters } from './prefilter.ts';
import { ruleEnvironment } from './rule-environment.ts';
import { chooseEvents } from './traced-events.ts';

const OPENS = ['open', 'openat', 'openat2', 'creat', 'open_by_handle_at'];
const OTHERS = [
  'dup',
  'sendto',
  'recvfrom',
  'listen',
  'bind',
  'connect',
  'socket',
  'accept4',
  'fchmod',
  'chmod',
  'mkdir',
  'ptrace',
  'rename',
];
const PATHS = [
  ...['/', '/etc', '/etc/', '/etc/shadow', '/etc/pam.d/sshd', '/root/.ssh/id_rsa', '/home/a/.ssh/config'],
  ...[
    '/tmp/link',
    '/x',
    '//etc//shadow',
    '/etc/./x/../shadow',
    '/a/b/../../../etc/passwd',
    '/usr/lib/a..b/c',
  ],
  ...[
    '/tmp/a../b',
    'shadow',
    '../etc/shadow',
    './x',
    '.',
    '..',
    '',
    `/${'d/'.repeat(70)}shadow`,
    '/etc/...',
    '...',
  ],
];
const BASES = ['/etc', '/', '/home/a', '', undefined, '/tmp/a..', '/root/.ssh'];
const LITERALS = [
  ...[
    '/etc/shadow',
    '/etc',
    '/etc/',
    '/',
    'shadow',
    '.ssh',
    'id_rsa',
    '/root/',
    'sshd',
    '..',
    '../',
    'x',
    's',
  ],
  ...['/a', 'a..b', '/tmp/link', 'd/d', '/home/'],
];
const KINDS = ['f', 'd', '4', '6', 'u', 'p', 'o'];
const TYPES = ['file', 'directory', 'ipv4', 'ipv6', 'unix', 'pipe', '<NA>'];
const KNOWN_INODE = 9;
const OTHER_KNOWN_INODE = 10;

const NAMES: ReadonlyMap<number, readonly string[]> = new Map([
  [KNOWN_INODE, ['/etc/shadow']],
  [OTHER_KNOWN_INODE, ['/etc/hosts', '/top']],
]);
const FILES: FileNames = {
  namesOf: (_device, inode) => NAMES.get(inode) ?? [],
  mayHave: (inode) => NAMES.has(inode),
  changed() {},
};
/** Links that only user space knows of. */
const RESOLVER = {
  links: { follow: (_container: string, path: string) => path.replace('/tmp/link', '/etc/shadow') },
  file: () => undefined,
  withDirectory: () => undefined,
} as unknown as PathResolver;
const MOUNTS = { pathOf: (_device: number, path: string) => `/host${path}` } as Mounts;

function quoted(text: string): string {
  return `"${text}"`;
}

function randomCheck(choices: Choices): string {
  const literal = quoted(choices.of(LITERALS));
  const list = `(${choices.several(LITERALS, 4).map(quoted).join(', ') || literal})`;
  const name = choices.of([
    ...['fd.name', 'fd.name', 'fs.path.name', 'fd.nameraw', 'fd.directory', 'fd.filename', 'fs.path.nameraw'],
    ...['fs.path.target', 'fs.path.source', 'evt.abspath'],
  ]);
  const sign = choices.of(['=', '!=', '<', '<=', '>', '>=']);
  return choices.of([
    `${name} = ${literal}`,
    `${name} != ${literal}`,
    `${name} startswith ${literal}`,
    `${name} endswith ${literal}`,
    `${name} contains ${literal}`,
    `${name} icontains ${literal}`,
    `${name} in ${list}`,
    `${name} pmatch ${list}`,
    `${name} glob ${quoted(choices.of(['/etc/*', '*/.ssh/*', '*../*', '/home/*/.ssh/*', '*shadow', '?']))}`,
    `${name} exists`,
    `evt.rawres ${sign} ${choices.of([-13, -2, -1, 0, 1, 3])}`,
    `evt.rawres in (${choices.of(['0, 1, 2', '-1, -2', '-1, 3'])})`,
    `fd.num ${sign} ${choices.of([-1, 0, 3])}`,
    `evt.res ${choices.of(['=', '!='])} ${choices.of(['SUCCESS', 'ENOENT', 'EPERM'])}`,
    `evt.failed = ${choices.of(['true', 'false'])}`,
    `evt.is_open_${choices.of(['read', 'write', 'exec', 'create'])} = ${choices.of(['true', 'false'])}`,
    `fd.type ${choices.of(['=', '!='])} ${quoted(choices.of(TYPES))}`,
    `fd.type in (${choices.of(TYPES.slice(0, 6))}, ${choices.of(TYPES.slice(0, 6))})`,
    `fd.typechar = ${quoted(choices.of(KINDS))}`,
    `fd.l4proto ${choices.of(['=', '!='])} ${choices.of(['tcp', 'udp', 'icmp', 'raw'])}`,
    `proc.name ${choices.of(['=', '!='])} ${choices.of(['sh', 'cat', 'a-name-that-is-too-long'])}`,
    `fd.num in (${choices.of(['0, 1, 2', '3', '5, 70'])})`,
    `evt.arg.domain ${choices.of(['=', '!=', 'contains', 'in'])} ${choices.of(['(AF_INET)', '(AF_PACKET)'])}`.replace(
      /(=|contains) \((.*)\)/,
      '$1 $2',
    ),
    `evt.arg.flags contains ${choices.of(['O_TRUNC', 'TRUNC', 'O_RD', 'O_CREAT', 'LAYER', 'O_N', 'X', '0', '|'])}`,
    `evt.arg.type in (${choices.of(['3', '1, 2'])})`,
    `fd.${choices.of(['net', 'snet', 'cnet'])} ${choices.of(['=', '!='])} "${choices.of(['127.0.0.0/8', '10.0.0.0/8', '0.0.0.0/0'])}"`,
    `fd.snet in ("127.0.0.0/8", "10.0.0.0/8")`,
    `proc.name in (${choices.of(['sh, cat', 'cat, dog', 'dog'])})`,
    `container.id ${choices.of(['!= host', '= host', 'in (host, 0123456789ab)', '= 0123456789ab', 'exists', 'startswith h'])}`,
    `evt.type = ${choices.of([...OPENS, ...OTHERS])}`,
  ]);
}

function randomCondition(choices: Choices, depth: number): string {
  if (depth === 0 || choices.below(4) === 0) return randomCheck(choices);
  if (choices.below(5) === 0) return `not (${randomCondition(choices, depth - 1)})`;
  const operands = Array.from({ length: 2 + choices.below(2) }, () => randomCondition(choices, depth - 1));
  return `(${operands.join(choices.below(3) === 0 ? ' or ' : ' and ')})`;
}

function randomRules(choices: Choices, count: number): CheckedRuleSet {
  const texts = Array.from({ length: count }, (_, index) => {
    const types = choices.of([OPENS.slice(0, 3), OPENS, OTHERS, [choices.of(OPENS)]]);
    const condition = `evt.type in (${types.join(', ')}) and ${randomCondition(choices, choices.below(4))}`;
    return `- {rule: r${index}, desc: d, output: o, priority: ERROR, condition: '${condition}'}\n`;
  });
  const { ruleSet, problems } = loadRules([{ name: 'r.yaml', text: texts.join('') }], ruleEnvironment());
  assert.ok(ruleSet, JSON.stringify(problems.slice(0, 2)));
  return ruleSet;
}

function descriptor(choices: Choices): Uint8Array | undefined {
  if (choices.below(6) === 0) return undefined;
  const kind = choices.of(['f', 'f', 'f', ...KINDS]);
  const header = Buffer.alloc(16);
  header.write(kind, 'latin1');
  header[1] = choices.of([6, 17, 1, 58, 255, 0]);
  header[2] = choices.of([0, 0, 0, 1, 4, 16]);
  header.writeBigUInt64LE(BigInt(choices.of([5, 6, KNOWN_INODE, OTHER_KNOWN_INODE])), 8);
  if (kind === '4' || kind === '6') {
    const last = choices.of([
      [10, 0, 0, 1, 53, 0],
      [127, 0, 0, 2, 53, 0],
    ]);
    const ends = [[2], choices.of([[127, 0, 0, 1, 0, 80], Array(6).fill(0)]), last].flat();
    return Buffer.concat([header, Buffer.from(ends)]);
  }
  const path = choices.of([
    '/etc/shadow',
    '/etc',
    '/',
    '/tmp/link',
    '/x',
    '/root/.ssh/id_rsa',
    '/usr/lib/a..b',
  ]);
  const own = choices.below(5) === 0 ? '/etc/shadow\0' : '';
  return Buffer.concat([header, Buffer.from(`${path}\0${own}`, 'latin1')]);
}

function randomEvent(choices: Choices, name: string): EventCursor {
  const type = eventOf(name).type;
  const known: Record<string, () => ParameterValue> = {
    name: () => choices.of([...PATHS, undefined]),
    path: () => choices.of(PATHS),
    base: () => choices.of(BASES),
    flags: () => choices.of([0, 1, 2, 3, 4, 6, 1 | 256, 1 | 32_768, 1 | 16_384, 2 | 4 | 16_384, 8192 | 2]),
    mode: () => choices.of([0, 0o644, 0o755]),
    domain: () => choices.of([2, 17, 16, 70, 66]),
    type: () => choices.of([1, 2, 3]),
    fd: () => choices.of([0, 3, 64, 5]),
    fdinfo: () => descriptor(choices),
  };
  const parameters: Record<string, ParameterValue> = {};
  const all = [...type.parameters, ...type.extensions];
  for (const [index, parameter] of all.entries()) {
    if (index === 0) parameters[parameter.name] = choices.of([-13, -2, -1, 0, 1, 3]);
    else if (parameter.name in known) parameters[parameter.name] = known[parameter.name]?.();
    else if (['FD', 'PID', 'UID', 'GID'].includes(parameter.type))
      parameters[parameter.name] = choices.of([3, 5]);
  }
  // Of what failed to open there is no descriptor.
  const hasFailed = (eventOf(type, parameters).i64(0) ?? 0n) < 0;
  if (hasFailed && type.flags.has('CREATES_FD')) delete parameters.fdinfo;
  return eventOf(type, parameters);
}

/** What events are of. */
interface RandomProcess {
  readonly comm: string;
  /** Empty on the host. */
  readonly containerId: string;
}

/** Where descriptors are not shared, the opened file is where links led. */
function contextOf(
  event: EventCursor,
  isShared: boolean,
  { comm, containerId }: RandomProcess,
): EventContextView {
  const thread = threadOf({ comm, containerId });
  const view = new EventContextView(
    systemOf({ threads: [thread] }),
    new AcceptedSockets(1),
    undefined,
    FILES,
    undefined,
    isShared ? RESOLVER : undefined,
    undefined,
    MOUNTS,
  );
  view.show(event, thread);
  return view;
}

function matchesAny(
  { rules }: CheckedRuleSet,
  event: EventCursor,
  isShared: boolean,
  process: RandomProcess,
): CheckedRule | undefined {
  const plainly = {
    match: (context: EventContext) =>
      rules.filter(
        ({ condition, eventCodes }) =>
          eventCodes.has(context.event.code) && holds(condition, context, FIELD_CATALOG),
      ),
  };
  let found: CheckedRule | undefined;
  matchAllNames(plainly, { rules } as CheckedRuleSet, { matching: 'all', source: 'syscall' }).match(
    contextOf(event, isShared, process),
    (rule) => {
      found ??= rule;
    },
  );
  return found;
}

/** Opens that the first look left out. */
let passedOver = 0;

function isHandedOver(
  encoded: EncodedFilters,
  event: EventCursor,
  isShared = false,
  program?: string,
  isOnHost = false,
): boolean {
  const filter = encoded.filters.get(event.code);
  if (!filter) return true;
  const surroundings = { inodes: NAMES, isShared, program, isOnHost };
  const isPassed = passes(filter, encoded, event, surroundings);
  const isSeenAtOnce = isPassedOver(filter, encoded, event, surroundings);
  if (isSeenAtOnce) passedOver++;
  return isPassed && !isSeenAtOnce;
}

function filtersOf(ruleSet: CheckedRuleSet): EncodedFilters {
  const choice = chooseEvents(ruleSet, { custom_set: [], repair: false, all: false });
  return encodeFilters(deriveFilters(ruleSet, choice));
}

test('whatever a rule matches passes', (context) => {
  const choices = new Choices(2026);
  let matched = 0;
  let passed = 0;
  let leftOut = 0;
  for (let round = 0; round < 1200; round++) {
    const ruleSet = randomRules(choices, 1 + choices.below(2));
    const encoded = filtersOf(ruleSet);
    for (let count = 0; count < 60; count++) {
      const event = randomEvent(choices, choices.of([...OPENS.slice(0, 4), ...OPENS, ...OTHERS]));
      const isShared = choices.below(2) === 0;
      const comm = choices.of(['sh', 'cat', 'other']);
      const containerId = choices.of(['', '', '0123456789ab']);
      const isPassed = isHandedOver(
        encoded,
        event,
        isShared,
        choices.below(4) === 0 ? undefined : comm,
        containerId === '' && choices.below(4) > 0,
      );
      if (isPassed) passed++;
      else leftOut++;
      const rule = matchesAny(ruleSet, event, isShared, { comm, containerId });
      if (rule === undefined) continue;
      matched++;
      const shown = event.type.parameters.map(
        ({ name }, index) => `${name}=${event.raw(index)?.toString('latin1')}`,
      );
      assert.ok(isPassed, `${event.type.name} ${shown.join(' ')}: ${JSON.stringify(rule.condition)}`);
    }
  }
  context.diagnostic(
    `${matched} events match, ${passed} pass, ${leftOut} are left out, ${passedOver} at the first look`,
  );
  // The test would be worth nothing if few matched or nothing was left out.
  assert.ok(matched > 2000, `${matched}`);
  assert.ok(leftOut > 2000, `${leftOut}`);
  assert.ok(passedOver > 1000, `${passedOver}`);
});

test('what nobody asks for is left out, and doubt passes', () => {
  const text = `- rule: Shadow
  desc: d
  condition: evt.type in (openat, sendto) and evt.rawres >= 0 and fd.name = /etc/shadow
  output: o
  priority: ERROR
`;
  const { ruleSet } = loadRules([{ name: 'r.yaml', text }], ruleEnvironment());
  assert.ok(ruleSet);
  const encoded = filtersOf(ruleSet);
  const file = (path: string, inode = 1): Buffer => {
    const bytes = Buffer.from(`f${'\0'.repeat(15)}${path}\0`, 'latin1');
    bytes.writeBigUInt64LE(BigInt(inode), 8);
    return bytes;
  };
  const cases: [Record<string, ParameterValue>, boolean][] = [
    [{ fd: 3, name: '/etc/hosts', fdinfo: file('/etc/hosts') }, false],
    [{ fd: -2, name: '/etc/shadow' }, false],
    [{ fd: 3, name: '/etc/shadow', fdinfo: file('/etc/hosts') }, true],
    [{ fd: 3, name: '/tmp/x', fdinfo: file('/etc/shadow') }, true],
    [{ fd: 3, name: '/tmp/x', fdinfo: file('/tmp/x', KNOWN_INODE) }, true],
    [{ fd: 3, name: '/tmp/x', fdinfo: file('/tmp/x', OTHER_KNOWN_INODE) }, false],
    [{ fd: 3, name: '../etc/./shadow', base: '/usr', fdinfo: file('/tmp/x') }, true],
    [{ fd: 3, name: '../etc/./hosts', base: '/usr', fdinfo: file('/tmp/x') }, false],
    [{ fd: 3, name: 'x', fdinfo: file('/tmp/x') }, true],
    [{ fd: 3, name: '/tmp/x' }, true],
    [{ fd: 3, name: undefined, fdinfo: file('/tmp/x') }, true],
    [{ fd: 3, name: '/tmp/x', fdinfo: file('/tmp/x\0/etc/y') }, true],
    [{ fd: 3, name: '/tmp/shadow', flags: 16_384, fdinfo: file('/tmp/shadow') }, true],
  ];
  for (const [parameters, expected] of cases)
    assert.equal(
      isHandedOver(encoded, eventOf('openat', { flags: 1, ...parameters })),
      expected,
      JSON.stringify(parameters),
    );
  // Another thread may have put /tmp/y in the place of the file that /tmp/x leads to.
  const moved = eventOf('openat', { fd: 3, flags: 1, name: '/tmp/x', fdinfo: file('/tmp/y') });
  assert.deepEqual([isHandedOver(encoded, moved, true), isHandedOver(encoded, moved, false)], [true, false]);
  const same = eventOf('openat', { fd: 3, flags: 1, name: 'y', base: '/tmp', fdinfo: file('/tmp/y') });
  assert.equal(isHandedOver(encoded, same, true), false);
  assert.equal(isHandedOver(encoded, eventOf('sendto', { res: -1 })), false);
  assert.equal(isHandedOver(encoded, eventOf('sendto', { res: 1 })), true);
});

test('what the model learns from is not left out', () => {
  const text = `- {rule: R, desc: d, output: o, priority: ERROR, condition: 'evt.type in (execve, chdir, rename, setuid) and evt.rawres = 7'}`;
  const { ruleSet } = loadRules([{ name: 'r.yaml', text }], ruleEnvironment());
  assert.ok(ruleSet);
  const choice = chooseEvents(ruleSet, { custom_set: [], repair: false, all: false });
  // Of sockets the probe itself remembers what matters; a program that could not be started changes nothing.
  assert.deepEqual(
    Object.fromEntries(
      deriveFilters(ruleSet, choice).map(({ code, terms }) => [EVENT_TYPES[code]?.name, terms.length]),
    ),
    { socket: 0, connect: 0, accept: 0, accept4: 0, execve: 1, execveat: 1 },
  );
});

test('the flags of an open are asked for', () => {
  const text = `- {rule: R, desc: d, output: o, priority: ERROR, condition: 'evt.type = openat and (evt.is_open_write = true or evt.arg.flags contains O_TRUNC)'}`;
  const { ruleSet } = loadRules([{ name: 'r.yaml', text }], ruleEnvironment());
  assert.ok(ruleSet);
  const encoded = filtersOf(ruleSet);
  const passing = [1, 2, 3, 1 | 256, 1 | 4096].filter((flags) =>
    isHandedOver(encoded, eventOf('openat', { fd: 3, flags, name: '/x' })),
  );
  assert.deepEqual(passing, [2, 3, 1 | 256]);
});
