/**
 * Open descriptors of running processes, out of /proc: for recordings, whose readers want to name them. Lanner itself
 * needs no such list, since live events describe their descriptors themselves.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ByteString } from '../events/bytes.ts';
import type { DescriptorKind } from '../events/descriptors.ts';
import { type Looks, UNANSWERED } from './looks/looks.ts';
import { ProcSockets } from './proc-sockets.ts';
import type { DescriptorState, SocketState } from './snapshot.ts';

/** Bits of open's flags as events number them (symbols.ts, fileFlags). */
const PPM_ACCESS = [1, 2, 3, 0];
const PPM_CLOEXEC = 1 << 12;
/** The same bits in fdinfo, see open(2) and proc(5). */
const O_ACCMODE = 3;
const O_CLOEXEC = 0o2000000;

/** The two addresses in the kernel of a unix socket's ends; only the first is in /proc. */
export type ListedSocket = SocketState & { readonly source: bigint; readonly destination: bigint };
export type ListedDescriptor = Omit<DescriptorState, 'socket'> & {
  readonly socket: ListedSocket | undefined;
};

/** What the kernel calls files that lie in no file system: `anon_inode:[eventfd]`, or without brackets. */
const ANONYMOUS: readonly (readonly [prefix: string, kind: DescriptorKind])[] = [
  ['eventfd', 'e'],
  ['eventpoll', 'l'],
  ['inotify', 'i'],
  ['signalfd', 's'],
  ['timerfd', 't'],
  ['bpf', 'b'],
  ['userfaultfd', 'u'],
  ['io_uring', 'r'],
  ['pidfd', 'P'],
];

export class ProcDescriptors {
  readonly #root: string;
  readonly #sockets: ProcSockets;
  readonly #looks: Looks;

  /** `hostRoot`: prefix of `/proc`. An instance is for one moment: what it has read of sockets it keeps. */
  constructor(looks: Looks, hostRoot = '') {
    this.#looks = looks;
    this.#root = `${hostRoot}/proc`;
    this.#sockets = new ProcSockets(this.#root);
  }

  /** Descriptors of a process; none when it is gone. */
  *of(pid: number): Generator<ListedDescriptor> {
    for (const fd of this.#numbers(pid)) {
      const descriptor = this.#read(pid, fd);
      if (descriptor) yield descriptor;
    }
  }

  /** Those that a command gets which the process starts: its standard streams, and what stays open over an exec. */
  *inheritedFrom(pid: number): Generator<ListedDescriptor> {
    for (const descriptor of this.of(pid)) {
      const { fd, openFlags } = descriptor;
      if (fd <= 2 || (openFlags & PPM_CLOEXEC) === 0)
        yield { ...descriptor, openFlags: openFlags & ~PPM_CLOEXEC };
    }
  }

  #numbers(pid: number): number[] {
    try {
      return readdirSync(`${this.#root}/${pid}/fd`).map(Number).filter(Number.isInteger);
    } catch {
      return [];
    }
  }

  #read(pid: number, fd: number): ListedDescriptor | undefined {
    try {
      const path = `${this.#root}/${pid}/fd/${fd}`;
      const link = readlinkSync(path, 'latin1');
      const info = readFileSync(`${this.#root}/${pid}/fdinfo/${fd}`, 'latin1');
      const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(info)?.[1] ?? '0', 8);
      const openFlags = (PPM_ACCESS[flags & O_ACCMODE] ?? 0) | ((flags & O_CLOEXEC) !== 0 ? PPM_CLOEXEC : 0);
      const base = { fd, userfault: false, openFlags, device: 0, inode: 0n, name: link, socket: undefined };
      const [, kind, inode = '0'] = /^(pipe|socket):\[(\d+)\]$/.exec(link) ?? [];
      if (kind === 'pipe') return { ...base, kind: 'p', inode: BigInt(inode) };
      if (kind === 'socket') return { ...base, ...this.#socket(pid, inode) };
      if (link.startsWith('anon_inode:')) return { ...base, ...anonymous(link) };
      if (link.startsWith('/memfd:')) return { ...base, kind: 'm', name: link.replace(/ \(deleted\)$/, '') };
      const file = this.#looks.ask({ kind: 'state', path });
      if (file === undefined) return undefined;
      if (file === UNANSWERED) return { ...base, kind: 'f' };
      const { type, inode: number, device } = file;
      return {
        ...base,
        kind: type === 'directory' ? 'd' : 'f',
        inode: BigInt(number),
        device: deviceOf(device),
      };
    } catch {
      return undefined;
    }
  }

  #socket(pid: number, inode: string): Pick<ListedDescriptor, 'kind' | 'inode' | 'name' | 'socket'> {
    const found = this.#sockets.find(pid, inode);
    return { inode: BigInt(inode), ...(found ?? { kind: 'X', name: '', socket: undefined }) };
  }
}

function anonymous(link: ByteString): { readonly kind: DescriptorKind; readonly userfault: boolean } {
  const what = link.slice('anon_inode:'.length).replace(/^\[/, '');
  const kind = ANONYMOUS.find(([prefix]) => what.startsWith(prefix))?.[1] ?? 'X';
  return { kind, userfault: kind === 'u' };
}

/** From the encoding of stat(2) to that of the kernel's events: major shifted by 20 bits, minor below. */
function deviceOf(device: number): number {
  const major = (device >> 8) & 0xfff;
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00);
  return ((major << 20) | minor) >>> 0;
}
