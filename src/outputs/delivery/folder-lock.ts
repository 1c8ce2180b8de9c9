/** A folder that belongs to one process at a time. */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** Another process that lives has the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  readonly pid: number;

  constructor(folder: string, pid: number) {
    super(`${folder} is used by process ${pid}`);
    this.pid = pid;
  }
}

/** Takes the folder for this process; what is returned gives it back. Throws FolderInUse, or what the system says. */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'owner');
  const self = identityOf(process.pid);
  while (!hasWritten(path, self)) {
    const owner = ownerIn(path);
    const pid = Number.parseInt(owner, 10);
    if (owner !== '' && identityOf(pid) === owner) throw new FolderInUse(folder, pid);
    // Whoever had it has ended without giving it back.
    unlinkSync(path);
  }
  return () => {
    try {
      unlinkSync(path);
    } catch {
      // It stays behind in a folder that has become read-only, and counts for nothing once this process is gone.
    }
  };
}

/** Whether the file could be made; it is never replaced. */
function hasWritten(path: string, text: string): boolean {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function ownerIn(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

/** Number and start of a process, since numbers are used again (proc_pid_stat(5)); empty when it does not live. */
function identityOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    return `${pid} ${start}`;
  } catch {
    return '';
  }
}
