/** The machine that a recording of Lanner's was made on. */
import type { ByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { CapturedUsers } from './captured-machine.ts';
import type { NamedInterface } from './interfaces.ts';
import type { Machine } from './machine.ts';
import { ServiceNames } from './service-names.ts';

export class RecordedMachine implements Machine {
  readonly isCaptured = false;
  hostname: ByteString = '';
  bootTime = 0n;
  readonly users = new CapturedUsers();
  services = new ServiceNames(new Map());
  #interfaces: readonly NamedInterface[] = [];
  #addresses: ReadonlySet<ByteString> = new Set();
  #revision = 0;

  get interfaces(): readonly NamedInterface[] {
    return this.#interfaces;
  }

  set interfaces(interfaces: readonly NamedInterface[]) {
    this.#interfaces = interfaces;
    this.#addresses = new Set(interfaces.map(({ address }) => address));
    this.#revision++;
  }

  get interfacesRevision(): number {
    return this.#revision;
  }

  isOwnAddress(ip: ByteString): boolean {
    return this.#addresses.has(ip);
  }

  serviceName(port: number, protocol: 'tcp' | 'udp' | undefined): ByteString | undefined {
    return this.services.name(port, protocol);
  }

  serviceNames(): ReadonlyMap<string, ByteString> {
    return this.services.names;
  }

  learn(event: EventCursor): void {
    this.users.learn(event);
  }
}
