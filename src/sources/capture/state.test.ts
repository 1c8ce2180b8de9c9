import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DescriptorRecord, GroupRecord, InterfaceRecord, ThreadRecord, UserRecord } from './state.ts';
import { block, event, type Field, machine, pack, readCapture, section, text } from './testing.ts';

/** Everything that a capture tells about the machine. */
async function tell(...state: Buffer[]) {
  const threads: ThreadRecord[] = [];
  const descriptors: [number, DescriptorRecord][] = [];
  const interfaces: (readonly InterfaceRecord[])[] = [];
  const users: (readonly UserRecord[])[] = [];
  const groups: (readonly GroupRecord[])[] = [];
  const close = event({ code: 5, values: [0, 3] });
  const { error, events } = await readCapture(Buffer.concat([section(), machine(), ...state, close]), {
    thread: (thread) => threads.push(thread),
    descriptor: (tid, descriptor) => descriptors.push([tid, descriptor]),
    interfaces: (list) => interfaces.push(list),
    users: (userList, groupList) => users.push(userList) && groups.push(groupList),
  });
  assert.equal(error, undefined);
  assert.equal(events.length, 1);
  return { threads, descriptors, interfaces, users, groups };
}

const PROCESS_BLOCKS = [0x202, 0x207, 0x209, 0x210, 0x211, 0x212, 0x213, 0x214, 0x215];

/** An entry of a process list as the given version has it; `tail` comes at the end of version 9. */
function processEntry(version: number, tail: readonly Field[] = []): Buffer {
  const from = (first: number, ...fields: Field[]): Field[] => (version >= first ? fields : []);
  const entry = pack(
    ...from(1, [11, 8], [10, 8], [1, 8]),
    ...from(6, [9, 8]),
    ...from(8, [10, 8]),
    ...from(1, text('comm'), text('exe')),
    ...from(7, text('/bin/exe')),
    ...from(1, text('-a\0b c\0'), text('/tmp'), [1024, 8], [5, 4], [1000, 4], [1001, 4]),
    ...from(2, [100, 4], [50, 4], [2, 4], [7, 8], [70, 8]),
    ...from(3, text('A=1\0B=2')),
    ...from(4, [4, 8], [3, 8], text('cpu=/a\0memory=/b\0')),
    ...from(5, text('/root')),
    ...tail,
  );
  return version >= 9 ? pack([entry.length + 4, 4], entry) : entry;
}

/** What the entry says in the given version. */
function processRecord(version: number): ThreadRecord {
  const from = <T>(first: number, value: T, otherwise: T): T => (version >= first ? value : otherwise);
  return {
    tid: 11,
    pid: 10,
    ptid: 1,
    sid: from(6, 9, -1),
    vpgid: from(8, 10, -1),
    pgid: -1,
    comm: 'comm',
    exe: 'exe',
    exepath: from(7, '/bin/exe', ''),
    args: ['-a', 'b c'],
    cwd: '/tmp',
    fdLimit: 1024,
    flags: 5,
    uid: 1000,
    gid: 1001,
    vmSize: from(2, 100, 0),
    vmRss: from(2, 50, 0),
    vmSwap: from(2, 2, 0),
    majorFaults: from(2, 7, 0),
    minorFaults: from(2, 70, 0),
    env: from(3, ['A=1', 'B=2'], []),
    vtid: from(4, 4, -1),
    vpid: from(4, 3, -1),
    cgroups: from(4, ['cpu=/a', 'memory=/b'], []),
    root: from(5, '/root', ''),
    pidNamespaceStart: 0n,
    tty: 0,
    loginuid: -1,
    capInheritable: 0n,
    capPermitted: 0n,
    capEffective: 0n,
    executable: NO_EXECUTABLE,
  };
}

const NO_EXECUTABLE = {
  writable: false,
  upperLayer: false,
  lowerLayer: false,
  fromMemfd: false,
  inode: 0n,
  changeTime: 0n,
  modifyTime: 0n,
};

test('processes of every version', async () => {
  for (const [index, type] of PROCESS_BLOCKS.entries()) {
    const version = index + 1;
    const entry = processEntry(version);
    const { threads } = await tell(block(type, entry, entry));
    assert.deepEqual(threads, [processRecord(version), processRecord(version)], `version ${version}`);
  }
});

test('process lists from before the format had a release', async () => {
  for (const [version, type] of [
    [1, 0x8000abcd],
    [2, 0x8013abcd],
    [3, 0x8014abcd],
  ] as const) {
    const { threads } = await tell(block(type, processEntry(version)));
    assert.deepEqual(threads, [processRecord(version)]);
  }
});

