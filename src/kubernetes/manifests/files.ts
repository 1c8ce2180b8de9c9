/** Reads manifests from files, folders and standard input. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest, ManifestProblem } from './manifest.ts';
import { parseManifests } from './parse.ts';

export interface ManifestFile {
  /** The path as it was given; `<stdin>` for standard input. */
  readonly origin: string;
  readonly text: string;
  readonly manifests: readonly Manifest[];
}

export interface ReadManifests {
  readonly files: readonly ManifestFile[];
  readonly problems: readonly ManifestProblem[];
  /** Documents in folders that are no objects of Kubernetes, such as the values of a chart. */
  readonly others: number;
}

/** Bytes of one file; etcd keeps no object of more than 1.5 MB, and a file may hold many. */
const FILE_LIMIT = 64 << 20;
const STDIN = '<stdin>';

/**
 * Reads `paths`: files, folders (all *.yaml, *.yml and *.json below them) and `-` for standard input. What cannot
 * be read is among the problems, and so is a folder without any such file, and that
 * nothing at all was read. A document without a kind is a problem in a file that was named, and counted
 * in a folder, where other files than manifests may lie.
 */
export function readManifests(paths: readonly string[]): ReadManifests {
  const files: ManifestFile[] = [];
  const problems: ManifestProblem[] = [];
  let others = 0;
  for (const path of paths) {
    const isFolder = path !== '-' && statOf(path)?.isDirectory() === true;
    const names = isFolder ? filesBelow(path) : [path];
    if (names.length === 0)
      problems.push({ place: { origin: path }, message: 'no *.yaml, *.yml or *.json is in this folder' });
    for (const name of names) {
      const origin = name === '-' ? STDIN : name;
      const read = textOfFile(name);
      if ('problem' in read) {
        problems.push({ place: { origin }, message: read.problem });
        continue;
      }
      const parsed = parseManifests(read.text, origin);
      files.push({ origin, text: read.text, manifests: parsed.manifests });
      problems.push(...parsed.problems);
      if (isFolder) others += parsed.others.length;
      else problems.push(...parsed.others);
    }
  }
  // An empty input is most often the output of a command that failed.
  if (problems.length + others === 0 && files.every(({ manifests }) => manifests.length === 0))
    problems.push({
      place: { origin: files.map(({ origin }) => origin).join(', ') },
      message: 'no object of Kubernetes is in it',
    });
  return { files, problems, others };
}

function textOfFile(path: string): { readonly text: string } | { readonly problem: string } {
  try {
    const size = path === '-' ? 0 : (statOf(path)?.size ?? 0);
    if (size > FILE_LIMIT) return { problem: `the file has more than ${FILE_LIMIT >> 20} MiB` };
    const bytes = readFileSync(path === '-' ? 0 : path);
    return { text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    if (error instanceof TypeError) return { problem: 'the file is not UTF-8' };
    return { problem: `the file cannot be read: ${(error as Error).message}` };
  }
}

function filesBelow(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function statOf(path: string) {
  return statSync(path, { throwIfNoEntry: false });
}
