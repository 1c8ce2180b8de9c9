/** Files and directories of the host in a container of a static pod. */
import type { EditableText } from '../editing/editable-text.ts';
import { type FieldPath, valueAt } from '../manifests/field-path.ts';
import { type JsonMap, listOf, mapOf, textOf } from '../manifests/manifest.ts';

export interface WantedMount {
  /** Of the volume, where one is added. */
  readonly name: string;
  /** The same on the host and in the container. */
  readonly path: string;
  readonly type: 'File' | 'DirectoryOrCreate';
  readonly isReadOnly: boolean;
}

/**
 * Makes a path of the host visible in the container, unless it is: by itself, or in a directory that is. A mount of
 * the path itself that is read-only becomes writable where that is wanted.
 */
export function ensureMount(text: EditableText, container: FieldPath, wanted: WantedMount): void {
  const mounts = listOf(valueAt(text.value, [...container, 'volumeMounts']));
  const exact = mounts.findIndex(
    (mount) => trimmed(textOf(mapOf(mount)?.mountPath)) === trimmed(wanted.path),
  );
  if (exact >= 0) {
    if (!wanted.isReadOnly && mapOf(mounts[exact])?.readOnly === true)
      text.set([...container, 'volumeMounts', exact, 'readOnly'], false);
    return;
  }
  if (mounts.some((mount) => isCovering(text, mapOf(mount), wanted))) return;
  const volume = volumeFor(text, wanted);
  text.add([...container, 'volumeMounts'], {
    mountPath: wanted.path,
    name: volume,
    ...(wanted.isReadOnly ? { readOnly: true } : {}),
  });
}

/** Whether the path lies in a directory of the host that is mounted, and can be written if that is wanted. */
function isCovering(text: EditableText, mount: JsonMap | undefined, wanted: WantedMount): boolean {
  if (mount === undefined || mount.subPath !== undefined || mount.subPathExpr !== undefined) return false;
  const directory = trimmed(textOf(mount.mountPath));
  if (directory === '' || !wanted.path.startsWith(`${directory}/`)) return false;
  if (mount.readOnly === true && !wanted.isReadOnly) return false;
  // What lies there on the host must be what lies there in the container.
  const hostPath = hostPathOf(volumes(text).find(({ name }) => name === mount.name));
  return hostPath !== undefined && trimmed(hostPath) === directory;
}

/** A volume with the path: one that is there, or a new one. */
function volumeFor(text: EditableText, { name, path, type }: WantedMount): string {
  const known = volumes(text);
  const same = known.find((volume) => hostPathOf(volume) === path);
  if (same !== undefined) return textOf(same.name);
  const names = new Set(known.map((volume) => volume.name));
  let free = name;
  for (let number = 2; names.has(free); number++) free = `${name}-${number}`;
  text.add(['spec', 'volumes'], { hostPath: { path, type }, name: free });
  return free;
}

function volumes(text: EditableText): JsonMap[] {
  const listed = listOf(valueAt(text.value, ['spec', 'volumes']));
  return listed.map(mapOf).filter((volume) => volume !== undefined);
}

function hostPathOf(volume: JsonMap | undefined): string | undefined {
  const path = mapOf(volume?.hostPath)?.path;
  return typeof path === 'string' ? path : undefined;
}

function trimmed(path: string): string {
  return path.replace(/(?<=.)\/+$/, '');
}
