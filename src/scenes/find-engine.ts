/** Which container engine of the machine scenes can use. */
import { existsSync } from 'node:fs';
import type { EngineChoice } from './engine.ts';
import { isInstalled } from './theatre.ts';

interface Sockets {
  readonly enabled: boolean;
  readonly sockets: readonly string[];
}

/** Docker or Podman: the first whose client is installed and whose socket is there. */
export function findEngine(
  engines: Readonly<Record<EngineChoice['name'], Sockets>>,
): EngineChoice | undefined {
  for (const name of ['docker', 'podman'] as const) {
    const { enabled, sockets } = engines[name];
    const socket = sockets.find((path) => existsSync(path));
    if (enabled && socket !== undefined && isInstalled(name)) return { name, socket };
  }
  return undefined;
}
