/** Controls on what a container's processes may do. Source: Kubernetes' documentation, "Pod Security Standards". */
import { listOf, mapOf, shown } from '../manifests/manifest.ts';
import { containersOf, type Pod } from '../manifests/pods.ts';
import {
  type ContextOfPod,
  type Control,
  contextOf,
  contextsOf,
  forbid,
  inUserNamespace,
  isForWindows,
  podContext,
  type Violation,
} from './control.ts';

/** Capabilities that the baseline profile lets containers add: those that runtimes give anyway, but NET_RAW. */
export const BASELINE_CAPABILITIES: ReadonlySet<unknown> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
const RESTRICTED_CAPABILITIES: ReadonlySet<unknown> = new Set(['NET_BIND_SERVICE']);

/** First version in which what Windows cannot have is not asked of its pods. */
const WINDOWS_EXEMPT = 25;
/** First version in which a user namespace makes up for root. */
const USER_NAMESPACES = 35;

export const PRIVILEGE_CONTROLS: readonly Control[] = [
  {
    name: 'privileged',
    title: 'Privileged containers',
    profile: 'baseline',
    since: 0,
    check: (pod) =>
      containersOf(pod)
        .map(contextOf)
        .filter(({ value }) => value.privileged === true)
        .map((context) =>
          forbid(context, ['privileged'], 'is privileged: it is root on the node', 'remove privileged'),
        ),
  },
  {
    name: 'capabilities_baseline',
    title: 'Capabilities beyond the usual',
    profile: 'baseline',
    since: 0,
    check: (pod) => addedBeyond(pod, BASELINE_CAPABILITIES),
  },
  {
    name: 'allowPrivilegeEscalation',
    title: 'Gaining privileges',
    profile: 'restricted',
    since: 8,
    check: (pod, minor) =>
      isExempt(pod, minor)
        ? []
        : containersOf(pod)
            .map(contextOf)
            .filter(({ value }) => value.allowPrivilegeEscalation !== false)
            .map((context) =>
              forbid(
                context,
                ['allowPrivilegeEscalation'],
                'may gain privileges, as by setuid programs',
                'set allowPrivilegeEscalation: false',
              ),
            ),
  },
  {
    name: 'runAsNonRoot',
    title: 'Running as root',
    profile: 'restricted',
    since: 0,
    check: (pod, minor) => (minor >= USER_NAMESPACES && inUserNamespace(pod) ? [] : mayBeRoot(pod)),
  },
  {
    name: 'runAsUser',
    title: 'Root as the user',
    profile: 'restricted',
    since: 23,
    check: (pod, minor) =>
      minor >= USER_NAMESPACES && inUserNamespace(pod)
        ? []
        : contextsOf(pod)
            .filter(({ value }) => value.runAsUser === 0)
            .map((context) =>
              forbid(context, ['runAsUser'], 'runs as user 0, root', 'set runAsUser to another user'),
            ),
  },
  {
    name: 'capabilities_restricted',
    title: 'Capabilities',
    profile: 'restricted',
    since: 22,
    insteadOf: 'capabilities_baseline',
    check: (pod, minor) =>
      isExempt(pod, minor) ? [] : [...notDropped(pod), ...addedBeyond(pod, RESTRICTED_CAPABILITIES)],
  },
];

function isExempt(pod: Pod, minor: number): boolean {
  return minor >= WINDOWS_EXEMPT && isForWindows(pod);
}

/** A container says it for itself, or the pod says it for those that do not. */
function mayBeRoot(pod: Pod): Violation[] {
  const whole = podContext(pod);
  const refusals = contextsOf(pod)
    .filter(({ value }) => value.runAsNonRoot === false)
    .map((context) => forbid(context, ['runAsNonRoot'], 'may run as root', 'set runAsNonRoot: true'));
  if (whole.value.runAsNonRoot === true) return refusals;
  const silent = containersOf(pod)
    .map(contextOf)
    .filter(({ value }) => value.runAsNonRoot !== true && value.runAsNonRoot !== false)
    .map((context) =>
      forbid(
        context,
        ['runAsNonRoot'],
        'may run as root',
        'set runAsNonRoot: true for the pod or the container',
      ),
    );
  return [...refusals, ...silent];
}

function capabilitiesOf({ value }: ContextOfPod, list: 'add' | 'drop'): readonly unknown[] {
  return listOf(mapOf(value.capabilities)?.[list]);
}

function addedBeyond(pod: Pod, allowed: ReadonlySet<unknown>): Violation[] {
  return containersOf(pod)
    .map(contextOf)
    .flatMap((context) =>
      capabilitiesOf(context, 'add').flatMap((capability, index) =>
        allowed.has(capability)
          ? []
          : [
              forbid(
                context,
                ['capabilities', 'add', index],
                `adds the capability ${shown(capability)}`,
                `do without ${shown(capability)}`,
              ),
            ],
      ),
    );
}

function notDropped(pod: Pod): Violation[] {
  return containersOf(pod)
    .map(contextOf)
    .filter((context) => !capabilitiesOf(context, 'drop').includes('ALL'))
    .map((context) =>
      forbid(
        context,
        ['capabilities', 'drop'],
        'keeps capabilities that it may not need',
        'set capabilities.drop: [ALL]',
      ),
    );
}
