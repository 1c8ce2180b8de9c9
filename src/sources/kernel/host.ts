/** Whether this host can run the probe: kernel, BTF, privileges. */
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { KernelSourceError } from './error.ts';
import type { Architecture } from './translations.ts';

/** What the check looks at. */
export interface Host {
  readonly architecture: string;
  /** As `uname -r` prints it. */
  readonly release: string;
  readonly hasBtf: boolean;
  /** Effective capabilities of this process, as a bit mask. */
  readonly capabilities: bigint;
}

const BTF = '/sys/kernel/btf/vmlinux';
const CAP_SYS_ADMIN = 1n << 21n;
const CAP_PERFMON = 1n << 38n;
const CAP_BPF = 1n << 39n;

export function thisHost(): Host {
  const status = readFileSync('/proc/self/status', 'latin1');
  return {
    architecture: process.arch,
    release: os.release(),
    hasBtf: existsSync(BTF),
    capabilities: BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`),
  };
}

/** The kernel's number of the first namespace of process ids, PROC_PID_INIT_INO of include/linux/proc_ns.h. */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';

/**
 * Whether this process sees the ids of processes that events have. In a container it does so only when that shares
 * the machine's ids.
 */
export function seesProcessIds(link = '/proc/self/ns/pid'): boolean {
  try {
    return readlinkSync(link) === FIRST_PID_NAMESPACE;
  } catch {
    return true;
  }
}

/** Throws a KernelSourceError that says what is missing; otherwise gives the architecture. */
export function checkHost(host: Host): Architecture {
  const { architecture } = host;
  if (architecture !== 'x64' && architecture !== 'arm64')
    throw new KernelSourceError(
      'NOT_SUPPORTED',
      `the probe knows x64 and arm64, this machine is ${architecture}`,
    );
  const [major = 0, minor = 0] = host.release.split('.').map((part) => Number.parseInt(part, 10));
  if (major < 5 || (major === 5 && minor < 8))
    throw new KernelSourceError('KERNEL_TOO_OLD', `Linux 5.8 or later is needed, this is ${host.release}`);
  const privileged =
    (host.capabilities & CAP_SYS_ADMIN) !== 0n ||
    ((host.capabilities & CAP_BPF) !== 0n && (host.capabilities & CAP_PERFMON) !== 0n);
  if (!privileged)
    throw new KernelSourceError(
      'NOT_PRIVILEGED',
      'watching system calls needs root, or the capabilities CAP_BPF and CAP_PERFMON: try sudo',
    );
  if (!host.hasBtf)
    throw new KernelSourceError(
      'NO_BTF',
      `this kernel does not describe its types (${BTF} is missing): it must be built with CONFIG_DEBUG_INFO_BTF=y`,
    );
  return architecture;
}

/** Numbers of the CPUs that are running. */
export function onlineCpus(): number[] {
  return parseCpuList(readFileSync('/sys/devices/system/cpu/online', 'latin1'));
}

/** CPUs of a list such as `0-3,8`. */
export function parseCpuList(list: string): number[] {
  return list
    .trim()
    .split(',')
    .flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}
