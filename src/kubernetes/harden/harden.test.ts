/** Every manifest in fixtures/ is hardened, in every way. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { type JsonMap, listOf, mapOf, textOf } from '../manifests/manifest.ts';
import { parseManifests } from '../manifests/parse.ts';
import { shapeProblems } from '../manifests/pod-shape.ts';
import { containersOf, type PodOfManifest, podOf } from '../manifests/pods.ts';
import { judgePod } from '../pod-security/judge.ts';
import { LATEST_MINOR } from '../pod-security/version.ts';
import { hardenText } from './harden.ts';
import type { HardenOptions } from './options.ts';

const FOLDER = join(import.meta.dirname, 'fixtures');
const FIXTURES = readdirSync(FOLDER).sort();

const DEFAULTS: HardenOptions = { user: 65532, keepHost: false, writable: [{ path: '/tmp' }], prepare: true };
const WAYS: Readonly<Record<string, HardenOptions>> = {
  defaults: DEFAULTS,
  'directories and their content': {
    ...DEFAULTS,
    writable: [
      { path: '/tmp' },
      { path: '/var/cache/app/' },
      { path: '/var/lib/app' },
      { path: '/var/lib/app/x' },
    ],
  },
  'without shells': { ...DEFAULTS, removeShells: 'mask' },
  "the image's user": { ...DEFAULTS, user: 'image', prepare: false },
};

function read(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

function podsIn(text: string): PodOfManifest[] {
  const { manifests, problems } = parseManifests(text, 'x');
  assert.deepEqual(problems, [], text);
  return manifests.flatMap((manifest) => podOf(manifest) ?? []);
}

/** What the API server would refuse of the parts that hardening adds. */
function assertValid({ manifest, base, spec }: PodOfManifest): void {
  assert.deepEqual(shapeProblems(manifest.value, base), []);
  const claims = listOf(mapOf(manifest.value.spec)?.volumeClaimTemplates).map((claim) =>
    textOf(mapOf(mapOf(claim)?.metadata)?.name),
  );
  const names = [...listOf(spec.volumes).map((volume) => textOf(mapOf(volume)?.name)), ...claims];
  const containers = containersOf({ metadata: {}, spec });
  for (const list of [names, containers.map(({ name }) => name)]) {
    assert.equal(new Set(list).size, list.length, `doubled names: ${list.join(', ')}`);
    for (const name of list) assert.match(name, /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/);
  }
  for (const { value } of containers) {
    const mounts = listOf(value.volumeMounts).map((mount) => mapOf(mount) ?? {});
    for (const { name } of mounts) assert.ok(names.includes(textOf(name)), `no volume ${textOf(name)}`);
    const paths = mounts.map(({ mountPath }) => textOf(mountPath));
    assert.equal(new Set(paths).size, paths.length, `doubled mounts: ${paths.join(', ')}`);
  }
}

/** Lines of `before` that are not in `after`, in order. */
function missingLines(before: string, after: string): string[] {
  const rest = after.split('\n');
  return before.split('\n').filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(0, at + 1);
    return at < 0;
  });
}

test('there are manifests of many kinds and shapes', () => {
  assert.ok(FIXTURES.length >= 30, `${FIXTURES.length}`);
});

for (const [way, options] of Object.entries(WAYS))
  describe(`hardened: ${way}`, () => {
    for (const name of FIXTURES)
      test(name, () => {
        const text = read(name);
        const hardened = hardenText(text, name, options);
        assert.deepEqual(hardened.problems, []);
        const kept = /^# keeps: (.*)$/m.exec(text)?.[1]?.split(', ') ?? [];
        for (const pod of podsIn(hardened.text)) {
          // Older versions ask of pods for Windows what these cannot have.
          for (const minor of name === 'pod-windows.yaml'
            ? [25, LATEST_MINOR]
            : [0, 19, 25, 30, 34, LATEST_MINOR]) {
            const found = judgePod(pod, 'restricted', minor).map(({ control }) => control);
            assert.deepEqual(found, kept, `v1.${minor}\n${hardened.text}`);
          }
          assertValid(pod);
          const mutable = judgePod(pod, 'immutable').filter(
            ({ control }) => control === 'readOnlyRootFilesystem',
          );
          assert.deepEqual(mutable, []);
        }
        assert.equal(podsIn(hardened.text).length, hardened.pods.length);
        assert.equal(
          hardenText(hardened.text, name, options).text,
          hardened.text,
          'a second time changes nothing',
        );
        const comments = (all: string) => all.match(/# .*$/gm) ?? [];
        assert.deepEqual(
          comments(text).filter((comment) => !hardened.text.includes(comment) && !isOfRemoved(comment)),
          [],
          'all comments are there',
        );
        if (name === 'deployment.yaml') assert.deepEqual(missingLines(text, hardened.text), []);
      });
  });

/** Comments that belong to fields that hardening removes or replaces. */
function isOfRemoved(comment: string): boolean {
  return /for the packets|straight from the node|may do all|shared memory|for mounts|the node itself|# root/.test(
    comment,
  );
}

