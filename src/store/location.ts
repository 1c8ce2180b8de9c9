/** Where the store is when nobody says where. */
import os from 'node:os';
import { join } from 'node:path';
import process from 'node:process';

const FILE = 'alerts.db';

/**
 * The path of the store: the configured one, else in the service's state directory (systemd.exec(5)), that of the
 * machine for root, and that of the user for others (XDG Base Directory Specification).
 */
export function storePath(
  configured: string,
  environment: NodeJS.ProcessEnv = process.env,
  isRoot: boolean = process.geteuid?.() === 0,
): string {
  if (configured !== '') return configured;
  const [state] = (environment.STATE_DIRECTORY ?? '').split(':');
  if (state) return join(state, FILE);
  if (isRoot) return join('/var/lib/lanner', FILE);
  const { XDG_STATE_HOME: xdg } = environment;
  return join(xdg?.startsWith('/') ? xdg : join(os.homedir(), '.local', 'state'), 'lanner', FILE);
}