test('the end of an entry of version 9 is read as far as it goes', async () => {
  const first: Field[] = [
    [1000, 4],
    [1, 1],
    [1, 8],
    [2, 8],
    [3, 8],
  ];
  const capabilities = { capInheritable: 1n, capPermitted: 2n, capEffective: 3n };
  const executable = { ...NO_EXECUTABLE, writable: true };
  const whole: Field[] = [
    [77, 8],
    [34816, 4],
    ...first,
    [1, 1],
    [40, 8],
    [41, 8],
    [42, 8],
    [1, 1],
    [1, 1],
    [10, 8],
  ];
  const cases: [Field[], Partial<ThreadRecord>][] = [
    [[[-1, 4]], { loginuid: -1 }],
    [[[1000, 4]], { loginuid: 1000 }],
    [first, { loginuid: 1000, ...capabilities, executable }],
    [
      whole,
      {
        ...capabilities,
        loginuid: 1000,
        pidNamespaceStart: 77n,
        tty: 34816,
        pgid: 10,
        executable: {
          writable: true,
          upperLayer: true,
          lowerLayer: true,
          fromMemfd: true,
          inode: 40n,
          changeTime: 41n,
          modifyTime: 42n,
        },
      },
    ],
  ];
  // A field that we do not know yet changes nothing.
  cases.push([[...whole, [123, 8]], cases[3]?.[1] ?? {}]);
  for (const [tail, expected] of cases) {
    const { threads } = await tell(block(0x215, processEntry(9, tail), processEntry(9)));
    assert.deepEqual(threads, [{ ...processRecord(9), ...expected }, processRecord(9)]);
  }
});

/** A descriptor entry as both versions have it. */
const DESCRIPTORS: [Buffer, Partial<DescriptorRecord>][] = [
  [pack([0, 1]), { kind: 'o' }],
  [pack([1, 1], text('/f')), { kind: 'f', name: '/f' }],
  [pack([2, 1], text('/d')), { kind: 'd', name: '/d' }],
  [pack([7, 1], text('pipe:[1]')), { kind: 'p', name: 'pipe:[1]' }],
  [pack([9, 1], text('e')), { kind: 'e', name: 'e' }],
  [pack([10, 1], text('x')), { kind: 'X', name: 'x' }],
  [pack([11, 1], text('s')), { kind: 's', name: 's' }],
  [pack([12, 1], text('l')), { kind: 'l', name: 'l' }],
  [pack([13, 1], text('i')), { kind: 'i', name: 'i' }],
  [pack([14, 1], text('t')), { kind: 't', name: 't' }],
  [pack([15, 1], text('n')), { kind: 'n', name: 'n' }],
  [pack([17, 1], text('b')), { kind: 'b', name: 'b' }],
  [pack([18, 1], text('u')), { kind: 'u', name: 'u', userfault: true }],
  [pack([19, 1], text('r')), { kind: 'r', name: 'r' }],
  [pack([20, 1], text('m')), { kind: 'm', name: 'm' }],
  [pack([21, 1], text('P')), { kind: 'P', name: 'P' }],
  [pack([16, 1], [0x801, 4], text('/v2')), { kind: 'f', name: '/v2', openFlags: 0x801 }],
  [
    pack([3, 1], '\x7f\0\0\x01\x0a\0\0\x02', [4000, 2], [80, 2], [2, 1]),
    {
      kind: '4',
      socket: socket({
        protocol: 6,
        sourceIp: '\x7f\0\0\x01',
        destinationIp: '\x0a\0\0\x02',
        sourcePort: 4000,
        destinationPort: 80,
      }),
    },
  ],
  [
    pack([4, 1], 'a'.repeat(16), 'b'.repeat(16), [1, 2], [2, 2], [3, 1]),
    {
      kind: '6',
      socket: socket({
        protocol: 17,
        sourceIp: 'a'.repeat(16),
        destinationIp: 'b'.repeat(16),
        sourcePort: 1,
        destinationPort: 2,
      }),
    },
  ],
  [
    pack([5, 1], 'abcd', [443, 2], [2, 1]),
    { kind: '4', socket: socket({ protocol: 6, listening: true, sourceIp: 'abcd', sourcePort: 443 }) },
  ],
  [
    pack([6, 1], 'c'.repeat(16), [53, 2], [4, 1]),
    { kind: '6', socket: socket({ protocol: 1, listening: true, sourceIp: 'c'.repeat(16), sourcePort: 53 }) },
  ],
  [
    pack([8, 1], [0xfedc, 8], [1, 8], text('/run/x')),
    { kind: 'u', name: '/run/x', socket: socket({ source: 0xfedcn, destination: 1n }) },
  ],
];

function socket(
  given: Partial<NonNullable<DescriptorRecord['socket']>>,
): NonNullable<DescriptorRecord['socket']> {
  return {
    protocol: 0,
    listening: false,
    sourceIp: '',
    destinationIp: '',
    sourcePort: 0,
    destinationPort: 0,
    source: 0n,
    destination: 0n,
    ...given,
  };
}

function descriptor(given: Partial<DescriptorRecord>): DescriptorRecord {
  return {
    fd: 3,
    kind: 'X',
    userfault: false,
    inode: 99n,
    name: '',
    openFlags: 0,
    device: 0,
    socket: undefined,
    ...given,
  };
}

