/** The file that says which process to signal: `kill -1 $(cat /var/run/lanner.pid)`. */
import { readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fail } from './fail.ts';

/** Where it is when Lanner runs as a service and nobody says where. */
const SERVICE_FILE = '/var/run/lanner.pid';

/** The file that is to be written; none for a run in a terminal that asks for none. */
export function pidFileOf(asked: string | undefined): string | undefined {
  // systemd(1) sets it for services that tell it when they are ready.
  return asked ?? (process.env.NOTIFY_SOCKET === undefined ? undefined : SERVICE_FILE);
}

/** Writes the file. The function that is returned removes it, unless another process has taken it over. */
export function writePidFile(file: string): () => void {
  const content = `${process.pid}\n`;
  try {
    writeFileSync(file, content);
  } catch (error) {
    fail(`cannot write the process id: ${(error as Error).message}`);
  }
  return () => {
    try {
      if (readFileSync(file, 'utf8') === content) unlinkSync(file);
    } catch {
      // It is gone already, or its folder may not be changed: no reason to end otherwise than well.
    }
  };
}
