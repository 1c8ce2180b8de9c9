/** From what an application was seen to write to the directories that it needs. */
import { mapOf, textOf } from '../manifests/manifest.ts';
import type { WritableDirectory } from './options.ts';
import { cleanPath, isWithin } from './writable.ts';

/** A path that somebody wrote to. */
export interface ObservedWrite {
  readonly path: string;
  /** Name of the container, as the runtime or Kubernetes has it; absent where it is not known. */
  readonly container?: string;
  readonly pod?: string;
  readonly namespace?: string;
  readonly image?: string;
}

/** What writes are looked for: those of one workload. */
export interface ObservedWorkload {
  /** Of the object: pods of a workload have names that begin with it. */
  readonly name: string;
  readonly namespace: string;
  readonly containers: readonly { readonly name: string; readonly image: string }[];
}

export interface ObservedDirectories {
  readonly directories: readonly WritableDirectory[];
  /** Files in directories that hold programs or configuration: these are not made writable unless asked for. */
  readonly refused: readonly string[];
}

const OPENS = new Set(['open', 'openat', 'openat2', 'creat']);
const CHANGES = new Set(
  (
    'mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 link linkat symlink symlinkat chmod fchmodat chown ' +
    'lchown fchownat mknod mknodat truncate'
  ).split(' '),
);
const PATH_FIELDS = ['fd.name', 'fs.path.name', 'fs.path.target', 'fs.path.source'];
/** Kernel file systems and devices are there anyway. */
const NEVER = ['/proc', '/sys', '/dev'];
/** What lies here is run, loaded or believed: it must not become writable by accident. */
const PROTECTED =
  /^\/(?:bin|sbin|lib\w*|boot|etc|usr\/(?:s?bin|lib\w*)|usr\/local\/(?:s?bin|lib\w*)|usr|usr\/local|opt)?$/;
/** As many directories side by side stand for the one around them. */
const MANY = 3;

/**
 * Reads one alert in JSON. It counts when its fields tell an event that writes: an open for writing
 * (`evt.is_open_write`, or flags that say so), or a change in a directory, and a path. `undefined` for others and for
 * what is no alert.
 */
export function readWrites(line: string): ObservedWrite[] | undefined {
  const fields = fieldsOf(line);
  const type = textOf(fields?.['evt.type']);
  if (fields === undefined || !(CHANGES.has(type) || (OPENS.has(type) && isWrite(fields)))) return undefined;
  const about = {
    ...named('container', fields['container.name']),
    ...named('pod', fields['k8s.pod.name']),
    ...named('namespace', fields['k8s.ns.name']),
    ...named('image', fields['container.image.repository']),
  };
  const paths = PATH_FIELDS.map((field) => textOf(fields[field])).filter((path) => path.startsWith('/'));
  return [...new Set(paths)].map((path) => ({ path, ...about }));
}

/** An open that does not say what for is none: most are for reading. */
function isWrite(fields: Readonly<Record<string, unknown>>): boolean {
  const said = fields['evt.is_open_write'];
  if (said !== undefined && said !== null) return said === true || said === 'true';
  return /O_(?:WRONLY|RDWR|CREAT|TRUNC)/.test(textOf(fields['evt.arg.flags']));
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return mapOf(mapOf(JSON.parse(line))?.output_fields);
  } catch {
    return undefined;
  }
}

function named(key: string, value: unknown): object {
  const text = textOf(value);
  return text === '' || text === '<NA>' || text === 'N/A' ? {} : { [key]: text };
}

/** The directories that a workload's containers wrote to. */
export function directoriesFor(
  writes: readonly ObservedWrite[],
  workload: ObservedWorkload,
): ObservedDirectories {
  const refused = new Set<string>();
  const directories: WritableDirectory[] = [];
  for (const container of workload.containers) {
    const paths = writes
      .filter((write) => isOf(write, workload, container))
      .map(({ path }) => cleanPath(path));
    const folders = new Set<string>();
    for (const path of paths) {
      if (NEVER.some((folder) => isWithin(path, folder))) continue;
      const folder = path.slice(0, path.lastIndexOf('/')) || '/';
      if (PROTECTED.test(folder)) refused.add(path);
      else folders.add(folder);
    }
    for (const path of generalised([...folders])) directories.push({ container: container.name, path });
  }
  // A directory that is mounted anyway need not be made.
  const left = [...refused].filter((path) => !directories.some((one) => isWithin(path, one.path)));
  return { directories, refused: left.sort() };
}

/** What is known of a write must fit; what is not known hinders nothing. */
function isOf(
  { container, pod, namespace, image }: ObservedWrite,
  workload: ObservedWorkload,
  { name, image: ownImage }: ObservedWorkload['containers'][number],
): boolean {
  if (namespace !== undefined && workload.namespace !== '' && namespace !== workload.namespace) return false;
  if (
    pod !== undefined &&
    workload.name !== '' &&
    pod !== workload.name &&
    !pod.startsWith(`${workload.name}-`)
  )
    return false;
  if (container !== undefined && pod !== undefined && container !== name) return false;
  if (container !== undefined && container === name) return true;
  if (image !== undefined)
    return repositoryOf(ownImage).endsWith(image) || image.endsWith(repositoryOf(ownImage));
  // Outside of Kubernetes, containers have names of their own.
  return container === undefined || workload.containers.length === 1;
}

function repositoryOf(image: string): string {
  return image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
}

/** Without what lies in another; many neighbours become the directory around them, unless that must stay as it is. */
function generalised(folders: readonly string[]): string[] {
  let result = [...new Set(folders)].sort();
  for (;;) {
    result = result.filter((path) => !result.some((other) => other !== path && isWithin(path, other)));
    const parents = new Map<string, number>();
    for (const path of result) {
      const parent = path.slice(0, path.lastIndexOf('/'));
      parents.set(parent, (parents.get(parent) ?? 0) + 1);
    }
    // Directories of the first level hold more than one application's data.
    const crowded = [...parents].find(
      ([parent, count]) => count >= MANY && parent.lastIndexOf('/') > 0 && !PROTECTED.test(parent),
    );
    if (crowded === undefined) return result;
    result = [...new Set(result.map((path) => (isWithin(path, crowded[0]) ? crowded[0] : path)))].sort();
  }
}
