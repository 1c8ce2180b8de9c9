/** The console's own rule file: read with a hash of its text, written whole or not at all. */
import { hash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import process from 'node:process';

/** What the file begins with where there is none yet. */
const HEAD = '# Rules of the console, loaded after all other files.\n';

export interface RulesText {
  readonly text: string;
  readonly hash: string;
  readonly isThere: boolean;
}

export class RulesFile {
  readonly #path: () => string;

  constructor(path: () => string) {
    this.#path = path;
  }

  /** The text, and whether there is a file. Rejects with the error of the system when it cannot be read. */
  async read(): Promise<RulesText> {
    let text = HEAD;
    let isThere = true;
    try {
      text = await readFile(this.#path(), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      isThere = false;
    }
    return { text, hash: hashOf(text), isThere };
  }

  /** Puts the text in the place of what is there: whoever reads sees the one or the other. Rejects as `read` does. */
  async write(text: string): Promise<void> {
    const path = this.#path();
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const draft = `${path}.${process.pid}.new`;
    try {
      await rm(draft, { force: true });
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(text);
        // A disk that takes long must not hold up events.
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
  }

  async remove(): Promise<void> {
    await rm(this.#path(), { force: true });
  }
}

export function hashOf(text: string): string {
  return hash('sha256', text);
}
