/** Reading what several engines tell in the same way. */
import type { ByteString } from '../events/bytes.ts';
import type { ContainerMount, PodMetadata } from '../system/container.ts';
import type { Json } from './json.ts';

/** Labels whose value has at most `limit` bytes, sorted by name as Falco prints them. */
export function keptLabels(
  labels: Iterable<readonly [ByteString, ByteString | Json]>,
  limit: number,
): Map<ByteString, ByteString> {
  const kept: [ByteString, ByteString][] = [];
  for (const [name, value] of labels) {
    const text = typeof value === 'string' ? value : value.text();
    if (text.length <= limit) kept.push([name, text]);
  }
  return new Map(kept.sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Labels by which the kubelet marks the containers of a pod, whatever engine runs them. */
export function podOfLabels(labels: ReadonlyMap<ByteString, ByteString>): PodMetadata | undefined {
  const name = labels.get('io.kubernetes.pod.name');
  if (name === undefined) return undefined;
  return {
    name,
    namespace: labels.get('io.kubernetes.pod.namespace') ?? '',
    uid: labels.get('io.kubernetes.pod.uid') ?? '',
    sandboxId: labels.get('io.kubernetes.sandbox.id'),
  };
}

/** `Mounts` as Docker and Podman list them. */
export function engineMounts(mounts: Json): ContainerMount[] {
  return mounts.list().map((mount) => ({
    source: mount.at('Source').text(),
    destination: mount.at('Destination').text(),
    mode: mount.at('Mode').text(),
    writable: mount.at('RW').flag(),
    propagation: mount.at('Propagation').text(),
  }));
}

/** One published port; an address of the host that is not told stands for all of its addresses. */
export function portText(
  hostAddress: ByteString,
  hostPort: ByteString | number,
  port: ByteString | number,
  protocol: ByteString,
): ByteString {
  const address = hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress || '0.0.0.0';
  return `${address}:${hostPort}->${port}/${protocol}`;
}

/** `NetworkSettings.Ports` as Docker and Podman list them once the container has a network, otherwise what was asked for. */
export function enginePorts(container: Json): ByteString[] {
  const given = portsIn(container.at('NetworkSettings', 'Ports'));
  return given.length > 0 ? given : portsIn(container.at('HostConfig', 'PortBindings'));
}

function portsIn(ports: Json): ByteString[] {
  return ports.entries().flatMap(([name, bindings]) => {
    const [port = '', protocol = 'tcp'] = name.split('/');
    return bindings
      .list()
      .map((binding) => portText(binding.at('HostIp').text(), binding.at('HostPort').text(), port, protocol));
  });
}

/** The address in the default network, otherwise in the first one that gave the container an address. */
export function addressOf(container: Json): ByteString {
  const settings = container.at('NetworkSettings');
  const address = settings.at('IPAddress').text();
  if (address !== '') return address;
  for (const [, network] of settings.at('Networks').entries()) {
    const other = network.at('IPAddress').text();
    if (other !== '') return other;
  }
  return '';
}

/** A namespace mode (`PidMode` and the like) that says: the host's. */
export function isHost(mode: Json): boolean {
  return mode.text() === 'host';
}

/** Docker's form of a health check: `["CMD", program, …]`, `["CMD-SHELL", command]`, `["NONE"]`, or nothing. */
export function healthcheckText(test: Json): ByteString {
  const [kind, ...words] = test.list().map((word) => word.text());
  return (kind === 'CMD' || kind === 'CMD-SHELL') && words.length > 0 ? words.join(' ') : 'NONE';
}

/** RFC 3339 with up to nine digits of the second, as nanoseconds since the epoch; `undefined` for no time. */
export function timeOf(text: ByteString): bigint | undefined {
  const [, seconds, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const milliseconds = seconds === undefined ? Number.NaN : Date.parse(`${seconds}${zone}`);
  // A container that has not started has a time in the year 1.
  if (!(milliseconds > 0)) return undefined;
  return BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
