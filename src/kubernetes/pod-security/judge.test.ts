/** Control by control against Kubernetes' documentation, "Pod Security Standards", and the versions that it names. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { pathText } from '../manifests/field-path.ts';
import type { Pod } from '../manifests/pods.ts';
import type { Profile } from './finding.ts';
import { CONTROLS, judgePod, strictestProfile } from './judge.ts';
import { LATEST_MINOR, minorVersion } from './version.ts';

/** A pod that every version of the restricted profile lets run. */
const GOOD = `
securityContext: {runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}}
containers:
- name: c
  image: a@sha256:0
  securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}, readOnlyRootFilesystem: true}
`;

type Value = Record<string, unknown>;

/** The good pod with fields set: `containers.0.ports` and so on, values in YAML. */
function podWith(changes: Readonly<Record<string, string>>): Pod {
  const pod = { metadata: {} as Value, spec: parse(GOOD) as Value };
  for (const [path, yaml] of Object.entries(changes)) {
    const parts = path.startsWith('metadata/') ? path.split('/') : `spec.${path}`.split('.');
    const last = parts.pop() as string;
    let at: Value = pod;
    for (const part of parts) {
      at[part] ??= {};
      at = at[part] as Value;
    }
    const value: unknown = parse(yaml);
    if (value === 'absent') delete at[last];
    else at[last] = value;
  }
  return pod;
}

function judged(changes: Readonly<Record<string, string>>, profile: Profile, minor = LATEST_MINOR): string[] {
  return judgePod(podWith(changes), profile, minor).map(
    ({ control, path }) => `${control} ${pathText(path)}`,
  );
}

const SC = 'containers.0.securityContext';
const CONTAINER = 'spec.containers[0]';

interface Case {
  readonly set: Readonly<Record<string, string>>;
  /** Control and field that the strictest profile names. */
  readonly found: string;
  /** The first profile that forbids it. */
  readonly profile: 'baseline' | 'restricted';
  /** Versions in which it is forbidden: first and last. */
  readonly versions?: readonly [number, number];
  /** Other versions are the subject of another case. */
  readonly noOthers?: true;
}

