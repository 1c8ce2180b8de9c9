/** What this process and its machine use, from /proc; proc(5) says what the files hold. */
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** In bytes; 0 where the kernel does not tell. */
export interface ProcessMemory {
  readonly resident: number;
  readonly virtual: number;
  readonly proportional: number;
}

export function processMemory(): ProcessMemory {
  const status = readText('/proc/self/status');
  return {
    resident: kilobytes(status, 'VmRSS'),
    virtual: kilobytes(status, 'VmSize'),
    proportional: kilobytes(readText('/proc/self/smaps_rollup'), 'Pss'),
  };
}

/** Share of one CPU that this process has used since its start. */
export function processCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 / process.uptime();
}

/** Bytes of memory that programs use: without buffers and caches. */
export function hostMemoryUsed(text: string = readText('/proc/meminfo')): number {
  const [total, free, buffers, cached] = ['MemTotal', 'MemFree', 'Buffers', 'Cached'].map((name) =>
    kilobytes(text, name),
  ) as [number, number, number, number];
  return Math.max(total - free - buffers - cached, 0);
}

/** Share of all CPUs that was used since the machine started, and processes that run now. */
export function hostLoad(text: string = readText('/proc/stat')): { cpu: number; running: number } {
  const times = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '').split(' ').slice(0, 7).map(Number);
  const total = times.reduce((sum, time) => sum + time, 0);
  const [, , , idle = 0] = times;
  const running = Number(/^procs_running (\d+)$/m.exec(text)?.[1] ?? 0);
  return { cpu: total === 0 ? 0 : (total - idle) / total, running };
}

/** Open files of the whole machine. */
export function hostOpenFiles(): number {
  return Number.parseInt(readText('/proc/sys/fs/file-nr'), 10) || 0;
}

/** Bytes that the container uses that Lanner runs in; the whole machine outside of one where the kernel tells it. */
export function containerMemory(): number {
  const named = process.env.FALCO_CGROUP_MEM_PATH;
  const paths = named ? [named] : CONTAINER_MEMORY;
  for (const path of paths) {
    const bytes = Number.parseInt(readText(path), 10);
    if (bytes > 0) return bytes;
  }
  return 0;
}

/** Of control groups of the first and the second version, as a container sees its own. */
const CONTAINER_MEMORY: readonly string[] = [
  '/sys/fs/cgroup/memory/memory.usage_in_bytes',
  '/sys/fs/cgroup/memory.current',
];

function kilobytes(text: string, name: string): number {
  const match = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text);
  return match ? Number(match[1]) * 1024 : 0;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}