test('descriptors of every type, in both versions', async () => {
  const entries = DESCRIPTORS.map(([rest]) => pack([3, 8], [99, 8], rest));
  const expected = DESCRIPTORS.map(([, given]) => [42, descriptor(given)]);
  for (const type of [0x203, 0x8001abcd]) {
    const { descriptors } = await tell(block(type, [42, 8], ...entries));
    assert.deepEqual(descriptors, expected);
  }
  const delimited = entries.flatMap((entry): Field[] => [[entry.length + 4, 4], entry]);
  const { descriptors } = await tell(block(0x218, [42, 8], ...delimited));
  assert.deepEqual(descriptors, expected);
});

test('version 2 of descriptors may tell more: the device of a file, types and fields of later versions', async () => {
  const entry = (...rest: Field[]): Buffer => {
    const fields = pack([3, 8], [99, 8], ...rest);
    return pack([fields.length + 4, 4], fields);
  };
  const { descriptors } = await tell(
    block(
      0x218,
      [42, 8],
      entry([16, 1], [1, 4], text('/a'), [0x803, 4]),
      entry([16, 1], [1, 4], text('/b'), [0x804, 4], [1, 8]),
      entry([99, 1], 'whatever'),
      entry([2, 1], text('/c')),
    ),
  );
  assert.deepEqual(
    descriptors.map(([, record]) => record),
    [
      descriptor({ kind: 'f', openFlags: 1, name: '/a', device: 0x803 }),
      descriptor({ kind: 'f', openFlags: 1, name: '/b', device: 0x804 }),
      descriptor({ kind: 'X', name: 'unknown-type:[99]' }),
      descriptor({ kind: 'd', name: '/c' }),
    ],
  );
});

test('interfaces of both versions', async () => {
  const four = { address: 'addr', netmask: 'mask', broadcast: 'cast' };
  const six = { address: 'a'.repeat(16), netmask: 'm'.repeat(16), broadcast: 'b'.repeat(16) };
  const entries = [
    pack([1, 2], [4, 2], 'addrmaskcast', [1000, 8], 'eth0'),
    pack([2, 2], [2, 2], ...Object.values(six), [0, 8], 'lo'),
    pack([3, 2], [2, 2], 'addrmaskcast', 'lo'),
    pack([4, 2], [5, 2], ...Object.values(six), 'wlan0'),
  ];
  const expected = [
    { ...four, name: 'eth0', linkSpeed: 1000n },
    { ...six, name: 'lo', linkSpeed: 0n },
    { ...four, name: 'lo', linkSpeed: 0n },
    { ...six, name: 'wlan0', linkSpeed: 0n },
  ];
  for (const type of [0x205, 0x8011abcd])
    assert.deepEqual((await tell(block(type, ...entries))).interfaces, [expected]);
  const delimited = entries.flatMap((entry): Field[] => [[entry.length, 4], entry]);
  assert.deepEqual((await tell(block(0x219, ...delimited))).interfaces, [expected]);
});

test('users and groups of both versions', async () => {
  const entries = [
    pack([0, 1], [1000, 4], [1001, 4], text('amy'), text('/home/amy'), text('/bin/sh')),
    pack([1, 1], [1001, 4], text('staff')),
    pack([0, 1], [0, 4], [0, 4], text('root'), text(''), text('')),
  ];
  const users = [
    { uid: 1000, gid: 1001, name: 'amy', home: '/home/amy', shell: '/bin/sh' },
    { uid: 0, gid: 0, name: 'root', home: '', shell: '' },
  ];
  const groups = [{ gid: 1001, name: 'staff' }];
  for (const type of [0x206, 0x8012abcd]) {
    const told = await tell(block(type, ...entries));
    assert.deepEqual([told.users, told.groups], [[users], [groups]]);
  }
  const delimited = entries.flatMap((entry): Field[] => [[entry.length + 4, 4], entry]);
  const told = await tell(block(0x220, ...delimited));
  assert.deepEqual([told.users, told.groups], [[users], [groups]]);
});

test('state of a later moment is told when it comes, before the events that follow it', async () => {
  const told: string[] = [];
  const close = event({ code: 5, values: [0, 3] });
  const bytes = Buffer.concat([
    section(),
    machine('here'),
    close,
    block(0x215, processEntry(9)),
    block(0x220),
    close,
    close,
  ]);
  const { events, error } = await readCapture(bytes, {
    section: () => told.push('section'),
    machine: ({ hostname }) => told.push(hostname),
    thread: ({ tid }) => told.push(`thread ${tid}`),
    users: () => told.push('users'),
    complete: () => told.push('complete'),
  });
  assert.equal(error, undefined);
  assert.equal(events.length, 3);
  assert.deepEqual(told, ['section', 'here', 'complete', 'thread 11', 'users', 'complete']);
});