const CASES: readonly Case[] = [
  ...['hostNetwork', 'hostPID', 'hostIPC'].map((field) => ({
    set: { [field]: 'true' },
    found: `hostNamespaces spec.${field}`,
    profile: 'baseline' as const,
  })),
  {
    set: { 'securityContext.windowsOptions': '{hostProcess: true}' },
    found: 'windowsHostProcess spec.securityContext.windowsOptions.hostProcess',
    profile: 'baseline',
  },
  {
    set: { [`${SC}.windowsOptions`]: '{hostProcess: true}' },
    found: `windowsHostProcess ${CONTAINER}.securityContext.windowsOptions.hostProcess`,
    profile: 'baseline',
  },
  {
    set: { volumes: '[{name: v, emptyDir: {}}, {name: h, hostPath: {path: /}}]' },
    found: 'hostPathVolumes spec.volumes[1].hostPath',
    profile: 'baseline',
  },
  {
    set: { volumes: '[{name: v, nfs: {server: s, path: /}}]' },
    found: 'restrictedVolumes spec.volumes[0].nfs',
    profile: 'restricted',
  },
  {
    set: { 'containers.0.ports': '[{containerPort: 80, hostPort: 0}, {containerPort: 81, hostPort: 81}]' },
    found: `hostPorts ${CONTAINER}.ports[1].hostPort`,
    profile: 'baseline',
  },
  ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((probe) => ({
    set: { [`containers.0.${probe}`]: '{httpGet: {host: h, port: 1}}' },
    found: `hostProbesAndHostLifecycle ${CONTAINER}.${probe}.httpGet.host`,
    profile: 'baseline' as const,
    versions: [34, LATEST_MINOR] as const,
  })),
  {
    set: { 'containers.0.lifecycle': '{preStop: {tcpSocket: {host: h, port: 1}}}' },
    found: `hostProbesAndHostLifecycle ${CONTAINER}.lifecycle.preStop.tcpSocket.host`,
    profile: 'baseline',
    versions: [34, LATEST_MINOR],
  },
  {
    set: { [`${SC}.privileged`]: 'true', [`${SC}.allowPrivilegeEscalation`]: 'false' },
    found: `privileged ${CONTAINER}.securityContext.privileged`,
    profile: 'baseline',
  },
  {
    set: { [`${SC}.capabilities.add`]: '[NET_BIND_SERVICE, SYS_ADMIN]' },
    found: `capabilities_baseline ${CONTAINER}.securityContext.capabilities.add[1]`,
    profile: 'baseline',
  },
  {
    set: { [`${SC}.capabilities.add`]: '[NET_RAW]' },
    found: `capabilities_baseline ${CONTAINER}.securityContext.capabilities.add[0]`,
    profile: 'baseline',
  },
  {
    set: { [`${SC}.capabilities.add`]: '[CHOWN]' },
    found: `capabilities_restricted ${CONTAINER}.securityContext.capabilities.add[0]`,
    profile: 'restricted',
    versions: [22, LATEST_MINOR],
  },
  {
    set: { [`${SC}.capabilities.drop`]: '[NET_RAW]' },
    found: `capabilities_restricted ${CONTAINER}.securityContext.capabilities.drop`,
    profile: 'restricted',
    versions: [22, LATEST_MINOR],
  },
  {
    set: { [`${SC}.allowPrivilegeEscalation`]: 'absent' },
    found: `allowPrivilegeEscalation ${CONTAINER}.securityContext.allowPrivilegeEscalation`,
    profile: 'restricted',
    versions: [8, LATEST_MINOR],
  },
  {
    set: { 'securityContext.runAsNonRoot': 'absent' },
    found: `runAsNonRoot ${CONTAINER}.securityContext.runAsNonRoot`,
    profile: 'restricted',
  },
  {
    set: { 'securityContext.runAsNonRoot': 'false', [`${SC}.runAsNonRoot`]: 'true' },
    found: 'runAsNonRoot spec.securityContext.runAsNonRoot',
    profile: 'restricted',
  },
  {
    set: { [`${SC}.runAsNonRoot`]: 'false' },
    found: `runAsNonRoot ${CONTAINER}.securityContext.runAsNonRoot`,
    profile: 'restricted',
  },
  {
    set: { 'securityContext.runAsUser': '0' },
    found: 'runAsUser spec.securityContext.runAsUser',
    profile: 'restricted',
    versions: [23, LATEST_MINOR],
  },
  {
    set: { 'securityContext.runAsUser': '0', hostUsers: 'false' },
    found: 'runAsUser spec.securityContext.runAsUser',
    profile: 'restricted',
    versions: [23, 34],
  },
  {
    set: { 'securityContext.runAsNonRoot': 'absent', hostUsers: 'false' },
    found: `runAsNonRoot ${CONTAINER}.securityContext.runAsNonRoot`,
    profile: 'restricted',
    versions: [0, 34],
  },
  {
    set: { 'metadata/annotations': '{container.apparmor.security.beta.kubernetes.io/c: unconfined}' },
    found: 'appArmorProfile metadata.annotations["container.apparmor.security.beta.kubernetes.io/c"]',
    profile: 'baseline',
  },
  {
    set: { 'securityContext.appArmorProfile': '{type: Unconfined}' },
    found: 'appArmorProfile spec.securityContext.appArmorProfile.type',
    profile: 'baseline',
  },
  {
    set: { 'securityContext.seLinuxOptions': '{type: spc_t}' },
    found: 'seLinuxOptions spec.securityContext.seLinuxOptions.type',
    profile: 'baseline',
  },
  {
    set: { [`${SC}.seLinuxOptions`]: '{type: container_engine_t}' },
    found: `seLinuxOptions ${CONTAINER}.securityContext.seLinuxOptions.type`,
    profile: 'baseline',
    versions: [0, 30],
  },
  {
    set: { [`${SC}.seLinuxOptions`]: '{user: u}' },
    found: `seLinuxOptions ${CONTAINER}.securityContext.seLinuxOptions.user`,
    profile: 'baseline',
  },
  {
    set: { [`${SC}.procMount`]: 'Unmasked' },
    found: `procMount ${CONTAINER}.securityContext.procMount`,
    profile: 'baseline',
  },
  {
    set: { [`${SC}.procMount`]: 'Unmasked', hostUsers: 'false' },
    found: `procMount ${CONTAINER}.securityContext.procMount`,
    profile: 'baseline',
    versions: [0, 34],
    noOthers: true,
  },
  {
    set: { [`${SC}.procMount`]: 'Unmasked', hostUsers: 'false' },
    found: `procMount_restricted ${CONTAINER}.securityContext.procMount`,
    profile: 'restricted',
    versions: [35, LATEST_MINOR],
    noOthers: true,
  },
  {
    set: { [`${SC}.seccompProfile`]: '{type: Unconfined}' },
    found: `seccompProfile_baseline ${CONTAINER}.securityContext.seccompProfile.type`,
    profile: 'baseline',
    versions: [19, LATEST_MINOR],
  },
  {
    set: { 'securityContext.seccompProfile': 'absent' },
    found: `seccompProfile_restricted ${CONTAINER}.securityContext.seccompProfile`,
    profile: 'restricted',
    versions: [19, LATEST_MINOR],
  },
  {
    set: { 'metadata/annotations': '{seccomp.security.alpha.kubernetes.io/pod: unconfined}' },
    found: 'seccompProfile_baseline metadata.annotations["seccomp.security.alpha.kubernetes.io/pod"]',
    profile: 'baseline',
    versions: [0, 18],
  },
  ...Object.entries({
    'net.ipv4.ip_local_reserved_ports': 26,
    'net.ipv4.tcp_fin_timeout': 28,
    'net.ipv4.tcp_rmem': 31,
    'net.ipv4.tcp_notsent_lowat': 36,
    'kernel.msgmax': LATEST_MINOR,
    constructor: LATEST_MINOR,
  }).map(([name, last]) => ({
    set: {
      'securityContext.sysctls': `[{name: kernel.shm_rmid_forced, value: "1"}, {name: ${name}, value: "1"}]`,
    },
    found: 'sysctls spec.securityContext.sysctls[1].name',
    profile: 'baseline' as const,
    versions: [0, last] as const,
  })),
];

