/**
 * Controls on what confines a container: AppArmor, SELinux, seccomp, the masks over /proc, and settings of the
 * kernel. Source: Kubernetes' documentation, "Pod Security Standards".
 */
import { listOf, mapOf, textOf } from '../manifests/manifest.ts';
import { containersOf, type Pod } from '../manifests/pods.ts';
import {
  type Control,
  contextOf,
  contextsOf,
  forbid,
  inUserNamespace,
  isForWindows,
  podContext,
  type Violation,
} from './control.ts';

const APP_ARMOR_ANNOTATION = 'container.apparmor.security.beta.kubernetes.io/';
const SECCOMP_POD_ANNOTATION = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER_ANNOTATION = 'container.seccomp.security.alpha.kubernetes.io/';
/** First version in which seccomp is a field; an annotation says it before. */
const SECCOMP_FIELD = 19;
const WINDOWS_EXEMPT = 25;
const USER_NAMESPACES = 35;

const PROFILE_TYPES: ReadonlySet<unknown> = new Set(['RuntimeDefault', 'Localhost']);
const SELINUX_TYPES: ReadonlySet<unknown> = new Set([
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
]);

/** Settings that touch nothing but the pod, and the version that first let them be. */
const SAFE_SYSCTLS: Readonly<Record<string, number>> = {
  'kernel.shm_rmid_forced': 0,
  'net.ipv4.ip_local_port_range': 0,
  'net.ipv4.tcp_syncookies': 0,
  'net.ipv4.ping_group_range': 0,
  'net.ipv4.ip_unprivileged_port_start': 0,
  'net.ipv4.ip_local_reserved_ports': 27,
  'net.ipv4.tcp_keepalive_time': 29,
  'net.ipv4.tcp_fin_timeout': 29,
  'net.ipv4.tcp_keepalive_intvl': 29,
  'net.ipv4.tcp_keepalive_probes': 29,
  'net.ipv4.tcp_rmem': 32,
  'net.ipv4.tcp_wmem': 32,
  'net.ipv4.tcp_slow_start_after_idle': 37,
  'net.ipv4.tcp_notsent_lowat': 37,
};

export const CONFINEMENT_CONTROLS: readonly Control[] = [
  {
    name: 'appArmorProfile',
    title: 'AppArmor profile',
    profile: 'baseline',
    since: 0,
    check: (pod) => [
      ...badProfiles(pod, 'appArmorProfile', 'AppArmor'),
      ...badAnnotations(
        pod,
        (key) => key.startsWith(APP_ARMOR_ANNOTATION),
        (value) => value === '' || value === 'runtime/default' || value.startsWith('localhost/'),
      ),
    ],
  },
  {
    name: 'seLinuxOptions',
    title: 'SELinux options',
    profile: 'baseline',
    since: 0,
    check: seLinuxOptions,
  },
  {
    name: 'procMount',
    title: 'Masks over /proc',
    profile: 'baseline',
    since: 0,
    check: (pod, minor) => (minor >= USER_NAMESPACES && inUserNamespace(pod) ? [] : unmaskedProc(pod)),
  },
  {
    name: 'procMount_restricted',
    title: 'Masks over /proc',
    profile: 'restricted',
    since: USER_NAMESPACES,
    insteadOf: 'procMount',
    check: unmaskedProc,
  },
  {
    name: 'seccompProfile_baseline',
    title: 'Seccomp profile',
    profile: 'baseline',
    since: 0,
    check: (pod, minor) =>
      minor < SECCOMP_FIELD ? seccompAnnotations(pod) : badProfiles(pod, 'seccompProfile', 'seccomp'),
  },
  {
    name: 'seccompProfile_restricted',
    title: 'Seccomp profile',
    profile: 'restricted',
    since: SECCOMP_FIELD,
    insteadOf: 'seccompProfile_baseline',
    check: (pod, minor) =>
      minor >= WINDOWS_EXEMPT && isForWindows(pod)
        ? []
        : [...badProfiles(pod, 'seccompProfile', 'seccomp'), ...missingSeccomp(pod)],
  },
  {
    name: 'sysctls',
    title: 'Settings of the kernel',
    profile: 'baseline',
    since: 0,
    check: (pod, minor) =>
      listOf(podContext(pod).value.sysctls).flatMap((item, index): Violation[] => {
        const name = textOf(mapOf(item)?.name);
        const since = Object.hasOwn(SAFE_SYSCTLS, name) ? SAFE_SYSCTLS[name] : undefined;
        if (since !== undefined && since <= minor) return [];
        return [
          {
            path: ['spec', 'securityContext', 'sysctls', index, 'name'],
            message: `the pod sets ${name} of the kernel, which may concern the whole node`,
            remedy: `do without ${name}`,
          },
        ];
      }),
  },
];

