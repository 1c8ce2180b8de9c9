import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerIdentity } from './containers/cgroup-id.ts';
import { type Seed, System } from './system.ts';
import { event, processParameters } from './testing/event-builder.ts';
import { hostWithShell, inquiryOf, pass } from './testing/shell-host.ts';

const FULL_ID = 'c'.repeat(64);
const ID = FULL_ID.slice(0, 12);
const CGROUPS = [`cpu=/docker/${FULL_ID}`];

function hostWithContainer() {
  const host = hostWithShell();
  host.add({ pid: 300, ppid: 1, comm: 'nginx', argv: ['nginx'], cgroup: `0::/docker/${FULL_ID}\n` });
  return host;
}

/** A model that notes which containers it tells of. */
function systemWithObserver(root: string, seed: Seed) {
  const seen: ContainerIdentity[] = [];
  const containers = {
    isPending: () => false,
    get: () => undefined,
    see: (container: ContainerIdentity) => void seen.push(container),
  };
  const inquiry = inquiryOf({ root });
  return { seen, system: System.open({ hostRoot: root, seed, containers, inquiry, clock: () => 0 }) };
}

const EXPECTED = { id: ID, fullId: FULL_ID, engine: 'docker' };

test('containers that run at the start are told of', () => {
  using host = hostWithContainer();
  const { seen, system } = systemWithObserver(host.root, { kind: 'host' });
  assert.deepEqual(seen, [EXPECTED]);
  assert.deepEqual(system.containersInUse(), new Set([ID]));
});

test('a new one is told of when its first process is made, before it runs a program', () => {
  using host = hostWithShell();
  const { seen, system } = systemWithObserver(host.root, { kind: 'host' });
  const shared = { ...processParameters(200, 100, 'runc:[2:INIT]'), cgroups: CGROUPS };
  pass(system, event('clone', { tid: 200 }, { res: 0, ...shared, flags: 0, vtid: 1, vpid: 1 }));
  assert.deepEqual(seen, [EXPECTED]);
  pass(system, event('execve', { tid: 200 }, { res: 0, ...shared }));
  assert.ok(seen.length > 1, 'told of again, so that it is not forgotten');
  for (const container of seen) assert.deepEqual(container, EXPECTED);
  pass(system, event('procexit', { tid: 200 }, { reaper_tid: 0 }));
  assert.deepEqual(system.containersInUse(), new Set());
});

test('so is that of a process which is looked up', () => {
  using host = hostWithContainer();
  const { seen, system } = systemWithObserver(host.root, { kind: 'none' });
  pass(system, event('setuid', { tid: 300 }, { res: 0, uid: 0 }));
  assert.deepEqual(seen, [EXPECTED]);
});

test('a container does not become another by the name of its control group', () => {
  using host = hostWithShell();
  const other = 'd'.repeat(64);
  const known = new Set<string>();
  const seen: string[] = [];
  const containers = {
    get: (id: string) => (known.has(id) ? { fullId: id, knownTo: 'system' as const } : undefined),
    isPending: () => false,
    see: ({ id }: ContainerIdentity) => void seen.push(id),
  };
  const system = System.open({ hostRoot: host.root, seed: { kind: 'host' }, containers, clock: () => 0 });
  const cgroups = [`unified=/docker/${FULL_ID}/docker-${other}.scope`];
  const parameters = { ...processParameters(200, 100, 'sh'), cgroups };
  pass(system, event('clone', { tid: 200 }, { res: 0, ...parameters, flags: 0, vtid: 1, vpid: 1 }));
  const thread = system.thread(200);
  assert.equal(thread?.containerId, other.slice(0, 12), 'as in Falco, while no engine knows any of them');
  assert.deepEqual(seen, [ID, other.slice(0, 12)]);
  assert.deepEqual(system.containersInUse(), new Set(seen));
  known.add(ID).add(other.slice(0, 12));
  assert.equal(thread?.containerId, ID);
  seen.length = 0;
  pass(system, event('execve', { tid: 200 }, { res: 0, ...parameters }));
  assert.deepEqual(new Set(seen), new Set([ID]), 'no engine is asked about the names that it makes up');
});
