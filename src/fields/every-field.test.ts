/** No field is there for show: each has a value at some event, or a reason why it has none here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ParameterValue } from '../events/encode.ts';
import type { EventContext } from '../system/context.ts';
import { parseIp } from '../system/ip.ts';
import { CapturedSystem } from '../system/testing/captured-system.ts';
import { address, tuple } from '../system/testing/socket-bytes.ts';
import { FIELD_CATALOG } from './catalog.ts';
import type { Field } from './field.ts';

/** Classes of Falco's core; the others belong to plugins. */
const CORE = new Set(['evt', 'process', 'user', 'group', 'fd', 'fs.path', 'fdlist', 'util']);

/** Fields without a value in this scenario, and why. */
const REASONS: Readonly<Record<string, string>> = {
  'evt.pluginname': 'for events of Kubernetes, of which there are none here',
  'evt.plugininfo': 'for events of Kubernetes, of which there are none here',
  'fd.path.aliases': 'live events tell of other names of a file, which captures do not have',
  'fd.path.given': 'live events tell of other names of a file, which captures do not have',
  'fd.path.resolved': 'live events tell of other names of a file, which captures do not have',
  'fd.path.shown': 'live events tell of other names of a file, which captures do not have',
};

/** What stands in the brackets of fields that need something there. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  'evt.arg': 'name',
  'evt.rawarg': 'flags',
  'evt.type.is': 'openat',
  'evt.around': '1790000000000000000',
  'evt.abspath': '',
  'thread.cgroup': 'cpu',
};

type Step = readonly [name: string, parameters: Readonly<Record<string, ParameterValue>>];

const EXEC = {
  ...{ res: 0n, exe: '/bin/app', args: ['-v'], tid: 200n, pid: 200n, ptid: 100n, comm: 'app' },
  ...{ fdlimit: 1024n, pgft_maj: 1n, pgft_min: 2n, vm_size: 10, vm_rss: 5, vm_swap: 1 },
  ...{ cgroups: ['cpu=/a'], env: ['A=1'], tty: 34816, vpgid: 200n, loginuid: 0, flags: 1 },
  ...{ cap_inheritable: 1n, cap_permitted: 1n, cap_effective: 1n },
  ...{ exe_ino: 9n, exe_ino_ctime: 1_780_000_000_000_000_000n, exe_ino_mtime: 1_780_000_000_000_000_000n },
  ...{ uid: 0, gid: 0, pgid: 200n, trusted_exepath: '/bin/app' },
};

/** A child is made, becomes another program, opens files, renames one, talks, waits and is measured. */
const STEPS: readonly Step[] = [
  ['execve', EXEC],
  ['openat', { fd: 0n, dirfd: -100n, name: '/in', flags: 1, mode: 0o644, dev: 0x801, ino: 7n }],
  ['openat', { fd: 1n, dirfd: -100n, name: '/out', flags: 1 << 14, mode: 0o755, dev: 0x801, ino: 8n }],
  ['openat', { fd: 2n, dirfd: -100n, name: '/err', flags: 2, mode: 0o755, dev: 0x801, ino: 9n }],
  ['openat', { fd: -2n, dirfd: -100n, name: 'none', flags: 2, mode: 0 }],
  ['read', { res: 3n, fd: 0n, data: Buffer.from('abc'), size: 3 }],
  ['write', { res: 3n, fd: 1n, data: Buffer.from('abc'), size: 3 }],
  ['renameat', { res: 0n, olddirfd: -100n, oldpath: 'a', newdirfd: -100n, newpath: 'b' }],
  ['unlinkat', { res: 0n, dirfd: -100n, name: 'b', flags: 0 }],
  ['socket', { fd: 5n, domain: 2, type: 1, proto: 0, flags: 0 }],
  ['connect', { res: 0n, fd: 5n, tuple: tuple('10.0.0.5', 4000, '93.184.216.34', 443) }],
  ['recvfrom', { res: 3n, fd: 5n, size: 3, data: Buffer.from('abc') }],
  ['sendto', { res: 3n, fd: 5n, size: 3, data: Buffer.from('abc') }],
  ['poll', { res: 1n, fds: Buffer.from([1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 1, 0]) }],
  ['bind', { res: -98n, fd: 5n, addr: address('10.0.0.5', 80) }],
  ['accept4', { fd: -24n }],
  ['mmap', { res: -12n }],
  ['procinfo', { cpu_usr: 1n, cpu_sys: 1n }],
  [
    'infra',
    {
      source: 'docker',
      name: 'exec',
      description: 'Event:start; ID:0123456789abcdef; Image:nginx@sha256:77; name:web',
      scope: '',
    },
  ],
  ['switch', { next: 100n, pgft_maj: 1n, pgft_min: 1n, vm_size: 1, vm_rss: 1, vm_swap: 1 }],
];

function* contexts(): Generator<EventContext> {
  const host = new CapturedSystem({
    tid: 100,
    comm: 'sh',
    exe: 'sh',
    args: ['-c'],
    sid: 100,
    vpgid: 100,
    env: ['B=2'],
  });
  const { snapshot, system } = host;
  // A replay asks for no addresses unless told.
  Object.defineProperty(system, 'hostNames', { value: () => ['host.example.com'] });
  snapshot.machine({ hostname: 'host', bootTime: 1_770_000_000_000_000_000n });
  snapshot.users(
    [{ uid: 0, gid: 0, name: 'root', home: '/root', shell: '/bin/sh' }],
    [{ gid: 0, name: 'root' }],
  );
  snapshot.interfaces([{ address: parseIp('10.0.0.5') ?? '', netmask: parseIp('255.255.255.0') ?? '' }]);
  const birth = { res: 200n, exe: 'sh', args: [], comm: 'sh', tid: 100n, pid: 100n, ptid: 1n, flags: 0 };
  yield host.pass(100, 'clone', birth);
  let time = 1_790_000_000_000;
  for (const [name, parameters] of STEPS) yield host.pass(200, name, parameters, ++time);
}

function valueAt(field: Field, context: EventContext): unknown {
  const argument = ARGUMENTS[field.name] || undefined;
  return field.read(context, argument) ?? field.format?.(context, argument);
}

test('every core field has a value at some event, or a reason', () => {
  const open = new Set(FIELD_CATALOG.fields.filter(({ fieldClass }) => CORE.has(fieldClass)));
  assert.ok(open.size >= 230, `${open.size} core fields`);
  for (const context of contexts())
    for (const field of open) if (valueAt(field, context) !== undefined) open.delete(field);
  const missing = [...open].map(({ name }) => name).sort();
  assert.deepEqual(missing, Object.keys(REASONS).sort());
});
