/**
 * An audit log that is written to, from the position where the last run ended: through rotation (the file is moved away
 * and another takes its name), truncation in place, and the ends of this program.
 */
import { type FSWatcher, mkdirSync, readFileSync, renameSync, statSync, watch, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import type { AuditInput } from './audit-source.ts';
import type { AuditIntake } from './intake.ts';
import { OpenLog, openAt, type Position, sha256 } from './open-log.ts';

export interface FollowOptions {
  readonly path: string;
  /** Folder for the file with the position. */
  readonly stateDirectory: string;
  /** Begin at the start where no position is known; otherwise at the end. */
  readonly fromStart: boolean;
  readonly log: (line: string) => void;
}

/** Where the file system tells of no changes, it is looked so often. */
const LOOK_MS = 1000;
/** How often the position is written down while lines come. */
const SAVE_MS = 1000;

function lengthOf(path: string): { readonly inode: number; readonly length: number } | undefined {
  try {
    const { ino: inode, size: length } = statSync(path);
    return { inode, length };
  } catch {
    // It is not there, or not to be read yet: whatever it will hold is new.
    return undefined;
  }
}

export class FollowedLog implements AuditInput {
  readonly name: string;
  readonly #options: FollowOptions;
  readonly #intake: AuditIntake;
  readonly #stateFile: string;
  /** What the file held when this was made: lines that come from then on are read, however late it is opened. */
  readonly #before: { readonly inode: number; readonly length: number } | undefined;
  #file: OpenLog | undefined;
  /** Files that were moved away since the last run, to be read whole before the one that has the name now. */
  #missed: string[] = [];
  #watcher: FSWatcher | undefined;
  #wake: (() => void) | undefined;
  #isDue = false;
  #isStopped = false;
  #savedAt = 0;
  #isMissingTold = false;
  #isTroubleTold = false;
  #isStateTold = false;
  /** How often the file was moved away, and how often truncated. */
  readonly counts = { rotations: 0, truncations: 0 };

  constructor(options: FollowOptions, intake: AuditIntake) {
    this.name = `file://${options.path}`;
    this.#options = options;
    this.#intake = intake;
    this.#stateFile = join(options.stateDirectory, `${sha256(options.path).slice(0, 16)}.json`);
    this.#before = lengthOf(options.path);
  }

  async run(): Promise<void> {
    const { path } = this.#options;
    await this.#begin();
    // The folder is watched, since the file may be replaced.
    this.#watch(dirname(path));
    const looking = setInterval(() => this.#look(), LOOK_MS);
    try {
      while (!this.#isStopped) {
        this.#isDue = false;
        await this.#readAll();
        this.#save(false);
        if (!this.#isDue && !this.#isStopped)
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
      }
    } finally {
      clearInterval(looking);
      this.#watcher?.close();
      await this.#file?.judged();
      this.#save(true);
      await this.#file?.close();
    }
  }

  stop(): void {
    this.#isStopped = true;
    this.#look();
  }

  #look(): void {
    this.#isDue = true;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #watch(folder: string): void {
    const name = basename(this.#options.path);
    try {
      this.#watcher = watch(folder, (_, changed) => {
        if (changed === null || changed === name) this.#look();
      });
      this.#watcher.on('error', () => {});
    } catch {
      // It is looked at once a second in any case.
    }
  }

  /** Opens the file where the last run ended; what was written to it before it was moved away comes first. */
  async #begin(): Promise<void> {
    const { path, fromStart, log } = this.#options;
    const saved = this.#readState();
    if (saved) {
      const file = await openAt(path, saved, this.#intake);
      const moved = file ?? (await this.#findMoved(saved));
      if (moved) {
        this.#file = moved;
        return;
      }
      log(
        `${this.name}: what was written after the last run is not there any more: it is read from its beginning`,
      );
    }
    const file = await OpenLog.open(path, this.#intake);
    // What is there already was written for others, as in Falco.
    if (file && !saved && !fromStart && this.#before) await file.skip(this.#before);
    this.#file = file;
  }

  /** The file of the last run under another name, in the same folder. */
  async #findMoved(saved: Position): Promise<OpenLog | undefined> {
    const folder = dirname(this.#options.path);
    for (const name of await readdir(folder).catch(() => [])) {
      const path = join(folder, name);
      const { ino, mtimeMs } = await stat(path).catch(() => ({ ino: -1, mtimeMs: 0 }));
      const file = ino === saved.inode ? await openAt(path, saved, this.#intake) : undefined;
      if (!file) continue;
      this.#missed = await movedSince(this.#options.path, mtimeMs, path);
      return file;
    }
    return undefined;
  }

  /** Reads up to the end of the file that has the name now. */
  async #readAll(): Promise<void> {
    for (;;) {
      this.#file ??= await this.#openNew();
      const file = this.#file;
      if (!file) return;
      await this.#read(file);
      if (this.#isStopped || !(await file.isReplaced(this.#options.path))) return;
      // Lines that came between our look at its end and its replacement.
      await this.#read(file);
      this.counts.rotations++;
      await file.judged();
      await file.close();
      this.#file = undefined;
    }
  }

  /** What cannot be read now is tried again at the next look; that is no reason to end. */
  async #read(file: OpenLog): Promise<void> {
    try {
      if (await file.readAll(() => this.#isStopped)) this.counts.truncations++;
      this.#isTroubleTold = false;
    } catch (error) {
      this.#tellTrouble(error as Error);
    }
  }

  #tellTrouble({ message }: Error): void {
    if (!this.#isTroubleTold) this.#options.log(`${this.name}: ${message}: it is tried again and again`);
    this.#isTroubleTold = true;
  }

  async #openNew(): Promise<OpenLog | undefined> {
    const missed = this.#missed.shift();
    let file: OpenLog | undefined;
    try {
      file = await OpenLog.open(missed ?? this.#options.path, this.#intake);
    } catch (error) {
      this.#tellTrouble(error as Error);
      return undefined;
    }
    if (!file && missed !== undefined) return this.#openNew();
    if (!file && !this.#isMissingTold)
      this.#options.log(`${this.name} is not there yet: it is read when it comes`);
    this.#isMissingTold = file === undefined;
    return file;
  }

  #readState(): Position | undefined {
    try {
      return JSON.parse(readFileSync(this.#stateFile, 'utf8')) as Position;
    } catch {
      return undefined;
    }
  }

  /** Written beside and moved into place, so that it is whole whatever happens. */
  #save(isLast: boolean): void {
    const position = this.#file?.position;
    const now = performance.now();
    if (!position || (!isLast && now - this.#savedAt < SAVE_MS)) return;
    this.#savedAt = now;
    try {
      mkdirSync(this.#options.stateDirectory, { recursive: true, mode: 0o700 });
      writeFileSync(`${this.#stateFile}.new`, JSON.stringify(position), { mode: 0o600 });
      renameSync(`${this.#stateFile}.new`, this.#stateFile);
    } catch (error) {
      if (!this.#isStateTold)
        this.#options.log(
          `${this.name}: the position cannot be kept: ${(error as Error).message}: the next run begins at the end`,
        );
      this.#isStateTold = true;
    }
  }
}

/** Files whose names begin as that of the log does, and that were written to after `time`; oldest first. */
async function movedSince(log: string, time: number, except: string): Promise<string[]> {
  const stem = basename(log, extname(log));
  const found: { readonly path: string; readonly time: number }[] = [];
  for (const name of await readdir(dirname(log))) {
    const path = join(dirname(log), name);
    if (!name.startsWith(stem) || name.endsWith('.gz') || path === log || path === except) continue;
    const stats = await stat(path).catch(() => undefined);
    if (stats?.isFile() && stats.mtimeMs >= time) found.push({ path, time: stats.mtimeMs });
  }
  return found.sort((one, other) => one.time - other.time).map(({ path }) => path);
}
