/** A file system that never answers but to one user (silent-fuse.c), mounted for a test. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { type Running, start } from './lanner.ts';

/** Who is answered. */
export const ANSWERED_USER = 1234;

export interface SilentFileSystem {
  /** Where it is mounted. */
  readonly folder: string;
  /** A symbolic link to it. */
  readonly link: string;
  /** Resolves when so many questions of others have been left without an answer. */
  silent(times?: number): Promise<void>;
}

/** Why it cannot be mounted here; `false` when it can. */
export const noFuse: string | false = existsSync('/dev/fuse') ? false : 'there is no /dev/fuse';

let built: string | undefined;

function program(): string {
  if (built === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'lanner-silent-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    built = join(folder, 'silent-fuse');
    execFileSync('cc', ['-static', '-O1', '-o', built, join(import.meta.dirname, 'silent-fuse.c')]);
  }
  return built;
}

/** Mounts it; it goes when the test ends, and whoever waited for it goes on. */
export async function mountSilent(context: TestContext): Promise<SilentFileSystem> {
  const base = mkdtempSync(join(tmpdir(), 'lanner-mount-'));
  const link = `${base}-link`;
  symlinkSync(base, link);
  const server = start(program(), ['mount', base, String(ANSWERED_USER)]);
  context.after(() => {
    server.child.kill('SIGKILL');
    spawnSync('umount', ['--lazy', base]);
    unlinkSync(link);
    // Never what is in it, should it still be mounted.
    rmdirSync(base);
  });
  await server.printed('stdout', 'mounted');
  return { folder: base, link, silent: (times) => server.printed('stdout', 'silent to', times) };
}

/** A process of the user who is answered, whose program lies there: who looks at it waits for ever. */
export async function startFromSilent(context: TestContext, { folder }: SilentFileSystem): Promise<Running> {
  const user = `--reuid=${ANSWERED_USER}`;
  const running = start('setpriv', [user, '--clear-groups', join(folder, 'program'), 'sleep']);
  context.after(() => running.child.kill('SIGKILL'));
  await running.printed('stdout', 'asleep');
  return running;
}
