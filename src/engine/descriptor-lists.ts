/** Lists of open descriptors at the beginning of a recording: out of /proc, or out of the tables of a capture. */
import { setImmediate } from 'node:timers/promises';
import type { DescriptorRecord, SocketRecord } from '../sources/capture/state.ts';
import type { CaptureWriter } from '../sources/capture/writer.ts';
import type { Descriptor, SocketEnds } from '../system/descriptor.ts';
import { ProcDescriptors } from '../system/proc-descriptors.ts';
import type { System } from '../system/system.ts';
import type { Recorder } from './recorder.ts';

/** How long descriptors are read at a time, so that events are not held up. */
const SLICE_MS = 5;

/**
 * Reads the lists of all processes of which everything is known, and writes them, a few at a time; events wait in
 * memory meanwhile, since the lists stand before them.
 */
export async function writeDescriptors({ writer, threads }: Recorder, system: System): Promise<void> {
  // A list of a process that the file does not begin with is an error to other readers.
  const pids = [...system.fullyKnown()].filter((pid) => threads.has(pid));
  const reader = new ProcDescriptors(system.looks);
  writer.hold();
  let until = performance.now() + SLICE_MS;
  for (const pid of pids) {
    const descriptors = [...reader.of(pid)];
    if (descriptors.length > 0) writer.descriptors(pid, descriptors);
    if (performance.now() < until) continue;
    await setImmediate();
    until = performance.now() + SLICE_MS;
  }
  writer.release();
}

/** Writes the lists that the model keeps while it replays a capture. */
export function tableDescriptors(writer: CaptureWriter, system: System): void {
  for (const [pid, descriptors] of system.descriptorTables())
    writer.descriptors(
      pid,
      [...descriptors].map(([fd, descriptor]) => descriptorRecord(fd, descriptor)),
    );
}

function descriptorRecord(fd: number, descriptor: Descriptor): DescriptorRecord {
  const { kind, inode, name, device, socket } = descriptor;
  return {
    fd,
    kind,
    userfault: false,
    inode,
    name: socket && kind === 'u' ? socket.path : name,
    openFlags: 0,
    device,
    socket: socket && socketRecord(socket),
  };
}

function socketRecord(ends: SocketEnds): SocketRecord {
  const { protocol, clientIp, clientPort, serverIp, serverPort } = ends;
  const listening = ends.listening ?? false;
  return {
    protocol,
    listening,
    sourceIp: listening ? serverIp : clientIp,
    sourcePort: listening ? serverPort : clientPort,
    destinationIp: listening ? '' : serverIp,
    destinationPort: listening ? 0 : serverPort,
    source: 0n,
    destination: 0n,
  };
}
