/** Hosts that programs were told to contact, by the URLs among their arguments, and the addresses that these have now. */
import { lookup } from 'node:dns/promises';
import type { ByteString } from '../events/bytes.ts';

/** Of one run; asking for names takes time. */
export const MOST_HOSTS = 50;
const WAIT_MS = 2000;

/** Names of hosts in URLs; no addresses. */
export function hostsIn(args: readonly ByteString[]): string[] {
  return args.flatMap((arg) =>
    [
      ...arg.matchAll(
        /\b[a-z][a-z0-9+.-]*:\/\/(?:[^/@\s]*@)?([a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,})(?=[:/?#\s]|$)/gi,
      ),
    ].map(([, host = '']) => host.toLowerCase()),
  );
}

/** Addresses by name, turned round: the name by address. Hosts that nobody knows are left out. */
export async function namesByAddress(hosts: Iterable<string>): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const answers = [...hosts].map(async (host) => {
    const limit = new Promise<[]>((resolve) => setTimeout(resolve, WAIT_MS, []).unref());
    const found = await Promise.race([lookup(host, { all: true }).catch(() => []), limit]);
    for (const { address } of found) names.set(address, host);
  });
  await Promise.all(answers);
  return names;
}