/** Profiles of AppArmor or seccomp that are set, and confine nothing. */
function badProfiles(pod: Pod, field: 'appArmorProfile' | 'seccompProfile', what: string): Violation[] {
  return contextsOf(pod).flatMap((context) => {
    const profile = mapOf(context.value[field]);
    if (profile === undefined || PROFILE_TYPES.has(profile.type)) return [];
    return [
      forbid(
        context,
        [field, 'type'],
        `has the ${what} profile "${textOf(profile.type)}"`,
        'set the type to RuntimeDefault or Localhost',
      ),
    ];
  });
}

function badAnnotations(
  { metadata }: Pod,
  concerns: (key: string) => boolean,
  isAllowed: (value: string) => boolean,
): Violation[] {
  return Object.entries(mapOf(metadata.annotations) ?? {})
    .filter(([key, value]) => concerns(key) && !isAllowed(textOf(value)))
    .map(([key, value]) => ({
      path: ['metadata', 'annotations', key],
      message: `the annotation asks for the profile "${textOf(value)}"`,
      remedy: 'remove the annotation, or set it to runtime/default or localhost/…',
    }));
}

function seccompAnnotations(pod: Pod): Violation[] {
  const ofContainers = new Set(containersOf(pod).map(({ name }) => `${SECCOMP_CONTAINER_ANNOTATION}${name}`));
  return badAnnotations(
    pod,
    (key) => key === SECCOMP_POD_ANNOTATION || ofContainers.has(key),
    (value) => value === 'runtime/default' || value === 'docker/default' || value.startsWith('localhost/'),
  );
}

/** Containers for which nobody names a profile. */
function missingSeccomp(pod: Pod): Violation[] {
  if (PROFILE_TYPES.has(mapOf(podContext(pod).value.seccompProfile)?.type)) return [];
  return containersOf(pod)
    .map(contextOf)
    .filter(({ value }) => mapOf(value.seccompProfile) === undefined)
    .map((context) =>
      forbid(
        context,
        ['seccompProfile'],
        'has no seccomp profile: it may use all system calls',
        'set seccompProfile.type: RuntimeDefault for the pod or the container',
      ),
    );
}

function seLinuxOptions(pod: Pod, minor: number): Violation[] {
  return contextsOf(pod).flatMap((context) => {
    const options = mapOf(context.value.seLinuxOptions);
    if (options === undefined) return [];
    const type = textOf(options.type);
    const isAllowed = SELINUX_TYPES.has(type) || (minor >= 31 && type === 'container_engine_t');
    const violations = isAllowed
      ? []
      : [
          forbid(
            context,
            ['seLinuxOptions', 'type'],
            `has the SELinux type ${type}`,
            'use container_t, container_init_t or container_kvm_t',
          ),
        ];
    for (const field of ['user', 'role']) {
      const value = textOf(options[field]);
      if (value !== '')
        violations.push(
          forbid(context, ['seLinuxOptions', field], `has the SELinux ${field} ${value}`, `remove ${field}`),
        );
    }
    return violations;
  });
}

function unmaskedProc(pod: Pod): Violation[] {
  return containersOf(pod)
    .map(contextOf)
    .filter(({ value }) => (value.procMount ?? 'Default') !== 'Default')
    .map((context) =>
      forbid(
        context,
        ['procMount'],
        `sees /proc without its masks (${textOf(context.value.procMount)})`,
        'remove procMount',
      ),
    );
}
