/**
 * What is held back is in memory alone until it is told. So that a kill of the program does not take it along, it is
 * written to a file once a second while it changes, and told at the next start.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RuleAlert } from '../alerts/alert.ts';
import { lockFolder } from '../outputs/delivery/folder-lock.ts';

/** Windows that are written down; of more, those that began first. */
export const KEPT_WINDOWS = 1000;

export class HeldBackFile {
  readonly #folder: string;
  readonly #log: (line: string) => void;
  #unlock: (() => void) | undefined;
  /** It was tried to take the folder, and that failed. */
  #isRefused = false;
  #writing: Promise<void> | undefined;
  #next: string | undefined;
  #hasFailed = false;

  /** `folder` is made when it is needed. */
  constructor(folder: string, log: (line: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  /** What an earlier run held back and did not tell. It stays in the file until the next {@link keep}. */
  left(): readonly RuleAlert[] {
    if (!existsSync(this.#path) || !this.#take()) return [];
    try {
      return parse(readFileSync(this.#path, 'utf8'));
    } catch (error) {
      this.#log(`warning: ${this.#path}: ${(error as Error).message}: what it held back is not known`);
      return [];
    }
  }

  /** Writes down the alerts that would tell what is held back now, in the background; the latest call counts. */
  keep(alerts: readonly RuleAlert[]): void {
    if (alerts.length === 0 && this.#unlock === undefined) return;
    if (!this.#take()) return;
    this.#next = stringify(alerts);
    this.#writing ??= this.#write();
  }

  /** All has been told: removes the file. */
  async close(): Promise<void> {
    await this.#writing;
    if (this.#unlock === undefined) return;
    rmSync(this.#path, { force: true });
    this.#unlock();
    this.#unlock = undefined;
  }

  get #path(): string {
    return join(this.#folder, 'held-back.json');
  }

  #take(): boolean {
    if (this.#unlock !== undefined) return true;
    if (this.#isRefused) return false;
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      this.#unlock = lockFolder(this.#folder);
    } catch (error) {
      this.#isRefused = true;
      this.#log(`warning: ${(error as Error).message}: counts of what is held back do not survive a kill`);
    }
    return this.#unlock !== undefined;
  }

  async #write(): Promise<void> {
    while (this.#next !== undefined) {
      const text = this.#next;
      this.#next = undefined;
      try {
        await writeFile(`${this.#path}.new`, text, { mode: 0o600 });
        await rename(`${this.#path}.new`, this.#path);
        this.#hasFailed = false;
      } catch (error) {
        if (!this.#hasFailed)
          this.#log(
            `warning: ${(error as Error).message}: counts of what is held back do not survive a kill`,
          );
        this.#hasFailed = true;
      }
    }
    this.#writing = undefined;
  }
}

/** JSON has no integers of 64 bits: they are objects of one key. */
function stringify(alerts: readonly RuleAlert[]): string {
  return JSON.stringify(alerts, (_, value) =>
    typeof value === 'bigint' ? { bigint: String(value) } : value,
  );
}

function parse(text: string): RuleAlert[] {
  return JSON.parse(text, (_, value) =>
    typeof value === 'object' && value !== null && typeof value.bigint === 'string'
      ? BigInt(value.bigint)
      : value,
  );
}
