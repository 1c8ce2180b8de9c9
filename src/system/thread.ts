/** What the model knows of one thread. Text is byte strings (events/bytes.ts). */
import type { ByteString } from '../events/bytes.ts';

/** How an executable file came about, as the kernel told at exec. */
export interface ExecutableFacts {
  /** The process may write its own executable file. */
  writable: boolean;
  /** The file lies in the upper (written) layer of an overlay file system. */
  upperLayer: boolean;
  lowerLayer: boolean;
  fromMemfd: boolean;
  inode: bigint;
  /** Nanoseconds since the epoch. */
  changeTime: bigint;
  modifyTime: bigint;
}

/**
 * How old an executable was, as Falco computed it at the last exec; 0 when not known. A process that is forked has
 * what its parent had.
 */
export interface ExecutableTimes {
  /** Nanoseconds from the last change of the file to the start of the process; negative ones wrap round 2^64. */
  readonly beforeStart: bigint;
  /** Nanoseconds from the start of the pid namespace to the last change of the file. */
  readonly sinceNamespace: bigint;
}

/**
 * One thread. Facts of the whole process (executable, arguments, environment) are kept on every thread
 * as references to the same values.
 */
export interface Thread {
  tid: number;
  /** Thread group id: the process. */
  pid: number;
  /** Process id of the parent; 0 when there is none. */
  ptid: number;
  /** Ids in the innermost pid namespace. */
  vtid: number;
  vpid: number;
  /** Session, in the innermost pid namespace as Falco has it. */
  sid: number;
  /** Process group on the host and in the pid namespace. */
  pgid: number;
  vpgid: number;
  /** Name of the thread, at most 15 bytes: `proc.name`. */
  comm: ByteString;
  /** First argument as it was passed to exec: `proc.exe`. */
  exe: ByteString;
  /** The kernel's own path of the executable: `proc.exepath`. */
  exepath: ByteString;
  /** Arguments without the first. */
  args: readonly ByteString[];
  /** Environment, `NAME=value`. */
  env: readonly ByteString[];
  /** Working directory, ending in `/`. */
  cwd: ByteString;
  uid: number;
  gid: number;
  /** Login uid; -1 when unset. */
  loginuid: number;
  /** Device number of the controlling terminal; 0 for none. */
  tty: number;
  /** Capability sets as bit masks. */
  capEffective: bigint;
  capPermitted: bigint;
  capInheritable: bigint;
  /** `controller=path` for each cgroup hierarchy. */
  cgroups: readonly ByteString[];
  /** Container id, 12 characters where the engine uses 64; empty on the host. */
  containerId: ByteString;
  /** `container.type`: docker, podman, containerd, cri-o, runc, lxc, libvirt-lxc, bpm; `host` on the host. */
  containerType: ByteString;
  executable: ExecutableFacts;
  /** Of threads of captures, where what Falco says counts. */
  executableTimes?: ExecutableTimes | undefined;
  /** When the thread was created, nanoseconds since the epoch; 0 when unknown. */
  cloneTime: bigint;
  /** When the init process of its pid namespace started, nanoseconds since the epoch; 0 when unknown. */
  pidNamespaceStart: bigint;
  /** Open file limit. */
  fdLimit: number;
  /** Memory in KiB and page faults, as the last exec or clone told. */
  vmSize: number;
  vmRss: number;
  vmSwap: number;
  majorFaults: number;
  minorFaults: number;
  /** Milliseconds since the epoch when the model last heard of the thread. */
  lastSeen: number;
  /** The thread has exited; it stays known until the event that says so has been judged. */
  exited: boolean;
}
