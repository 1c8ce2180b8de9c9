/** The user that a pod's processes get, and what they need to go on working as that user. */
import { listOf, mapOf } from '../manifests/manifest.ts';
import { type ContainerOfPod, containersOf } from '../manifests/pods.ts';
import { isForWindows } from '../pod-security/control.ts';
import type { HardenOptions } from './options.ts';
import type { PodEditor } from './pod-editor.ts';

const CONTEXT = ['spec', 'securityContext'] as const;
/** Kernel setting that says from which port on anybody may listen. It is one of the pod, and all profiles allow it. */
const PORT_START = 'net.ipv4.ip_unprivileged_port_start';
const FIRST_FREE_PORT = 1024;
/** Volumes whose files belong to root unless a group is named. */
const OWNED_VOLUMES = ['persistentVolumeClaim', 'ephemeral', 'csi'];

/** Names a user where the manifest leaves it to the image, and the group that its volumes must have then. */
export function chooseUser(editor: PodEditor, { user }: HardenOptions, hasClaimTemplates: boolean): void {
  const { pod } = editor;
  if (user === 'image' || isForWindows(pod)) return;
  const context = mapOf(pod.spec.securityContext) ?? {};
  const isUnnamed = containersOf(pod).some(
    ({ value }) => mapOf(value.securityContext)?.runAsUser === undefined,
  );
  if (context.runAsUser !== undefined || !isUnnamed) return;
  editor.set([...CONTEXT, 'runAsUser'], user);
  if (context.runAsGroup === undefined) editor.set([...CONTEXT, 'runAsGroup'], user);
  const hasOwned = listOf(pod.spec.volumes).some((volume) =>
    OWNED_VOLUMES.some((kind) => mapOf(mapOf(volume)?.[kind]) !== undefined),
  );
  if ((hasOwned || hasClaimTemplates) && context.fsGroup === undefined) {
    editor.set([...CONTEXT, 'fsGroup'], user);
    editor.set([...CONTEXT, 'fsGroupChangePolicy'], 'OnRootMismatch');
  }
}

/**
 * Lets containers listen on their ports below 1024. The capability alone does not: a process that is not root has it
 * only from a file with capabilities, which allowPrivilegeEscalation forbids; the kernel's setting does.
 */
export function allowLowPorts(editor: PodEditor): void {
  const { pod } = editor;
  if (isForWindows(pod)) return;
  const low = containersOf(pod).filter(hasLowPort);
  for (const { value, path } of low) {
    const list = [...path, 'securityContext', 'capabilities', 'add'];
    const added = listOf(mapOf(mapOf(value.securityContext)?.capabilities)?.add);
    if (!added.includes('NET_BIND_SERVICE')) editor.add(list, 'NET_BIND_SERVICE');
  }
  // The node's own network cannot be set by a pod.
  if (low.length === 0 || pod.spec.hostNetwork === true) return;
  const sysctls = listOf(mapOf(pod.spec.securityContext)?.sysctls);
  if (sysctls.some((item) => mapOf(item)?.name === PORT_START)) return;
  editor.add([...CONTEXT, 'sysctls'], { name: PORT_START, value: '0' });
}

function hasLowPort({ value }: ContainerOfPod): boolean {
  return listOf(value.ports).some((port) => {
    const number = mapOf(port)?.containerPort;
    return typeof number === 'number' && number > 0 && number < FIRST_FREE_PORT;
  });
}
