/** From addresses and ports that were seen to groups of them: networks, names of hosts, ports that the kernel chooses. */
import { BlockList, isIPv6 } from 'node:net';

export interface SeenPeer {
  readonly protocol: string;
  readonly address: string;
  readonly port: number;
  /** The port belongs to those that the kernel gives out. */
  readonly isEphemeral?: boolean;
}

export interface PeerGroup {
  readonly protocol: string;
  readonly addresses: readonly string[];
  readonly networks: readonly string[];
  readonly names: readonly string[];
  readonly ports: readonly number[];
  /** Any port from {@link EPHEMERAL} on. */
  readonly hasEphemeral: boolean;
  /** Different addresses and ports that were seen. */
  readonly seen: number;
}

/** Lower end of the ports that Linux gives out (net.ipv4.ip_local_port_range). */
export const EPHEMERAL = 32_768;
/** So many addresses of one network stand for it. */
const CROWD = 8;
/** So many ports of the kernel's choice at one address stand for all of these. */
const SEVERAL = 2;

/** `namesOf`: names of hosts that an address is known by. */
export function groupPeers(
  peers: readonly SeenPeer[],
  namesOf: (address: string) => string | undefined,
): PeerGroup[] {
  const byAddress = Map.groupBy(peers, ({ protocol, address }) => `${protocol} ${address}`);
  const withPorts = [...byAddress.values()].map((seen) => {
    const { protocol, address } = seen[0] as SeenPeer;
    const high = seen.filter(({ port }) => port >= EPHEMERAL);
    const hasEphemeral =
      high.some(({ isEphemeral }) => isEphemeral) || new Set(high.map(({ port }) => port)).size >= SEVERAL;
    const ports = [...new Set(seen.map(({ port }) => port))]
      .filter((port) => !(hasEphemeral && port >= EPHEMERAL))
      .sort((one, other) => one - other);
    return { protocol, address, ports, hasEphemeral, seen: seen.length };
  });
  const groups = Map.groupBy(withPorts, ({ protocol, ports, hasEphemeral }) =>
    JSON.stringify([protocol, ports, hasEphemeral]),
  );
  return [...groups.values()].map((alike) => {
    const { protocol, ports, hasEphemeral } = alike[0] as (typeof alike)[number];
    const names = new Set<string>();
    const unnamed = alike
      .map(({ address }) => address)
      .filter((address) => {
        const name = namesOf(address);
        if (name !== undefined) names.add(name);
        return name === undefined;
      });
    return {
      ...{ protocol, ports, hasEphemeral, names: [...names].sort() },
      ...networksOf(unnamed),
      seen: alike.reduce((sum, { seen }) => sum + seen, 0),
    };
  });
}

/** Networks in which many of the addresses lie, and those that lie in none. */
function networksOf(addresses: readonly string[]): {
  readonly addresses: readonly string[];
  readonly networks: readonly string[];
} {
  const networks: string[] = [];
  let left = [...new Set(addresses)].sort();
  // The narrower network first: a wider one must earn itself.
  for (const bits of [24, 16]) {
    for (const [network, inside] of Map.groupBy(left, (address) => networkOf(address, bits))) {
      if (network === undefined || inside.length < CROWD) continue;
      networks.push(network);
      left = left.filter((address) => !inside.includes(address));
    }
  }
  return { addresses: left, networks: widened(networks) };
}

/** Of IPv4 the network of so many bits; of IPv6 the /64, which one site has. Not of this machine itself. */
function networkOf(address: string, bits: number): string | undefined {
  if (!isIPv6(address)) {
    const bytes = address.split('.');
    if (bytes.length !== 4 || bytes[0] === '127') return undefined;
    const kept = bytes.slice(0, bits / 8);
    return `${[...kept, ...Array<string>(4 - kept.length).fill('0')].join('.')}/${bits}`;
  }
  if (address === '::1' || address.includes('.')) return undefined;
  return `${groupsOf(address).slice(0, 4).join(':')}::/64`;
}

function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(Math.max(0, zeros)).fill('0'), ...after];
}

/** Without networks that lie in another. */
function widened(networks: readonly string[]): string[] {
  return networks.filter((network) => {
    const [address = ''] = network.split('/');
    return !networks.some((other) => {
      if (other === network) return false;
      const [start = '', bits = ''] = other.split('/');
      if (isIPv6(start) !== isIPv6(address)) return false;
      const list = new BlockList();
      list.addSubnet(start, Number(bits), isIPv6(start) ? 'ipv6' : 'ipv4');
      return (
        list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') && Number(bits) < Number(network.split('/')[1])
      );
    });
  });
}
