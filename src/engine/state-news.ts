/** What a model learns besides events, as blocks of state that go with the next event. */
import type { ByteString } from '../events/bytes.ts';
import { FieldsWriter } from '../sources/capture/fields-writer.ts';
import type { InterfaceRecord } from '../sources/capture/state.ts';
import { writeFacts, writeInterfaces, writeThreads } from '../sources/capture/state-writer.ts';
import type { NamedInterface } from '../system/interfaces.ts';
import type { NewsObserver } from '../system/model-news.ts';
import type { OtherName } from '../system/other-names.ts';
import type { Process } from '../system/process.ts';
import { plainName } from '../system/recorded-snapshot.ts';
import type { System } from '../system/system.ts';

const MAX_HOSTS = 4096;

export class StateNews implements NewsObserver {
  readonly blocks = new FieldsWriter();
  readonly #system: System;
  /** What was told of addresses. */
  readonly #hosts = new Map<ByteString, string>();
  #interfacesRevision: number;

  constructor(system: System) {
    this.#system = system;
    this.#interfacesRevision = system.recordable.interfacesRevision;
    this.open();
  }

  /** Listens from now on. */
  open(): void {
    this.blocks.clear();
    this.#hosts.clear();
    this.#interfacesRevision = this.#system.recordable.interfacesRevision;
    this.#system.recordable.observe(this);
  }

  close(): void {
    this.#system.recordable.unobserve(this);
  }

  /** What came since the last call; `undefined` for nothing. Valid until something comes again. */
  take(): Buffer | undefined {
    const { interfacesRevision, interfaces } = this.#system.recordable;
    if (interfacesRevision !== this.#interfacesRevision) {
      this.#interfacesRevision = interfacesRevision;
      writeInterfaces(this.blocks, interfaces.map(interfaceRecord));
    }
    if (this.blocks.length === 0) return undefined;
    const { bytes } = this.blocks;
    this.blocks.clear();
    return bytes;
  }

  looked(process: Process): void {
    const { recordable } = this.#system;
    const threads = recordable.threadsOf(process);
    if (threads.length === 0) return;
    writeThreads(this.blocks, threads);
    writeFacts(this.blocks, { threads: threads.map((thread) => recordable.factsOf(thread)) });
  }

  gone(tid: number): void {
    writeFacts(this.blocks, { gone: [tid] });
  }

  named(names: readonly OtherName[]): void {
    writeFacts(this.blocks, { model: { names: names.map(plainName) } });
  }

  /** Said again only when it is another: connections are many. */
  resolved(ip: ByteString, names: readonly ByteString[]): void {
    const text = names.join(' ');
    if ((this.#hosts.get(ip) ?? '') === text) return;
    if (this.#hosts.size >= MAX_HOSTS) this.#hosts.clear();
    this.#hosts.set(ip, text);
    writeFacts(this.blocks, { model: { hosts: [[ip, names]] } });
  }
}

export function interfaceRecord({
  name = '',
  address,
  netmask,
  broadcast = '',
  linkSpeed = 0n,
}: NamedInterface): InterfaceRecord {
  return { name, address, netmask, broadcast, linkSpeed };
}