function hardened(
  name: string,
  options: Partial<HardenOptions> = {},
): { text: string; spec: JsonMap; remarks: string[] } {
  const { text, pods } = hardenText(read(name), name, { ...DEFAULTS, ...options });
  return {
    text,
    spec: podsIn(text)[0]?.spec ?? {},
    remarks: pods.flatMap(({ remarks }) => remarks.map(({ kind, message }) => `${kind}: ${message}`)),
  };
}

test('what is immutable already stays as it is, to the byte', () => {
  assert.equal(hardened('pod-good.yaml').text, read('pod-good.yaml'));
});

test('the manifest of a small deployment', () => {
  const text = hardened('deployment.yaml').text;
  const added = text.split('\n').filter((line) => !read('deployment.yaml').split('\n').includes(line));
  assert.equal(
    added.join('\n'),
    `          securityContext:
            allowPrivilegeEscalation: false
            capabilities:
              drop: [ALL]
              add: [NET_BIND_SERVICE]
            readOnlyRootFilesystem: true
          volumeMounts:
            - name: writable-web-tmp
              mountPath: /tmp
      securityContext:
        runAsNonRoot: true
        seccompProfile:
          type: RuntimeDefault
        runAsUser: 65532
        runAsGroup: 65532
        sysctls:
          - name: net.ipv4.ip_unprivileged_port_start
            value: "0"
      volumes:
        - name: writable-web-tmp
          emptyDir: {}`,
  );
});

test('what a pod loses of its node is told, and stays where that is wanted', () => {
  const { spec, remarks } = hardened('daemonset-agent.yaml');
  assert.deepEqual(spec.volumes, [
    { name: 'proc', emptyDir: {} },
    { name: 'log', emptyDir: {} },
    { name: 'writable-agent-tmp', emptyDir: {} },
  ]);
  assert.equal(remarks.filter((remark) => remark.startsWith('takes: ')).length, 5, remarks.join('\n'));
  const kept = hardened('daemonset-agent.yaml', { keepHost: true });
  assert.equal(kept.spec.hostPID, true);
  assert.ok(
    kept.remarks.some((remark) => /^left: .*\/var\/log of the node/.test(remark)),
    kept.remarks.join('\n'),
  );
});

test('users and groups', () => {
  const context = (name: string, options = {}) => hardened(name, options).spec.securityContext as JsonMap;
  assert.equal(context('pod-minimal.yaml').runAsUser, 65532);
  assert.equal(context('pod-minimal.yaml', { user: 7 }).runAsGroup, 7);
  assert.equal(context('pod-minimal.yaml', { user: 'image' }).runAsUser, undefined);
  assert.equal(context('deployment-image-user.yaml').runAsUser, undefined);
  assert.equal(context('statefulset.yaml').fsGroup, 65532);
  assert.equal(context('statefulset-fsgroup.yaml').fsGroup, 70);
  assert.equal(context('pod-minimal.yaml').fsGroup, undefined);
  assert.equal(context('replicaset.yaml').runAsUser, 65532);
});

test('directories: once, outermost, not where a mount is, and not where none can be', () => {
  const writable = ['/tmp', '/tmp/x', '/var/lib/app/data', '/', '/proc/x', '/srv/'].map((path) => ({ path }));
  const { spec, remarks } = hardened('pod-mounts.yaml', { writable, prepare: false });
  const [container] = containersOf({ metadata: {}, spec });
  assert.deepEqual(
    listOf(container?.value.volumeMounts).map((mount) => mapOf(mount)?.mountPath),
    ['/tmp/', '/var/lib/app'],
    'the root is above all others',
  );
  assert.ok(remarks.includes('left: container app cannot get / writable'));
  const others = hardened('pod-mounts.yaml', {
    writable: writable.filter(({ path }) => path !== '/'),
    prepare: false,
  });
  assert.deepEqual(
    others.remarks.filter((remark) => remark.includes('writ')),
    [
      'left: container app cannot get /proc/x writable',
      'left: container app cannot write to /var/lib/app/data: /var/lib/app is mounted read-only',
    ],
  );
});

