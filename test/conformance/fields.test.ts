/**
 * Every field at every event of the small captures, against what real Falco printed. Threads, users and
 * interfaces are those that the capture begins with, descriptors what the golden data says of them: so
 * this is a test of how fields are read, not of how a model learns.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toText } from '../../src/events/bytes.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import type { Field, FieldValue } from '../../src/fields/field.ts';
import { descriptorWith, socketWith, systemOf, threadOf } from '../../src/fields/testing.ts';
import { openCapture } from '../../src/sources/capture/source.ts';
import type { DescriptorRecord, ThreadRecord } from '../../src/sources/capture/state.ts';
import type { SystemView } from '../../src/system/context.ts';
import type { Descriptor, DescriptorKind } from '../../src/system/descriptor.ts';
import { formatIp } from '../../src/system/ip.ts';
import type { Thread } from '../../src/system/thread.ts';
import type { User } from '../../src/system/users.ts';
import { sharedLines, sharedMissing, sharedPath } from './shared.ts';

type GoldenFields = Readonly<Record<string, string | number | boolean | null | string[]>>;

const CAPTURES = ['cat_write', 'curl_google', 'empty', 'open-multiple-files', 'single_ipv6_conn', 'syscall'];

/** What is not compared, and why. */
const EXCEPTIONS: Readonly<Record<string, string>> = {
  'evt.buffer': 'Falco prints what its buffer held before when a read returned nothing',
  'evt.reltime': 'Falco does not count the procinfo events at the beginning',
  'evt.reltime.s': 'the same',
  'evt.reltime.ns': 'the same',
  'proc.ppid.duration': "Falco prints the number of descriptors when the parent's start is not known",
  'thread.cpu': 'needs the history of procinfo events',
  'thread.cpu.user': 'the same',
  'thread.cpu.system': 'the same',
  'container.id': 'needs the model: found from cgroups',
  'user.shell': 'needs the model: the user of a container',
  'proc.fdopencount': 'needs the model: a table of descriptors',
  'proc.fdusage': 'the same',
  'fd.types': 'the same',
  'proc.env': 'Falco replaces control characters when it stores them',
  'proc.aenv': 'the same',
};

/** Fields of a process, in which this event changed something that only a model would know. */
const OF_PROCESS = /^(?:proc|thread|user|group)\./;

/** Events after which the capture's first state is no longer true of the thread. */
const CHANGES_THREAD = new Set(['execve', 'clone', 'prctl', 'brk', 'switch']);

interface Machine {
  readonly system: SystemView;
  readonly descriptors: Map<string, Descriptor>;
}

/** Reads the whole capture; `check` sees each event that has a golden line. */
async function replay(
  name: string,
  check: (context: Parameters<Field['read']>[0], golden: GoldenFields, isChanged: boolean) => void,
): Promise<void> {
  const golden = new Map(
    sharedLines(`golden/fields/${name}.jsonl.gz`).map((line): [number, GoldenFields] => {
      const fields = JSON.parse(line).output_fields;
      return [fields['evt.num'], fields];
    }),
  );
  const threads: Thread[] = [];
  const users = new Map<number, User>();
  const groups = new Map<number, string>();
  const addresses: string[] = [];
  const open: [tid: number, DescriptorRecord][] = [];
  const changed = new Set<number>();
  let machine: Machine | undefined;
  const capture = await openCapture(sharedPath(`captures/${name}.scap`));
  const state = {
    thread: (record: ThreadRecord) => {
      const cwd = record.cwd.endsWith('/') ? record.cwd : `${record.cwd}/`;
      // Falco does not see an only argument that is empty.
      const args = record.args.length === 1 && record.args[0] === '' ? [] : record.args;
      threads.push(threadOf({ ...record, cwd, args }));
    },
    descriptor: (tid: number, record: DescriptorRecord) => {
      open.push([tid, record]);
    },
    users: (all: readonly User[], allGroups: readonly { gid: number; name: string }[]) => {
      for (const user of all) users.set(user.uid, user);
      for (const group of allGroups) groups.set(group.gid, group.name);
    },
    interfaces: (all: readonly { address: string }[]) => {
      addresses.push(...all.map(({ address }) => formatIp(address)));
    },
  };
  try {
    await capture.run((event) => {
      machine ??= machineOf({ threads, users, groups, addresses, open });
      const expected = golden.get(event.number);
      const thread = machine.system.thread(event.tid);
      // A process that came during the capture: only a model knows it.
      if (!expected || (!thread && expected['proc.pid'] !== null)) return;
      const descriptor = descriptorFrom(expected);
      if (descriptor && thread) machine.descriptors.set(`${thread.pid} ${expected['fd.num']}`, descriptor);
      if (CHANGES_THREAD.has(event.type.name)) changed.add(event.tid);
      check({ event, thread, descriptor, system: machine.system }, expected, changed.has(event.tid));
    }, state);
  } finally {
    capture.close();
  }
}

