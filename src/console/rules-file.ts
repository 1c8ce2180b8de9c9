/** The console's own rule file: read with a hash of its text, written whole or not at all. */
import { hash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';

/** What the file begins with where there is none yet. */
const HEAD = '# Rules of the console, loaded after all other files.\n';

export class RulesFile {
  readonly #path: () => string;

  constructor(path: () => string) {
    this.#path = path;
  }

  /** The text, and whether there is a file. Throws the error of the system when it cannot be read. */
  read(): { readonly text: string; readonly hash: string; readonly isThere: boolean } {
    let text = HEAD;
    let isThere = true;
    try {
      text = readFileSync(this.#path(), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      isThere = false;
    }
    return { text, hash: hashOf(text), isThere };
  }

  /** Puts the text in the place of what is there: whoever reads sees the one or the other. Throws as `read` does. */
  write(text: string): void {
    const path = this.#path();
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}.new`;
    try {
      rmSync(draft, { force: true });
      const file = openSync(draft, 'wx', 0o600);
      try {
        writeFileSync(file, text);
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(draft, path);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }

  remove(): void {
    rmSync(this.#path(), { force: true });
  }
}

export function hashOf(text: string): string {
  return hash('sha256', text);
}
