/** The helper program of the live tests (behave.c), built once per test process. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

let built: string | undefined;

/** Path of the static executable; the folder that it is in goes with the process. */
export function behaveProgram(): string {
  if (built === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'lanner-behave-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
    const program = join(folder, 'behave');
    execFileSync('cc', ['-static', '-O1', '-o', program, join(import.meta.dirname, 'behave.c')]);
    built = program;
  }
  return built;
}
