/**
 * Containers that run before the others and copy what the image has in a directory into the emptyDir that hides it. They
 * need `sh` and `cp` in the image.
 */
import { createHash } from 'node:crypto';
import { listOf, mapOf, textOf } from '../manifests/manifest.ts';
import { type ContainerOfPod, containersOf } from '../manifests/pods.ts';
import type { PodEditor } from './pod-editor.ts';

const PREFIX = 'lanner-prepare-';
const TARGET = '/lanner-prepare';
const NAME_LIMIT = 63;

/** Whether hardening made this container. */
export function isPreparing({ name }: ContainerOfPod): boolean {
  return name.startsWith(PREFIX);
}

/** Has these volumes of a container prepared, beside those that are already. */
export function prepare(editor: PodEditor, containerName: string, volumes: readonly string[]): void {
  const name = preparingName(containerName);
  const container = containersOf(editor.pod).find((other) => other.name === containerName)?.value ?? {};
  const index = listOf(editor.pod.spec.initContainers).findIndex((item) => mapOf(item)?.name === name);
  const before = index < 0 ? {} : (mapOf(editor.get(['spec', 'initContainers', index])) ?? {});
  const prepared = listOf(before.volumeMounts).map((mount) => textOf(mapOf(mount)?.name));
  const all = [...new Set([...prepared, ...volumes])];
  const folders = new Map(
    listOf(container.volumeMounts).map(
      (mount) => [textOf(mapOf(mount)?.name), textOf(mapOf(mount)?.mountPath)] as const,
    ),
  );
  const command = ['sh', '-c', all.map((volume, at) => copying(folders.get(volume) ?? '', at)).join('; ')];
  const volumeMounts = all.map((volume, at) => ({ name: volume, mountPath: `${TARGET}/${at}` }));
  if (index >= 0) {
    editor.set(['spec', 'initContainers', index, 'command'], command);
    editor.set(['spec', 'initContainers', index, 'volumeMounts'], volumeMounts);
    return;
  }
  const { image, imagePullPolicy, resources, securityContext } = container;
  const own = mapOf(securityContext) ?? {};
  const preparing = {
    name,
    image,
    ...(imagePullPolicy === undefined ? {} : { imagePullPolicy }),
    command,
    ...(resources === undefined ? {} : { resources }),
    securityContext: {
      ...(typeof own.runAsUser === 'number' ? { runAsUser: own.runAsUser } : {}),
      ...(typeof own.runAsGroup === 'number' ? { runAsGroup: own.runAsGroup } : {}),
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    },
    volumeMounts,
  };
  editor.add(['spec', 'initContainers'], preparing, 'first');
}

/** At most 63 characters, and another for each container. */
function preparingName(container: string): string {
  const name = `${PREFIX}${container}`;
  if (name.length <= NAME_LIMIT) return name;
  const digest = createHash('sha256').update(container).digest('hex').slice(0, 8);
  return `${name.slice(0, NAME_LIMIT - digest.length - 1)}-${digest}`;
}

/** What the user may not read, the application could not read either: it is no failure. */
function copying(folder: string, at: number): string {
  const quoted = `'${folder.replaceAll("'", "'\\''")}/.'`;
  return `[ ! -d ${quoted} ] || cp -R ${quoted} ${TARGET}/${at}/ || true`;
}
