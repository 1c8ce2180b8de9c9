/** What is given up when memory is short, in order: caches first, detection last. */
import { openSync, readSync } from 'node:fs';
import { totalmem } from 'node:os';
import process from 'node:process';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ContainerMetadataService } from '../containers/service.ts';
import { forgetTexts } from '../events/interner.ts';
import type { System } from '../system/system.ts';
import type { AlertRecordings } from './alert-recordings.ts';
import type { MemoryReading, MemoryStep } from './memory-guard.ts';
import type { OutputSet } from './outputs.ts';

export interface MemoryUsers {
  readonly system: Pick<System, 'forgetCaches' | 'freeze' | 'containersInUse'>;
  readonly containers: Pick<ContainerMetadataService, 'retain' | 'pause'>;
  readonly captures: Pick<AlertRecordings, 'pause'> | undefined;
  readonly outputs: Pick<OutputSet, 'limitWaiting'>;
}

/** Bytes of alerts that may still wait in memory for each output. */
const FEW_BYTES = 1024 * 1024;

export function memorySteps({ system, containers, captures, outputs }: MemoryUsers): MemoryStep[] {
  return [
    {
      name: 'caches',
      about: 'caches are emptied',
      giveUp() {
        forgetTexts();
        system.forgetCaches();
        containers.retain(system.containersInUse());
      },
      takeUp() {},
    },
    {
      name: 'recordings',
      about: 'what surrounds alerts is not recorded',
      giveUp: () => captures?.pause(true),
      takeUp: () => captures?.pause(false),
    },
    {
      name: 'containers',
      about: 'container engines are not asked about new containers, whose alerts lack names and images',
      giveUp: () => containers.pause(true),
      takeUp: () => containers.pause(false),
    },
    {
      name: 'waiting alerts',
      about: `no more than ${FEW_BYTES / 1024 / 1024} MB of alerts wait in memory for an output, and the newest are dropped`,
      giveUp: () => outputs.limitWaiting(FEW_BYTES),
      takeUp: () => outputs.limitWaiting(undefined),
    },
    {
      name: 'processes',
      about:
        'the model takes no more threads than it has, and events of others are judged without their process',
      giveUp: () => system.freeze(true),
      takeUp: () => system.freeze(false),
    },
  ];
}

export function readMemory(): MemoryReading {
  const { used_heap_size, heap_size_limit } = getHeapStatistics();
  return { own: ownMemory(), heapUsed: used_heap_size, heapLimit: heap_size_limit };
}

const STATUS = Buffer.alloc(8192);
/** Stays open: it must be read also when there are no descriptors left. */
let statusFile: number | undefined;

/** The pages of this process that no file and nobody else has; proc_pid_status(5). 0 where it cannot be known. */
function ownMemory(): number {
  try {
    statusFile ??= openSync('/proc/self/status', 'r');
    const text = STATUS.toString('latin1', 0, readSync(statusFile, STATUS, 0, STATUS.length, 0));
    return Number(/^RssAnon:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

let collect: (() => void) | undefined;

/** Has V8 collect all garbage. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
}

/**
 * The ceiling in bytes, 0 for none. What is not set follows from the limit of the control group, where there is one:
 * a part of it is left for the buffers that are shared with the kernel, and for what the kernel keeps.
 */
export function memoryCeiling(
  megabytes: number | undefined,
  groupLimit = process.constrainedMemory(),
  machine = totalmem(),
): number {
  if (megabytes !== undefined) return megabytes * 1024 * 1024;
  return groupLimit > 0 && groupLimit < machine ? Math.floor(groupLimit * 0.75) : 0;
}