test('a directory for one container, and its content from the image', () => {
  const writable = [{ container: 'second', path: "/var/it's" }];
  const { spec } = hardened('pod-many-containers.yaml', { writable });
  const prepare = mapOf(listOf(spec.initContainers)[0]) ?? {};
  assert.equal(prepare.name, 'lanner-prepare-second');
  assert.equal(prepare.image, 'example.org/second:1');
  assert.deepEqual(
    listOf(prepare.command)[2],
    `[ ! -d '/var/it'\\''s/.' ] || cp -R '/var/it'\\''s/.' /lanner-prepare/0/ || true`,
  );
  assert.equal(listOf(spec.initContainers).length, 3);
  // More directories later: the same container prepares them, too.
  const again = hardenText(hardened('pod-many-containers.yaml', { writable }).text, 'x', {
    ...DEFAULTS,
    writable: [{ container: 'second', path: '/var/more' }],
  }).text;
  const [first] = listOf(podsIn(again)[0]?.spec.initContainers);
  assert.equal(listOf(mapOf(first)?.volumeMounts).length, 2);
  assert.match(
    textOf(listOf(mapOf(first)?.command)[2]),
    /it'.*\/lanner-prepare\/0\/.*more.*\/lanner-prepare\/1\//,
  );
});

describe('shells', () => {
  test('are masked, except in containers that start by one', () => {
    const { spec, remarks } = hardened('pod-many-containers.yaml', { removeShells: 'mask' });
    const masked = containersOf({ metadata: {}, spec }).filter(({ value }) =>
      listOf(value.volumeMounts).some((mount) => mapOf(mount)?.mountPath === '/bin/sh'),
    );
    assert.deepEqual(
      masked.map(({ name }) => name),
      ['sidecar', 'first', 'second'],
    );
    assert.ok(
      remarks.includes('left: container wait keeps its shells: the first word of its command is one'),
    );
    assert.match(remarks.join('\n'), /takes: container first has no shells from its first instruction on/);
  });

  test('those of the image, where they are known', () => {
    const shells = new Map([['example.org/app:1', ['/usr/bin/bash']]]);
    const { spec } = hardened('pod-minimal.yaml', { removeShells: 'mask', shells, writable: [] });
    assert.deepEqual(mapOf(listOf(spec.containers)[0])?.volumeMounts, [
      { name: 'no-shell', mountPath: '/usr/bin/bash', subPath: 'no-shell', readOnly: true },
    ]);
    const none = hardened('pod-minimal.yaml', {
      removeShells: 'mask',
      shells: new Map([['example.org/app:1', []]]),
    });
    assert.doesNotMatch(none.text, /no-shell/);
  });

  test('a startupProbe needs root and a writable root file system, and that is told', () => {
    const once = hardened('pod-minimal.yaml', { removeShells: 'startup-probe' });
    const container = mapOf(listOf(once.spec.containers)[0]) ?? {};
    assert.deepEqual(mapOf(mapOf(container.startupProbe)?.exec)?.command, [
      ...['sh', '-c', 'rm -f /bin/ash /bin/bash /bin/dash /bin/zsh /bin/sh'],
    ]);
    assert.deepEqual(
      once.remarks.filter((remark) => remark.startsWith('left: ')).map((remark) => remark.split(':')[1]),
      [
        ' container app may run as root',
        ' container app runs as user 0, root',
        ' container app can write to its root file system',
        ' container app runs example.org/app',
      ],
    );
    const twice = hardenText(once.text, 'x', { ...DEFAULTS, removeShells: 'startup-probe' });
    assert.equal(twice.text, once.text);
  });
});

test('what is no manifest is not touched', () => {
  const text = 'kind: Pod\n  a: [\n';
  const { text: after, problems } = hardenText(text, 'x', DEFAULTS);
  assert.equal(after, text);
  assert.equal(problems.length, 1);
  assert.deepEqual(parse(hardenText('{apiVersion: v1, kind: Service}\n', 'x', DEFAULTS).text), {
    apiVersion: 'v1',
    kind: 'Service',
  });
});