describe('what profiles forbid', () => {
  for (const { set, found, profile, versions: [first, last] = [0, LATEST_MINOR], noOthers } of CASES) {
    test(`${JSON.stringify(set)}: ${profile}, ${first} to ${last}`, () => {
      for (let minor = noOthers ? first : 0; minor <= (noOthers ? last : LATEST_MINOR); minor++) {
        const expected = first <= minor && minor <= last ? [found] : [];
        assert.deepEqual(judged(set, 'restricted', minor), expected, `restricted, 1.${minor}`);
        const ofBaseline = profile === 'baseline' ? expected : [];
        assert.deepEqual(judged(set, 'baseline', minor), ofBaseline, `baseline, 1.${minor}`);
        assert.deepEqual(judged(set, 'privileged', minor), []);
      }
    });
  }

  test('every control has a case', () => {
    const tested = new Set(CASES.map(({ found }) => found.split(' ')[0]));
    assert.deepEqual(
      CONTROLS.map(({ name }) => name).filter((name) => !tested.has(name)),
      [],
    );
  });

  test('init and ephemeral containers are judged as well', () => {
    const bad = '[{name: x, securityContext: {privileged: true}}]';
    for (const list of ['initContainers', 'ephemeralContainers'])
      assert.deepEqual(judged({ [list]: bad }, 'baseline'), [
        `privileged spec.${list}[0].securityContext.privileged`,
      ]);
  });

  test('pods for Windows need not set what they cannot, from 1.25 on', () => {
    const windows = {
      'os.name': 'windows',
      [SC]: '{}',
      securityContext: '{runAsNonRoot: true}',
    };
    assert.deepEqual(judged(windows, 'restricted', 25), []);
    assert.equal(judged(windows, 'restricted', 24).length, 3);
    assert.equal(judged({ ...windows, 'os.name': 'linux' }, 'restricted', 25).length, 3);
  });
});

