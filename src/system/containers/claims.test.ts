import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EngineOwner } from '../container.ts';
import { containersOf } from './cgroup-id.ts';
import { believedContainer } from './claims.ts';

const [OUTER, INNER] = ['a', 'b'].map((digit) => digit.repeat(64)) as [string, string];
const short = (id: string) => id.slice(0, 12);

/** Whom the paths of a process make it believed to be in, when engines know these containers. */
function believed(path: string, known: Readonly<Record<string, EngineOwner | 'pending'>> = {}) {
  const told = new Map(Object.entries(known).map(([id, owner]) => [short(id), owner]));
  const directory = {
    get(id: string) {
      const owner = told.get(id);
      return { fullId: id, knownTo: owner === 'pending' ? undefined : owner };
    },
    isPending: (id: string) => told.get(id) === 'pending',
  };
  return believedContainer(containersOf([`unified=${path}`], true), directory)?.fullId;
}

const NESTED = `/system.slice/docker-${OUTER}.scope/docker-${INNER}.scope`;
const OF_USER = `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${OUTER}.scope`;

test('paths name containers from the outermost to the innermost', () => {
  const named = (...cgroups: string[]) =>
    containersOf(cgroups, false).map(({ identity, user }) => [identity.engine, identity.fullId, user]);
  assert.deepEqual(named(`unified=${NESTED}`), [
    ['docker', OUTER, undefined],
    ['docker', INNER, undefined],
  ]);
  assert.deepEqual(named(`unified=/docker/${OUTER}/kubelet/kubepods/pod1/${INNER}/own`, 'cpu=/'), [
    ['docker', OUTER, undefined],
    ['containerd', INNER, undefined],
  ]);
  assert.deepEqual(named(`memory=/lxc/web/docker/${INNER}`, `cpu=/lxc/web/docker/${INNER}`), [
    ['lxc', 'web', undefined],
    ['docker', INNER, undefined],
  ]);
  // An id is where it lies, not where its letters do.
  assert.deepEqual(named(`unified=/docker/${OUTER}/lxc/a/own`).at(-1), ['lxc', 'a', undefined]);
  assert.deepEqual(named(`unified=${OF_USER}`), [['podman', OUTER, 1000]]);
  assert.deepEqual(named('unified=/system.slice/cron.service'), []);
});

test('the name that a container gives itself does not make it another that the engine knows', () => {
  assert.equal(believed(NESTED, { [OUTER]: 'system', [INNER]: 'system' }), OUTER);
  assert.equal(believed(NESTED, { [OUTER]: 'pending', [INNER]: 'system' }), OUTER);
  assert.equal(believed(NESTED, { [OUTER]: 'system' }), OUTER);
});

test('a container in a container is told where the engine that is asked is the inner one', () => {
  assert.equal(believed(NESTED, { [INNER]: 'system' }), INNER);
  assert.equal(believed(NESTED, { [INNER]: 'pending' }), INNER);
});

test('without engines it is the innermost', () => {
  assert.equal(believed(NESTED), INNER);
  assert.equal(believedContainer(containersOf([`unified=${NESTED}`], true), undefined)?.fullId, INNER);
});

test("what a user calls one of his control groups is none of the system's containers", () => {
  assert.equal(believed(OF_USER, { [OUTER]: 'system' }), undefined);
  for (const owner of [1000, 'any', 'pending'] as const)
    assert.equal(believed(OF_USER, { [OUTER]: owner }), OUTER);
  assert.equal(believed(OF_USER), OUTER);
  // Below a container that is his own it is still that.
  const below = `${OF_USER}/docker-${INNER}.scope`;
  assert.equal(believed(below, { [OUTER]: 1000, [INNER]: 'system' }), OUTER);
  assert.equal(believed(below, { [INNER]: 'system' }), OUTER);
});
