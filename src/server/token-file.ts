/** The console's token: a secret in a file that its owner alone may read. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import process from 'node:process';

/** What is recognised as a secret of Lanner's wherever it turns up. */
const PREFIX = 'lanner_';
const BYTES = 32;
const FORM = /^lanner_[A-Za-z0-9_-]{43}$/;
/** How long a look at the file counts. */
const FRESH_MS = 1000;

/**
 * The token in the file; made where there is none, or one that others could have read. Throws the error of the system
 * when the file cannot be read or written.
 */
export function ensureToken(path: string): { readonly token: string; readonly isNew: boolean } {
  const token = readToken(path);
  return token === undefined ? { token: renewToken(path), isNew: true } : { token, isNew: false };
}

/** The token in the file; `undefined` when it is not there, is none, or may be read by others. */
export function readToken(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  try {
    const { mode, uid } = fstatSync(file);
    const isPrivate = (mode & 0o077) === 0 && (uid === 0 || uid === process.geteuid?.());
    const text = readFileSync(file, 'latin1').trim();
    return isPrivate && FORM.test(text) ? text : undefined;
  } finally {
    closeSync(file);
  }
}

/** Puts a new token in the place of the former one, which is worth nothing from then on. */
export function renewToken(path: string): string {
  const token = PREFIX + randomBytes(BYTES).toString('base64url');
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.new`;
  rmSync(draft, { force: true });
  const file = openSync(draft, 'wx', 0o600);
  try {
    fchmodSync(file, 0o600);
    writeSync(file, `${token}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(draft, path);
  return token;
}

/** The token of a file, read again when the file is another one. */
export class TokenFile {
  readonly path: string;
  #looked = Number.NEGATIVE_INFINITY;
  #seen = '';
  #digest: Buffer | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** Whether this is the token. Takes as long for any text of the same length. */
  fits(given: string): boolean {
    const digest = this.digest;
    return digest !== undefined && timingSafeEqual(digestOf(given), digest);
  }

  /** Tells tokens apart; `undefined` while there is none. */
  get digest(): Buffer | undefined {
    const now = performance.now();
    if (now - this.#looked < FRESH_MS) return this.#digest;
    this.#looked = now;
    try {
      const { ino, mtimeMs, ctimeMs } = statSync(this.path);
      const seen = `${ino} ${mtimeMs} ${ctimeMs}`;
      if (seen === this.#seen) return this.#digest;
      const token = readToken(this.path);
      this.#digest = token === undefined ? undefined : digestOf(token);
      this.#seen = seen;
    } catch {
      this.#digest = undefined;
      this.#seen = '';
    }
    return this.#digest;
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
