/** Says of a running container what a manifest would say that makes one like it, so that the same controls judge both. */
import { toText } from '../../events/bytes.ts';
import type { ContainerMetadata, ContainerMount } from '../../system/container.ts';
import { type FieldPath, pathText } from '../manifests/field-path.ts';
import type { JsonMap } from '../manifests/manifest.ts';
import { BASELINE_CAPABILITIES } from '../pod-security/privilege-controls.ts';
import type { Subject } from '../posture/judge.ts';
import type { ContainerFacts } from './facts.ts';
import type { RunningContainer } from './running.ts';

/** By their numbers (linux/capability.h). */
const CAPABILITIES =
  `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
  NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
  SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
  MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`.split(/\s+/);

/** What runtimes give a container that asks for nothing; NET_RAW belongs to it. */
const isUsual = (name: string) => BASELINE_CAPABILITIES.has(name) || name === 'NET_RAW';

/** Volumes of the kubelet, by the folder in which it keeps them. */
const VOLUME_KINDS: Readonly<Record<string, string>> = {
  'empty-dir': 'emptyDir',
  configmap: 'configMap',
  secret: 'secret',
  projected: 'projected',
  'downward-api': 'downwardAPI',
};
/** Files that runtimes and the kubelet mount into every container. */
const USUAL_FILES =
  /^\/(?:etc\/(?:hosts|hostname|resolv\.conf|mtab)|dev(?:\/.*)?|proc(?:\/.*)?|sys(?:\/.*)?|run\/secrets|\.containerenv)$/;

export function subjectOf(
  { identity, pid }: RunningContainer,
  facts: ContainerFacts,
  metadata: ContainerMetadata | undefined,
  proc = '/proc',
): Subject {
  const pod = metadata?.pod;
  const name = toText(metadata?.name ?? identity.id);
  const mounts = volumesOf(metadata?.mounts ?? []);
  const image = imageOf(metadata);
  const container = {
    name,
    ...(image === undefined ? {} : { image }),
    securityContext: contextOf(facts),
    volumeMounts: mounts.map(({ mount }) => mount),
  };
  const { net, pid: pids, ipc, user } = facts.sharesHost;
  const origin = `container ${identity.id}`;
  return {
    kind: 'Container',
    name: pod === undefined ? name : `${toText(pod.name)}/${name}`,
    namespace: toText(pod?.namespace ?? ''),
    metadata: {},
    spec: {
      ...(net ? { hostNetwork: true } : {}),
      ...(pids ? { hostPID: true } : {}),
      ...(ipc ? { hostIPC: true } : {}),
      ...(user === false ? { hostUsers: false } : {}),
      containers: [container],
      volumes: mounts.map(({ volume }) => volume),
    },
    roots: new Map([[name, `${proc}/${pid}/root`]]),
    locate: () => ({ origin }),
    // Of the one container; what is the pod's keeps its name.
    fieldOf: (path: FieldPath) => pathText(path[1] === 'containers' ? path.slice(3) : path.slice(1)),
  };
}

function contextOf(facts: ContainerFacts): JsonMap {
  const held = CAPABILITIES.filter((_, bit) => ((facts.bounding >> BigInt(bit)) & 1n) === 1n);
  const hasFew = held.every((name) => name === 'NET_BIND_SERVICE');
  const isMasked = facts.mounts.some(({ point }) => point.startsWith('/proc/'));
  // No runtime gives all of this but to a container that is privileged.
  const isPrivileged =
    held.includes('SYS_ADMIN') && held.includes('SYS_MODULE') && !facts.hasSeccomp && !isMasked;
  return {
    privileged: isPrivileged,
    runAsUser: facts.uid,
    runAsNonRoot: facts.uid !== 0,
    allowPrivilegeEscalation: !facts.noNewPrivileges,
    readOnlyRootFilesystem: facts.mounts.find(({ point }) => point === '/')?.writable === false,
    capabilities: hasFew ? { drop: ['ALL'], add: held } : { add: held.filter((name) => !isUsual(name)) },
    ...(facts.hasSeccomp ? { seccompProfile: { type: 'RuntimeDefault' } } : {}),
    ...(isMasked ? {} : { procMount: 'Unmasked' }),
    ...(facts.appArmor === undefined ? {} : { appArmorProfile: appArmorOf(facts.appArmor) }),
  };
}

function appArmorOf(label: string): JsonMap {
  if (label === 'unconfined') return { type: 'Unconfined' };
  return /^(?:docker-default|containers-default|cri-containerd\.apparmor\.d|crio-default)/.test(label)
    ? { type: 'RuntimeDefault' }
    : { type: 'Localhost', localhostProfile: label };
}

function imageOf(metadata: ContainerMetadata | undefined): string | undefined {
  const image = toText(metadata?.image ?? '');
  if (image === '') return undefined;
  const digest = toText(metadata?.imageDigest ?? '');
  // What was asked for counts: whoever starts it again gets what the tag says then.
  return image.startsWith('sha256:') && digest !== '' ? `image@${digest}` : image;
}

/** Mounts as the engine tells them, each with a volume of its own. */
function volumesOf(
  mounts: readonly ContainerMount[],
): { readonly volume: JsonMap; readonly mount: JsonMap }[] {
  return mounts
    .filter(({ destination }) => !USUAL_FILES.test(destination))
    .map(({ source, destination, writable }, index) => {
      const name = `mount-${index}`;
      const path = toText(source);
      const [, kubelet = ''] = /\/volumes\/kubernetes\.io~([^/]+)\//.exec(path) ?? [];
      const kind =
        VOLUME_KINDS[kubelet] ??
        (kubelet !== '' || isEngineVolume(path) ? 'persistentVolumeClaim' : 'hostPath');
      const value =
        kind === 'hostPath' ? { path } : kind === 'persistentVolumeClaim' ? { claimName: path } : {};
      return {
        volume: { name, [kind]: value },
        mount: { name, mountPath: toText(destination), readOnly: !writable },
      };
    });
}

/** Named volumes of Docker and Podman; the engine keeps them, and their source may be their name alone. */
function isEngineVolume(source: string): boolean {
  return !source.startsWith('/') || /\/volumes\/[^/]+\/_data$/.test(source);
}