interface FirstState {
  readonly threads: readonly Thread[];
  readonly users: ReadonlyMap<number, User>;
  readonly groups: ReadonlyMap<number, string>;
  readonly addresses: readonly string[];
  readonly open: readonly [tid: number, DescriptorRecord][];
}

function machineOf({ threads, users, groups, addresses, open }: FirstState): Machine {
  const descriptors = new Map<string, Descriptor>();
  const system = systemOf({
    threads,
    addresses,
    users: { user: (uid) => users.get(uid), groupName: (gid) => groups.get(gid) },
    descriptor: ({ pid }, fd) => descriptors.get(`${pid} ${fd}`),
  });
  for (const [tid, { fd, kind, name, inode, device, userfault }] of open) {
    const { socket } = socketWith('0.0.0.0:0');
    const facts = { kind, name, inode, device, socket: kind === 'u' && !userfault ? socket : undefined };
    descriptors.set(`${system.thread(tid)?.pid} ${fd}`, descriptorWith(facts));
  }
  return { system, descriptors };
}

const PROTOCOLS: Readonly<Record<string, number>> = { tcp: 6, udp: 17, icmp: 1, raw: 255 };

/** The descriptor that a golden line tells of. */
function descriptorFrom(golden: GoldenFields): Descriptor | undefined {
  if (golden['fd.type'] === null) return undefined;
  const kind = golden['fd.typechar'] as DescriptorKind;
  const name = String(golden['fd.name']);
  const facts = {
    kind,
    name,
    rawName: String(golden['fd.nameraw']),
    device: Number.parseInt(String(golden['fd.dev']), 16),
    inode: BigInt(golden['fd.ino'] as number),
  };
  if (kind !== '4' && kind !== '6' && kind !== 'u') return descriptorWith(facts);
  const protocol = PROTOCOLS[String(golden['fd.l4proto'])] ?? 0;
  const listens = name !== '' && !name.includes('->');
  const nothing = kind === '6' ? ':::0' : '0.0.0.0:0';
  const socket = socketWith(kind === 'u' || name === '' ? nothing : name, {
    protocol,
    isServer: listens ? true : undefined,
  });
  return { ...socket, ...facts };
}

/** Value as the JSON of an alert has it. */
function jsonValue(value: FieldValue, { type }: Field): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string') return type === 'IPADDR' ? formatIp(value) : toText(value);
  return typeof value === 'bigint' ? Number(value) : value;
}

for (const name of CAPTURES)
  test(`fields of ${name} are those of Falco`, { skip: sharedMissing }, async () => {
    let compared = 0;
    const different: string[] = [];
    await replay(name, (context, golden, isChanged) => {
      for (const [written, expected] of Object.entries(golden)) {
        if (written in EXCEPTIONS || (isChanged && OF_PROCESS.test(written))) continue;
        const [, fieldName = '', brackets] = /^([^[]*)(?:\[(.*)\])?$/.exec(written) ?? [];
        const found = FIELD_CATALOG.find(fieldName);
        assert.ok(found, written);
        const { field } = found;
        const argument = brackets ?? found.argument;
        const value = field.json ? field.json(context, argument) : field.read(context, argument);
        compared++;
        const actual = JSON.stringify(jsonValue(value, field));
        if (actual !== JSON.stringify(expected))
          different.push(`${context.event.number} ${written}: ${actual}, Falco ${JSON.stringify(expected)}`);
      }
    });
    assert.ok(compared > 0);
    assert.deepEqual(different, []);
  });
