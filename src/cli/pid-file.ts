/** The file that says which process to signal: `kill -1 $(cat /var/run/lanner.pid)`. */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fail } from './fail.ts';
import type { Log } from './log.ts';

/** Where it is when Lanner runs as a service and nobody says where. */
const SERVICE_FILE = '/var/run/lanner.pid';

/**
 * Writes the file that was asked for; without, that of a service, where Lanner is one. The function that is returned
 * removes it, unless another process has taken it over.
 */
export function writePidFile(asked: string | undefined, log: Log): () => void {
  const file = asked ?? (isService() ? SERVICE_FILE : undefined);
  if (file === undefined) return () => {};
  const content = `${process.pid}\n`;
  try {
    writeFileSync(file, content);
  } catch (error) {
    const message = `cannot write the process id: ${(error as Error).message}`;
    if (asked !== undefined) fail(message);
    log(`warning: ${message}`, 'warning');
    return () => {};
  }
  return () => {
    try {
      if (readFileSync(file, 'utf8') === content) unlinkSync(file);
    } catch {
      // It is gone already, or its folder may not be changed: no reason to end otherwise than well.
    }
  };
}

/** systemd sets the variable for services that tell it when they are ready (systemd.exec(5)). */
function isService(): boolean {
  return process.env.NOTIFY_SOCKET !== undefined;
}
