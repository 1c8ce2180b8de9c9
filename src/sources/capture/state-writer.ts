/** Encodes the state of the machine in the newest version of each block: the counterpart of state-reader.ts. */
import * as blocks from './blocks.ts';
import { writeDescriptor } from './descriptor-writer.ts';
import type { FactsRecord } from './facts.ts';
import type { FieldsWriter } from './fields-writer.ts';
import { type WritableThread, writeThread } from './process-writer.ts';
import type { DescriptorRecord, GroupRecord, InterfaceRecord, MachineInfo, UserRecord } from './state.ts';

const HOSTNAME_SIZE = 128;
/** What readers of the format take of a path, and of a user's name. */
const MAX_PATH = 1024;
const MAX_NAME = 255;

export function writeSection(to: FieldsWriter): void {
  to.block(blocks.SECTION_HEADER, () => {
    to.u32(blocks.SECTION_MAGIC);
    to.u16(1);
    to.u16(2);
    to.u64(-1n);
  });
}

export function writeMachine(to: FieldsWriter, machine: MachineInfo): void {
  to.block(blocks.MACHINE, () => {
    to.u32(machine.cpus);
    to.i64(machine.memory);
    to.i64(machine.maxPid);
    to.bytesOf(machine.hostname.slice(0, HOSTNAME_SIZE - 1).padEnd(HOSTNAME_SIZE, '\0'));
    to.u64(machine.bootTime);
    to.u64(machine.flags);
    to.u64(0n);
    to.u64(0n);
  });
}

const IPV4 = 1;
const IPV6 = 2;

export function writeInterfaces(to: FieldsWriter, interfaces: readonly InterfaceRecord[]): void {
  to.block(blocks.INTERFACES, () => {
    for (const { name, address, netmask, broadcast, linkSpeed } of interfaces)
      to.delimited(false, () => {
        const kept = name.slice(0, MAX_PATH - 1);
        to.u16(address.length === 4 ? IPV4 : IPV6);
        to.u16(kept.length);
        for (const part of [address, netmask, broadcast]) to.bytesOf(part.padEnd(address.length, '\0'));
        to.u64(linkSpeed);
        to.bytesOf(kept);
      });
  });
}

const USER = 0;
const GROUP = 1;

export function writeUsers(
  to: FieldsWriter,
  users: Iterable<UserRecord>,
  groups: Iterable<GroupRecord>,
): void {
  to.block(blocks.USERS, () => {
    for (const { uid, gid, name, home, shell } of users)
      to.delimited(true, () => {
        to.u8(USER);
        to.u32(uid);
        to.u32(gid);
        to.text(name, MAX_NAME);
        to.text(home, MAX_PATH - 1);
        to.text(shell, MAX_PATH - 1);
      });
    for (const { gid, name } of groups)
      to.delimited(true, () => {
        to.u8(GROUP);
        to.u32(gid);
        to.text(name, MAX_NAME);
      });
  });
}

export function writeThreads(to: FieldsWriter, threads: Iterable<WritableThread>): void {
  to.block(blocks.PROCESSES, () => {
    for (const thread of threads) writeThread(to, thread);
  });
}

/** Descriptors of the main thread `tid`. */
export function writeDescriptors(
  to: FieldsWriter,
  tid: number,
  descriptors: Iterable<DescriptorRecord>,
): void {
  to.block(blocks.DESCRIPTORS, () => {
    to.i64(tid);
    for (const descriptor of descriptors) writeDescriptor(to, descriptor);
  });
}

export function writeFacts(to: FieldsWriter, facts: FactsRecord): void {
  // Characters are bytes, as everywhere; JSON leaves those above 127 as they are.
  to.block(blocks.FACTS, () => to.bytesOf(JSON.stringify(facts)));
}
