/** Names of ports, out of services(5). */
import { readFileSync } from 'node:fs';
import type { ByteString } from '../events/bytes.ts';

export class ServiceNames {
  /** By `port/protocol`, or where they are to be read when the first name is asked for. */
  #names: ReadonlyMap<string, ByteString> | string;

  /** Names by `port/protocol`, or the prefix of the path of the file that has them. */
  constructor(names: ReadonlyMap<string, ByteString> | string) {
    this.#names = typeof names === 'string' ? `${names}/etc/services` : names;
  }

  /** All names, by `port/protocol`. */
  get names(): ReadonlyMap<string, ByteString> {
    if (typeof this.#names === 'string') this.#names = parseServices(readServices(this.#names));
    return this.#names;
  }

  /** Name of a port; that of either protocol when it is not known which. */
  name(port: number, protocol: 'tcp' | 'udp' | undefined): ByteString | undefined {
    const { names } = this;
    if (protocol) return names.get(`${port}/${protocol}`);
    return names.get(`${port}/tcp`) ?? names.get(`${port}/udp`);
  }
}

/** Lines `name port/protocol alias…`; of several names for one port the first counts. */
export function parseServices(text: ByteString): Map<string, ByteString> {
  const names = new Map<string, ByteString>();
  for (const line of text.split('\n')) {
    const [name, port] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    if (name && port && /^\d{1,5}\/[a-z]+$/.test(port) && !names.has(port)) names.set(port, name);
  }
  return names;
}

/** A machine without the file has no names. */
function readServices(path: string): ByteString {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
