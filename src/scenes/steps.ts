/** What can be done in a scene. The actor does it (scenes/actor/, where every act is described). */

/** An act of the process that the step belongs to. */
export interface Act {
  readonly kind: 'act';
  readonly words: readonly string[];
  /** One of the words is the name of a host, in whose place comes an address of it. */
  readonly hostName?: string;
}

/** Another program, played by another actor. */
export interface Performance {
  /**
   * As a child that is waited for; in place of this process; or as a child whose program is in memory only, or has
   * been removed.
   */
  readonly kind: 'run' | 'become' | 'run-from-memory' | 'run-deleted';
  /** Path of the program. */
  readonly path: string;
  /** The whole list, the name first. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** What the program does; nothing when empty. */
  readonly does: readonly Step[];
  /** The program is not there from the beginning: the scene makes it. */
  readonly isMade: boolean;
}

export type Step = Act | Performance;

export interface ProgramOptions {
  /** Arguments after the name. */
  readonly with?: readonly string[];
  readonly does?: readonly Step[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Name by which the program is called, where it is not the last part of its path. */
  readonly called?: string;
  readonly isMade?: boolean;
}

/** Runs a program and waits for it: `nginx`, which is /usr/bin/nginx, or a path. */
export function run(program: string, options: ProgramOptions = {}): Step {
  return performance('run', program, options);
}

/** The program takes the place of the process. */
export function become(program: string, options: ProgramOptions = {}): Step {
  return performance('become', program, options);
}

/** As {@link run}, from a copy of the program that exists in memory only. */
export function runFromMemory(program: string, options: ProgramOptions = {}): Step {
  return performance('run-from-memory', program, options);
}

/** As {@link run}, from a copy of the program whose file has been removed. */
export function runDeleted(program: string, options: ProgramOptions = {}): Step {
  return performance('run-deleted', program, options);
}

function performance(kind: Performance['kind'], program: string, options: ProgramOptions): Performance {
  const path = program.startsWith('/') ? program : `/usr/bin/${program}`;
  const {
    called = path.slice(path.lastIndexOf('/') + 1),
    environment = {},
    does = [],
    isMade = false,
  } = options;
  return { kind, path, arguments: [called, ...(options.with ?? [])], environment, does, isMade };
}

function act(...words: readonly string[]): Act {
  return { kind: 'act', words };
}

export const read = (path: string): Step => act('read', path);
/** The attempt counts, whether or not it succeeds. */
export const tryToRead = (path: string): Step => act('try-to-read', path);
/** Opens a directory. */
export const list = (path: string): Step => act('list', path);
/** Adds text to a file, which is made if need be. */
export const append = (path: string, text: string): Step => act('append', path, text);
/** Removes what is in a file. */
export const empty = (path: string): Step => act('empty', path);
/** Makes a file; the mode is octal. */
export const create = (path: string, mode = '644'): Step => act('create', path, mode);
/** The mode is octal. */
export const changeMode = (path: string, mode: string): Step => act('change-mode', path, mode);
export const makeDirectory = (path: string): Step => act('make-directory', path);
/** A file with all directories on its way: for the set-up. */
export const file = (path: string, text = ''): Step => act('make-file', path, text);
export const remove = (path: string): Step => act('remove', path);
export const move = (from: string, to: string): Step => act('move', from, to);
export const linkSymbolically = (target: string, path: string): Step =>
  act('link-symbolically', target, path);
export const linkHard = (existing: string, path: string): Step => act('link-hard', existing, path);
/** An executable copy of a program. */
export const copyProgram = (from: string, to: string): Step => act('copy-program', from, to);
/** Opens a file, and then the descriptor's entry in /proc for writing. */
export const openDescriptorAgain = (path: string): Step => act('open-descriptor-again', path);
/** Makes directories within directories, so many, and goes there. */
export const goDeep = (count: number): Step => act('go-deep', String(count));
/** A node for a device that is none, or a named pipe. */
export const makeNode = (path: string, kind: 'block' | 'pipe'): Step => act('make-node', path, kind);
/** Mounts a file system of this type. */
export const mount = (type: string, path: string): Step => act('mount', type, path, '');
/** Begins to mount a file system by fsopen() and fsconfig(), and leaves it at that. */
export const prepareMount = (type: string, source: string): Step => act('prepare-mount', type, source);
/** Changes the working directory. */
export const goTo = (path: string): Step => act('go-to', path);

export type Protocol = 'tcp' | 'udp';

export const connect = (protocol: Protocol, address: string, port: number): Step =>
  act('connect', protocol, address, String(port));
/** Connects to a host that has to be known by its name on this machine. */
export const connectByName = (hostName: string, port: number): Step => ({
  ...act('connect', 'tcp', hostName, String(port)),
  hostName,
});
export const listen = (address: string, port: number): Step => act('listen', 'tcp', address, String(port));
/** Listens, and accepts a connection of its own. */
export const accept = (address: string, port: number): Step => act('accept', 'tcp', address, String(port));
/** Receives a datagram with these bytes, in hexadecimal. */
export const receive = (address: string, port: number, bytes: string): Step =>
  act('receive', 'udp', address, String(port), bytes);
/** A new connection takes the place of a standard stream: 0, 1 or 2. */
export const attachSocket = (stream: number, address: string, port: number): Step =>
  act('attach-socket', String(stream), 'tcp', address, String(port));
/** A file takes the place of a standard stream. */
export const attachFile = (stream: number, path: string): Step => act('attach-file', String(stream), path);
/** Connects to a socket in the file system. The attempt counts. */
export const connectLocally = (path: string): Step => act('connect-locally', path);
/** A socket that sees all packets. The attempt counts. */
export const packetSocket = act('packet-socket');

/** Attaches to a child of its own. */
export const traceChild = act('trace-child');
/** Changes the memory of a child of its own. */
export const writeMemory = act('write-memory');
/** A child asks to be traced. */
export const beTraced = act('be-traced');
/** Asks for a kernel module that is none, so that nothing is loaded. */
export const loadModule = act('load-module');
/** Loads a BPF program that does nothing and is attached to nothing. */
export const loadBpf = act('load-bpf');
export const makeBpfMap = act('make-bpf-map');
/** userfaultfd(). The attempt counts. */
export const handlePageFaults = act('handle-page-faults');
/** Enters the namespace that a file stands for. */
export const joinNamespace = (path: string): Step => act('join-namespace', path);
/** unshare(). The attempt counts. */
export const leaveNamespace = (kind: 'user' | 'uts'): Step => act('leave-namespace', kind);

/** Becomes another user for good, as a login does. */
export const logIn = (uid: number): Step => act('log-in', String(uid));
/** setuid() itself. */
export const setUser = (uid: number): Step => act('set-user', String(uid));
/** The user of the login, as the audit notes it. */
export const setLoginUser = (uid: number): Step => act('set-login-user', String(uid));
/** The process gets a new terminal, and all that it starts has it. */
export const takeTerminal = act('take-terminal');
export const pause = (milliseconds: number): Step => act('pause', String(milliseconds));
