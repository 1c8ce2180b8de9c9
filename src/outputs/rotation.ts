/** Moving a file of alerts aside when it is large, and removing old ones, as Kubernetes does with its audit logs. */
import { readdirSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';

export interface RotationLimits {
  /** Bytes at which a new file is begun. */
  readonly maxBytes: number;
  /** Files moved aside that are kept; 0 for all. */
  readonly maxBackups: number;
  /** Milliseconds after which they are removed; 0 for never. */
  readonly maxAgeMs: number;
}

/** The form of times in names: UTC, and a number where the time alone is taken. */
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3})(?:-(\d+))?$/;

/**
 * Moves the file aside, to `NAME-2026-01-31T13-03-07.123.EXT`, and removes files that exceed the limits. Throws when
 * the file cannot be moved. Where the clock was set back, the name has the time of the newest file and a number: the
 * order of names is that of the files.
 */
export function rotate(path: string, limits: RotationLimits, now: Date): void {
  renameSync(path, freeName(path, now));
  removeOld(path, limits, now);
}

/** Removes files moved aside that exceed the limits; one that cannot be removed stays. */
export function removeOld(path: string, { maxBackups, maxAgeMs }: RotationLimits, now: Date): void {
  const backups = backupsOf(path);
  const tooMany = maxBackups > 0 ? backups.slice(0, Math.max(0, backups.length - maxBackups)) : [];
  const oldest = new Date(now.getTime() - maxAgeMs).toISOString();
  const tooOld = maxAgeMs > 0 ? backups.filter((name) => stampOf(name, path) < fileStamp(oldest)) : [];
  for (const name of new Set([...tooMany, ...tooOld])) {
    try {
      unlinkSync(join(dirname(path), name));
    } catch {
      // The next rotation tries again.
    }
  }
}

/** Names of the files moved aside, oldest first. */
function backupsOf(path: string): string[] {
  const found = readdirSync(dirname(path)).flatMap((name) => {
    const [, time, count = '0'] = STAMP.exec(stampOf(name, path)) ?? [];
    return time === undefined ? [] : [{ name, time, count: Number(count) }];
  });
  found.sort((one, other) =>
    one.time === other.time ? one.count - other.count : one.time < other.time ? -1 : 1,
  );
  return found.map(({ name }) => name);
}

function freeName(path: string, now: Date): string {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  const newest = backupsOf(path).at(-1);
  const [, time = '', last = '0'] = STAMP.exec(newest === undefined ? '' : stampOf(newest, path)) ?? [];
  const own = fileStamp(now.toISOString());
  const isTaken = time >= own;
  const stamp = isTaken ? time : own;
  for (let count = isTaken ? Number(last) + 1 : 0; ; count++) {
    const name = `${stem}-${stamp}${count === 0 ? '' : `-${count}`}${extension}`;
    if (statSync(name, { throwIfNoEntry: false }) === undefined) return name;
  }
}

/** No colons, which other systems do not allow in names. */
function fileStamp(iso: string): string {
  return iso.replaceAll(':', '-').replace('Z', '');
}

/** The time in the name of a file moved aside; of other files, nothing that looks like one. */
function stampOf(name: string, path: string): string {
  const extension = extname(path);
  const stem = `${basename(path, extension)}-`;
  if (!name.startsWith(stem) || !name.endsWith(extension)) return '';
  return name.slice(stem.length, name.length - extension.length);
}
