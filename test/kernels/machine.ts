/** Boots a kernel in an emulated machine and collects what its tests say. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { MachineArchitecture } from './architectures.ts';
import type { Kernel } from './kernel.ts';
import { decodeMessage, type Message } from './results.ts';

export interface Machine {
  readonly architecture: MachineArchitecture;
  readonly kernel: Kernel;
  readonly disks: readonly string[];
  readonly cgroup: 'v1' | 'v2';
  /** Milliseconds after which the machine is switched off. */
  readonly limit: number;
}

export interface MachineEnd {
  /** The tests have told their end, and the machine went off by itself. */
  readonly isComplete: boolean;
  /** The last lines of the console that are no messages. */
  readonly console: string;
}

const CONSOLE_LINES = 60;

/** Runs the machine until it switches itself off, or until its time is over. Its disks stay as they are. */
export async function runMachine(
  machine: Machine,
  onMessage: (message: Message) => void,
): Promise<MachineEnd> {
  const { architecture, kernel, disks } = machine;
  const words = [
    `console=${architecture.console}`,
    'quiet',
    'loglevel=7',
    'panic=-1',
    'mitigations=off',
    // Debian's kernels have this interface, and leave it off.
    'syscall.x32=y',
    `lanner.cgroup=${machine.cgroup}`,
  ];
  const child = spawn(
    architecture.emulator,
    [
      ...architecture.machine,
      // Both CPUs in one thread of the emulator: with two, Node crashes now and then.
      ...['-accel', 'tcg,thread=single', '-smp', '2', '-m', '2G', '-nographic', '-no-reboot', '-nodefaults'],
      ...['-serial', 'stdio', '-kernel', kernel.image, '-initrd', kernel.initialFileSystem],
      ...disks.flatMap((disk) => ['-drive', `file=${disk},format=raw,if=virtio,snapshot=on`]),
      ...['-append', words.join(' ')],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const timer = setTimeout(() => child.kill('SIGKILL'), machine.limit);
  const console: string[] = [];
  let isEnded = false;
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      const message = decodeMessage(line);
      if (message === undefined) {
        console.push(line);
        if (console.length > CONSOLE_LINES) console.shift();
        return;
      }
      if (message.kind === 'end') isEnded = true;
      onMessage(message);
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  clearTimeout(timer);
  return { isComplete: isEnded && code === 0, console: console.join('\n') };
}
