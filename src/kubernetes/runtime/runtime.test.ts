import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { ContainerMetadata } from '../../system/container.ts';
import { judgePod } from '../pod-security/judge.ts';
import { type ContainerFacts, containerFacts, parseMounts } from './facts.ts';
import { runningContainers } from './running.ts';
import { subjectOf } from './subject.ts';

const ID = 'a'.repeat(64);
const OTHER = 'b'.repeat(64);
const RUNNING = { identity: { id: ID.slice(0, 12), fullId: ID, engine: 'docker' }, pid: 7 } as const;

/** What Docker gives a container that asks for nothing. */
const USUAL: ContainerFacts = {
  uid: 0,
  gid: 0,
  bounding: 0xa80425fbn,
  noNewPrivileges: false,
  hasSeccomp: true,
  sharesHost: { net: false, pid: false, ipc: false, user: true },
  mounts: parseMounts(`1 0 0:1 / / rw,relatime - overlay overlay rw
2 1 0:2 / /proc rw - proc proc rw
3 2 0:2 /acpi /proc/acpi ro - tmpfs tmpfs ro`),
};
const TIGHT: ContainerFacts = {
  ...USUAL,
  uid: 1000,
  bounding: 1n << 10n,
  noNewPrivileges: true,
  mounts: parseMounts('1 0 0:1 / / ro - overlay overlay rw\n2 1 0:2 / /proc/acpi ro - tmpfs tmpfs ro'),
};

function found(facts: ContainerFacts, metadata?: Partial<ContainerMetadata>): string[] {
  const subject = subjectOf(RUNNING, facts, metadata && { fullId: ID, ...metadata });
  return judgePod(subject, 'immutable').map(({ control, path }) => `${control} ${subject.fieldOf(path)}`);
}

describe('a running container, in the words of manifests', () => {
  test('one as engines make it, and one that is immutable', () => {
    assert.deepEqual(found(USUAL), [
      'allowPrivilegeEscalation securityContext.allowPrivilegeEscalation',
      'runAsNonRoot securityContext.runAsNonRoot',
      'runAsUser securityContext.runAsUser',
      'capabilities_restricted securityContext.capabilities.drop',
      'readOnlyRootFilesystem securityContext.readOnlyRootFilesystem',
    ]);
    assert.deepEqual(found(TIGHT), []);
  });

  test('what it has of the host', () => {
    const sharesHost = { net: true, pid: true, ipc: undefined, user: true };
    const powers = (1n << 41n) - 1n;
    assert.deepEqual(found({ ...TIGHT, sharesHost }), [
      'hostNamespaces hostNetwork',
      'hostNamespaces hostPID',
    ]);
    const mighty = found({ ...TIGHT, bounding: powers, hasSeccomp: false, mounts: [] });
    assert.ok(mighty.includes('privileged securityContext.privileged'));
    assert.ok(mighty.includes('procMount securityContext.procMount'));
    assert.deepEqual(found({ ...TIGHT, bounding: 0x1bn | (1n << 21n) }), [
      'capabilities_baseline securityContext.capabilities.add[0]',
      'capabilities_restricted securityContext.capabilities.drop',
    ]);
    assert.deepEqual(found({ ...TIGHT, appArmor: 'unconfined' }), [
      'appArmorProfile securityContext.appArmorProfile.type',
    ]);
    assert.deepEqual(found({ ...TIGHT, appArmor: 'docker-default' }), []);
  });

  test('images and mounts, as the engine tells them', () => {
    const mount = (source: string, destination: string, writable = true) => ({
      ...{ source, destination, writable, mode: '', propagation: '' },
    });
    const volumes = '/var/lib/kubelet/pods/u/volumes/kubernetes.io';
    const mounts = [
      mount('/var/lib/docker/containers/x/hosts', '/etc/hosts'),
      mount('/var/log', '/log'),
      mount('/srv', '/srv', false),
      mount(`${volumes}~empty-dir/tmp`, '/tmp'),
      mount(`${volumes}~csi/claim/mount`, '/claim'),
      mount('/var/lib/docker/volumes/data/_data', '/data'),
    ];
    assert.deepEqual(found(TIGHT, { image: 'web:1', mounts }), [
      'hostPathVolumes volumes[0].hostPath',
      'hostPathVolumes volumes[1].hostPath',
      'imageTag image',
      'writableHostPath volumeMounts[0].readOnly',
      'writableMount volumeMounts[3].readOnly',
      'writableMount volumeMounts[4].readOnly',
    ]);
  });

  test('its name', () => {
    const pod = { name: 'web-0', namespace: 'shop', uid: 'u' };
    const subject = subjectOf(RUNNING, TIGHT, { fullId: ID, name: 'web', pod });
    assert.deepEqual([subject.kind, subject.namespace, subject.name], ['Container', 'shop', 'web-0/web']);
    assert.equal(subjectOf(RUNNING, TIGHT, undefined).name, ID.slice(0, 12));
    assert.equal(subject.locate([]).origin, `container ${ID.slice(0, 12)}`);
  });
});

/** A folder like /proc with these processes. */
function procWith(
  context: TestContext,
  processes: Readonly<Record<number, { ids: string; cgroup: string }>>,
): string {
  const proc = mkdtempSync(join(tmpdir(), 'lanner-proc-'));
  context.after(() => rmSync(proc, { recursive: true, force: true }));
  for (const [pid, { ids, cgroup }] of Object.entries(processes)) {
    mkdirSync(join(proc, pid, 'ns'), { recursive: true });
    writeFileSync(join(proc, pid, 'cgroup'), `0::${cgroup}\n`);
    writeFileSync(
      join(proc, pid, 'status'),
      `Name:\tx\nUid:\t1\t1000\t1\t1\nGid:\t1\t100\t1\t1\nNSpid:\t${ids}\nCapBnd:\t0000000000000400\nNoNewPrivs:\t1\nSeccomp:\t2\n`,
    );
    writeFileSync(join(proc, pid, 'mountinfo'), '1 0 0:1 / / rw shared:1 - ext4 /dev/a\\040b ro,errors=x\n');
    for (const name of ['net', 'pid', 'ipc'])
      symlinkSync(`${name}:[${pid === '1' || name === 'net' ? 1 : pid}]`, join(proc, pid, 'ns', name));
  }
  mkdirSync(join(proc, 'self'));
  return proc;
}

test('containers and their first processes', (context) => {
  const proc = procWith(context, {
    1: { ids: '1', cgroup: '/init.scope' },
    20: { ids: '20\t7', cgroup: `/docker/${ID}` },
    30: { ids: '30\t1', cgroup: `/docker/${ID}` },
    31: { ids: '31', cgroup: `/docker/${OTHER}` },
  });
  assert.deepEqual(
    runningContainers(proc).map(({ identity, pid }) => [identity.fullId, pid]),
    [
      [ID, 30],
      [OTHER, 31],
    ],
  );
  const facts = containerFacts(30, proc);
  assert.deepEqual(facts.sharesHost, { net: true, pid: false, ipc: false, user: undefined });
  assert.deepEqual([facts.uid, facts.gid, facts.bounding, facts.noNewPrivileges], [1000, 100, 0x400n, true]);
  assert.deepEqual(facts.mounts, [{ root: '/', point: '/', type: 'ext4', writable: false }]);
  assert.throws(() => containerFacts(99, proc), /ENOENT/);
});