test('what is allowed', () => {
  const allowed: readonly Readonly<Record<string, string>>[] = [
    {},
    { volumes: '[{name: a}, {name: b, csi: {driver: d}}, {name: c, image: {}}, {name: e, hostPath: null}]' },
    { [`${SC}.capabilities.add`]: '[NET_BIND_SERVICE]' },
    {
      [`${SC}.seccompProfile`]: '{type: Localhost, localhostProfile: p}',
      'securityContext.seccompProfile': 'absent',
    },
    { 'securityContext.runAsNonRoot': 'absent', [`${SC}.runAsNonRoot`]: 'true' },
    { 'containers.0.livenessProbe': '{httpGet: {host: "", port: 1}}' },
    {
      'securityContext.appArmorProfile': '{type: Localhost}',
      'securityContext.seLinuxOptions': '{level: "s0:c1"}',
    },
  ];
  for (const changes of allowed) assert.deepEqual(judged(changes, 'restricted'), [], JSON.stringify(changes));
});

test('what has the wrong type counts as absent, and breaks nothing', () => {
  const odd = ['7', 'text', '[]', '{}', 'null', '[7]', '[{}]', '[[]]', 'true'];
  const fields = [
    ...['containers', 'initContainers', 'volumes', 'securityContext', 'os', 'hostUsers', 'containers.0'],
    ...[
      'securityContext.sysctls',
      'securityContext.seLinuxOptions',
      `${SC}.capabilities`,
      `${SC}.capabilities.add`,
    ],
    ...[
      SC,
      'containers.0.ports',
      'containers.0.volumeMounts',
      'containers.0.lifecycle',
      'containers.0.image',
    ],
    ...['containers.0.name', `${SC}.seccompProfile`, 'metadata/annotations'],
  ];
  for (const field of fields)
    for (const value of odd) judgePod(podWith({ [field]: value }), 'immutable', LATEST_MINOR);
});

test('the strictest profile that a pod satisfies', () => {
  assert.equal(strictestProfile(podWith({})), 'restricted');
  assert.equal(strictestProfile(podWith({ [`${SC}.allowPrivilegeEscalation`]: 'true' })), 'baseline');
  assert.equal(strictestProfile(podWith({ hostPID: 'true' })), 'privileged');
});

test('versions are written as in labels', () => {
  const texts = ['v1.0', 'v1.25', 'latest', 'v1.99', '1.25', 'v1.025', 'v2.1', 'Latest', 'v1.25.3'];
  assert.deepEqual(texts.map(minorVersion), [
    ...[0, 25, LATEST_MINOR, LATEST_MINOR],
    ...Array.from({ length: 5 }, () => undefined),
  ]);
});

test('values of any type are shown, and no reason to fail', () => {
  const odd = { toString: 1 };
  const container = {
    name: 'a',
    ports: [{ hostPort: odd }],
    securityContext: { capabilities: { add: [odd] } },
  };
  const messages = judgePod({ metadata: {}, spec: { containers: [container] } }, 'baseline').map(
    ({ message }) => message,
  );
  assert.match(messages.join('\n'), /port \{"toString":1\} of the node/);
  assert.match(messages.join('\n'), /capability \{"toString":1\}/);
});
