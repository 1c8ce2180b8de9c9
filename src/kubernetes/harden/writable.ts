/** Directories that an application may write to, though its root file system is read-only. */
import type { FieldPath } from '../manifests/field-path.ts';
import { type JsonMap, listOf, mapOf, textOf } from '../manifests/manifest.ts';
import { containersOf } from '../manifests/pods.ts';
import { isForWindows } from '../pod-security/control.ts';
import { kindsOf } from '../pod-security/volume-controls.ts';
import type { HardenOptions } from './options.ts';
import type { PodEditor } from './pod-editor.ts';
import { isPreparing, prepare } from './prepare.ts';

const READ_ONLY_KINDS = ['configMap', 'secret', 'downwardAPI', 'projected', 'image'];
/** Directories of the kernel; and the root itself, which cannot be mounted. */
const NOT_MOUNTABLE = /^\/(?:$|(?:proc|sys|dev)(?:\/|$))/;
/** Directories that are empty when a machine starts: nothing of the image is in them. */
const EMPTY_AT_START = /^\/(?:var\/)?(?:tmp|run)(?:\/|$)/;
const NAME_LIMIT = 63;

/** Mounts an emptyDir over each directory that is asked for and cannot be written yet. */
export function mountWritable(editor: PodEditor, options: HardenOptions): void {
  if (isForWindows(editor.pod)) return;
  for (const { list, name: own } of containersOf(editor.pod)) {
    // Anew each time: a container that prepares moves those behind it.
    const container = containersOf(editor.pod).find((other) => other.list === list && other.name === own);
    if (container === undefined || list === 'ephemeralContainers' || isPreparing(container)) continue;
    const wanted = options.writable
      .filter(({ container: name }) => (name ?? container.name) === container.name)
      .map(({ path }) => cleanPath(path));
    const added: string[] = [];
    for (const path of outermost(wanted)) {
      if (NOT_MOUNTABLE.test(path)) {
        editor.remark('left', container.path, `container ${container.name} cannot get ${path} writable`);
        continue;
      }
      const name = mountEmptyDir(editor, container.path, container.name, path);
      if (name !== undefined && !EMPTY_AT_START.test(path)) added.push(name);
    }
    if (options.prepare && added.length > 0) prepare(editor, container.name, added);
  }
}

/** The volume's name; `undefined` when the directory has a mount already. */
function mountEmptyDir(
  editor: PodEditor,
  containerPath: FieldPath,
  containerName: string,
  path: string,
): string | undefined {
  const container = mapOf(editor.get(containerPath)) ?? {};
  const mount = mountAbove(container, path);
  const volumes = listOf(editor.pod.spec.volumes).map((item) => mapOf(item) ?? {});
  if (mount !== undefined) {
    const volume = volumes.find(({ name }) => name === mount.name) ?? {};
    if (mount.readOnly === true || READ_ONLY_KINDS.includes(kindsOf(volume)[0] ?? ''))
      editor.remark(
        'left',
        containerPath,
        `container ${containerName} cannot write to ${path}: ${textOf(mount.mountPath)} is mounted read-only`,
      );
    return undefined;
  }
  const name = volumeName(containerName, path, new Set(volumes.map((volume) => textOf(volume.name))));
  editor.add(['spec', 'volumes'], { name, emptyDir: {} });
  editor.add([...containerPath, 'volumeMounts'], { name, mountPath: path });
  return name;
}

/** The innermost mount at or above `path`. */
function mountAbove(container: JsonMap, path: string): JsonMap | undefined {
  return listOf(container.volumeMounts)
    .map((item) => mapOf(item) ?? {})
    .filter((mount) => isWithin(path, cleanPath(textOf(mount.mountPath))))
    .sort((a, b) => textOf(b.mountPath).length - textOf(a.mountPath).length)[0];
}

/** A name of at most 63 characters (RFC 1123) that no other volume has. */
function volumeName(container: string, path: string, taken: ReadonlySet<string>): string {
  const slug = `writable-${container}${path}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/-+$/, '');
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : `-${number}`;
    const name = slug.slice(0, NAME_LIMIT - suffix.length).replace(/-+$/, '') + suffix;
    if (!taken.has(name)) return name;
  }
}

/** Without what lies in another of them. */
function outermost(paths: readonly string[]): string[] {
  const unique = [...new Set(paths)].sort();
  return unique.filter((path) => !unique.some((other) => other !== path && isWithin(path, other)));
}

export function isWithin(path: string, folder: string): boolean {
  return path === folder || folder === '/' || path.startsWith(`${folder}/`);
}

/** Absolute, without doubled and final slashes. */
export function cleanPath(path: string): string {
  return `/${path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`;
}
