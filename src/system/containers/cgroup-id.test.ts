import assert from 'node:assert/strict';
import { test } from 'node:test';
import { containersOf } from './cgroup-id.ts';

/** The innermost. */
const containerOf = (...of: Parameters<typeof containersOf>) => containersOf(...of).at(-1)?.identity;

const ID = '0123456789abcdef'.repeat(4);
const SHORT = '0123456789ab';

/** Path in every hierarchy of an event, engine and id; no id: the host. */
const FORMS: readonly (readonly [path: string, engine: string, id: string])[] = [
  [`/docker/${ID}`, 'docker', SHORT],
  [`/docker/${ID}/init.scope`, 'docker', SHORT],
  [`/system.slice/docker-${ID}.scope`, 'docker', SHORT],
  [`/some/parent/${ID}`, 'docker', SHORT],
  // The kubelet with cgroupfs and with systemd; so do k3s, and kind's nodes, which are containers themselves.
  [`/kubepods/besteffort/pod0a1b/${ID}`, 'containerd', SHORT],
  [`/k3s/kubepods/burstable/pod0a1b/${ID}`, 'containerd', SHORT],
  [`/docker/${'f'.repeat(64)}/kubelet/kubepods/pod0a1b/${ID}`, 'containerd', SHORT],
  [`/kubepods.slice/kubepods-pod0a1b.slice/cri-containerd-${ID}.scope`, 'containerd', SHORT],
  [`/system.slice/kubepods-pod0a1b.slice:cri-containerd:${ID}`, 'containerd', SHORT],
  [`/kubepods.slice/kubepods-pod0a1b.slice/docker-${ID}.scope`, 'docker', SHORT],
  [`/kubepods.slice/kubepods-pod0a1b.slice/crio-${ID}.scope`, 'cri-o', SHORT],
  [`/kubepods/pod0a1b/crio-${ID}`, 'cri-o', SHORT],
  [`/kubepods/besteffort/pod0a1b/${ID}/init.scope`, 'containerd', SHORT],
  [`/docker/${'f'.repeat(64)}/kubelet/kubepods/pod0a1b/${ID}/own/deep`, 'containerd', SHORT],
  [`/some/parent/${ID}/own`, 'docker', SHORT],
  [`/some/${'f'.repeat(64)}/parent/${ID}/own`, 'docker', SHORT],
  [`/k8s.io/${ID}`, 'containerd', SHORT],
  [`/default/${ID}`, 'containerd', SHORT],
  [`/user.slice/nerdctl-${ID}.scope`, 'containerd', SHORT],
  [`/libpod_parent/libpod-${ID}`, 'podman', SHORT],
  [`/machine.slice/libpod-${ID}.scope`, 'podman', SHORT],
  [`/machine.slice/libpod-${ID}.scope/container`, 'podman', SHORT],
  [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`, 'podman', SHORT],
  [`/libpod-payload-${ID}`, 'podman', SHORT],
  [`/${ID}`, 'runc', SHORT],
  [`/${ID}/own`, 'runc', SHORT],
  ['/lxc/web', 'lxc', 'web'],
  ['/lxc.payload/web', 'lxc', 'web'],
  ['/lxc.payload.web/system.slice/cron.service', 'lxc', 'web'],
  ['/machine/web.libvirt-lxc', 'libvirt-lxc', 'web'],
  ['/machine.slice/machine-lxc\\x2d4711\\x2dweb.scope/libvirt', 'libvirt-lxc', 'web'],
  ['/libvirt/lxc/web', 'libvirt-lxc', 'web'],
  ['/system.slice/bpm-web.scope', 'bpm', 'web'],
  // The monitors of podman and cri-o are no containers.
  [`/libpod_parent/libpod-conmon-${ID}`, 'host', ''],
  [`/system.slice/crio-conmon-${ID}.scope`, 'host', ''],
  ['/', 'host', ''],
  ['/system.slice/nginx.service', 'host', ''],
  ['/user.slice/user-0.slice/session-1.scope', 'host', ''],
  // Digits that are too few, too many, or not all hexadecimal.
  [`/machine/${ID.slice(0, 32)}`, 'host', ''],
  [`/machine/${ID}0`, 'host', ''],
  [`/machine/${ID}0/own`, 'host', ''],
  [`/machine/${ID.slice(0, 63)}g`, 'host', ''],
  ['/web', 'host', ''],
  ['/jobs/4711', 'host', ''],
];

/** How the paths come: with version 1 of control groups, with version 2 alone, and with both. */
const LAYOUTS: Readonly<Record<string, (path: string) => string[]>> = {
  'version 1': (path) => ['cpuset', 'cpu', 'memory'].map((controller) => `${controller}=${path}`),
  'version 2': (path) => [`unified=${path}`],
  hybrid: (path) => ['cpu=/', `memory=${path}`, 'name=systemd=/', `unified=${path}`],
};

for (const [layout, cgroupsAt] of Object.entries(LAYOUTS))
  test(`a container is known by the form of its path: ${layout}`, () => {
    for (const [path, engine, id] of FORMS) {
      const found = containerOf(cgroupsAt(path), false);
      assert.deepEqual([found?.engine ?? 'host', found?.id ?? ''], [engine, id], path);
      if (id === SHORT) assert.equal(found?.fullId, ID);
    }
  });

test('one hierarchy that tells is enough', () => {
  assert.equal(containerOf(['cpu=/', `memory=/docker/${ID}`, 'pids=/'], false)?.id, SHORT);
  assert.equal(containerOf([`name=systemd=/docker/${ID}`], false)?.id, SHORT);
});

test('a plain name counts only with a pid namespace and in more than one hierarchy', () => {
  const everywhere = (path: string) =>
    ['cpuset', 'cpu', 'memory'].map((controller) => `${controller}=${path}`);
  assert.deepEqual(containerOf(everywhere('/web'), true), { id: 'web', fullId: 'web', engine: 'runc' });
  assert.equal(containerOf(everywhere('/default/web'), true)?.engine, 'containerd');
  assert.equal(containerOf(everywhere('/web'), false), undefined);
  // cpuacct has no place in a unified hierarchy.
  assert.equal(containerOf([...everywhere('/web'), 'cpuacct=/'], true)?.id, 'web');
  assert.equal(containerOf(['unified=/web'], true)?.id, 'web');
  // runc started from within a cgroup of its own in one hierarchy.
  assert.equal(containerOf([...everywhere('/web'), 'memory=/own/cgroup/web'], true)?.id, 'web');
  assert.equal(containerOf([...everywhere('/web'), 'pids=/other'], true), undefined);
  assert.equal(containerOf(['cpu=/', `memory=/job_server/${ID.slice(0, 32)}`], true), undefined);
  // Below its own cgroup, in all hierarchies or in one, by itself or by a systemd of its own, it is no host.
  assert.equal(containerOf(everywhere('/default/web/own/deep'), true)?.id, 'web');
  assert.equal(containerOf([...everywhere('/web'), 'memory=/web/own/deep'], true)?.id, 'web');
  assert.equal(containerOf(everywhere('/web/system.slice/cron.service'), true)?.id, 'web');
  assert.equal(containerOf(everywhere('/web/init.scope'), true)?.id, 'web');
  assert.equal(containerOf([...everywhere('/web'), 'memory=/website/web2'], true), undefined);
  for (const path of ['/init.scope', '/user.slice', '/system.slice/cron.service', '/user.slice/a.scope/b/c'])
    assert.equal(containerOf(everywhere(path), true), undefined, path);
  assert.equal(containerOf([], true), undefined);
});
