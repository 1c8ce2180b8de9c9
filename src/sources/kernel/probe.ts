/** Loads the probe, fills its tables and attaches it. */
import { existsSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { EVENT_TYPES } from '../../events/table.ts';
import { CallTable } from './call-table.ts';
import { URING_PROGRAMS, uringPrograms } from './calls/uring.ts';
import { enumerators } from './enumerations.ts';
import { KernelSourceError } from './error.ts';
import { FilterTable } from './filter-table.ts';
import { checkHost, onlineCpus, thisHost } from './host.ts';
import { HostTable } from './host-table.ts';
import {
  COUNTERS,
  encodeSettings,
  SCOPE_CGROUP,
  SCOPE_HOST,
  SCOPE_PROCESSES,
  type Settings,
} from './layout.ts';
import {
  type BpfLink,
  type BpfMap,
  BpfObject,
  closeFd,
  createRingBuffer,
  hasTracepoint,
  PROT_READ,
  PROT_WRITE,
  pageSize,
  possibleCpus,
  raiseMemoryLockLimit,
  SharedMemory,
  withMessages,
} from './libbpf.ts';
import type { RingMemory } from './ring-buffer.ts';
import { findControlGroup, type Scope } from './scope.ts';
import { OWN_PROGRAMS } from './system-calls.ts';
import { SystemError } from './system-error.ts';
import { type Architecture, anonymousKinds, encodeBitTables } from './translations.ts';
import { measureEpochOffset } from './wall-clock.ts';

const DEFAULT_PROBE = fileURLToPath(new URL('../../../build/lanner.bpf.o', import.meta.url));
/** The scheduler's tracepoints come first: whoever is forked must be in scope before its first call. */
const COMMON_PROGRAMS = ['lanner_fork', 'lanner_exec', 'lanner_exit', 'lanner_call_end'];
/** The program that notes sockets whose connections begin, and the tracepoint that it needs. */
const CONNECTING = { name: 'lanner_connecting', tracepoint: 'inet_sock_set_state' };
const MAX_WATCHED_THREADS = 65_536;
const LOG_SIZE = 1 << 20;
const EPERM = 1;
/** An event of the largest size (MAX_EVENT in bpf/layout.h) and the header of its record. */
const LONGEST_RECORD = 0xffff + 8;
/** Bytes kept of data that was sent or received, unless told, and at most: half of what bpf/bytes.h reads at once. */
const DATA_LIMIT = 80;
const LONGEST_DATA = 4095;

export interface ProbeOptions {
  readonly scope: Scope;
  /** Bytes of each CPU's ring buffer: a power of two. */
  readonly bufferSize: number;
  /** Bytes that are kept of data which is sent or received: Falco's `snaplen`. */
  readonly dataLimit?: number;
  /** Events to deliver; all when absent. */
  readonly eventNames?: ReadonlySet<string>;
  readonly debug: (line: string) => void;
  readonly probeFile?: string;
}

/** One CPU's ring buffer. */
export interface ProbeRing extends RingMemory {
  readonly cpu: number;
  readonly fd: number;
}

/** The loaded and attached probe. */
export class Probe {
  readonly rings: readonly ProbeRing[];
  /** Nanoseconds from boot time to the epoch, as the probe's timestamps use it. */
  readonly epochOffset: bigint;
  /** Events that were asked for and that this kernel cannot tell. */
  readonly missingEvents: readonly string[];
  /** Requests of io_uring are seen. */
  readonly watchesUring: boolean;
  readonly #programs: readonly string[];
  readonly #calls: CallTable;
  /** Which of the events that are asked for are left out. None until told. */
  readonly filters: FilterTable;
  readonly hosts: HostTable;
  readonly #object: BpfObject;
  readonly #links: BpfLink[] = [];
  readonly #memory: SharedMemory[] = [];
  readonly #counters: BigUint64Array;
  readonly #cpus: number;
  readonly #ringFds: number[] = [];
  readonly #watched: BpfMap;
  readonly #adopters: BpfMap;

  constructor(options: ProbeOptions) {
    const architecture = checkHost(thisHost());
    const { file, settings } = prepare(options);
    const own = OWN_PROGRAMS.filter(({ event }) => !options.eventNames || options.eventNames.has(event));
    const present = own.filter(({ tracepoint }) => hasTracepoint(tracepoint));
    const uring = uringPrograms(os.release(), hasTracepoint);
    this.watchesUring = uring.length > 0;
    const connecting = hasTracepoint(CONNECTING.tracepoint) ? [CONNECTING.name] : [];
    this.#programs = [...COMMON_PROGRAMS, ...connecting, ...present.map(({ name }) => name), ...uring];
    this.missingEvents = [
      ...new Set(own.filter((program) => !present.includes(program)).map(({ event }) => event)),
    ];
    this.epochOffset = settings.epochOffset;
    this.#cpus = possibleCpus();
    try {
      raiseMemoryLockLimit();
    } catch (error) {
      options.debug(`${error}: only kernels before 5.11 need it`);
    }
    const online = onlineCpus();
    for (let index = 0; index < online.length; index++) this.#ringFds.push(createRing(options.bufferSize));
    try {
      this.#object = load(file, settings, this.#programs, this.#cpus, this.#ringFds, options.debug);
    } catch (error) {
      this.#ringFds.forEach(closeFd);
      throw error;
    }
    try {
      this.#watched = this.#object.map('watched');
      this.#adopters = this.#object.map('adopters');
      this.#calls = new CallTable(this.#object.map('calls'), architecture);
      this.#calls.ask(options.eventNames);
      this.filters = new FilterTable({
        filters: this.#object.map('filters'),
        automata: this.#object.map('automata'),
        generation: this.#object.map('filter_generation'),
        inodes: this.#object.map('known_inodes'),
        names: this.#object.map('told_names'),
      });
      this.hosts = new HostTable(this.#object.map('told_places'), this.#object.map('host_processes'));
      fill(this.#object, architecture);
      const rings = this.#object.map('rings');
      this.rings = this.#ringFds.map((fd, index) => ({
        cpu: online[index] ?? index,
        fd,
        ...this.#mapRing(fd, options.bufferSize),
      }));
      // A CPU that is switched on later shares a buffer: memory for all that might be is too much.
      for (let cpu = 0; cpu < this.#cpus; cpu++) {
        const own = online.indexOf(cpu);
        rings.update(u32(cpu), u32(this.#ringFds[own < 0 ? cpu % this.#ringFds.length : own] as number));
      }
      this.#counters = this.#mapCounters();
    } catch (error) {
      this.close();
      throw new KernelSourceError(
        'LOAD_FAILED',
        'the probe was loaded but its tables could not be filled: if Lanner was updated, run "npm start" once, which ' +
          'builds the probe anew; otherwise --verbose says more',
        `${error}`,
      );
    }
  }

  /**
   * Tells these events from now on, and no others. Returns those of them that need a program which was not
   * loaded, since nobody had asked for them: they are not told.
   */
  ask(eventNames: ReadonlySet<string>): string[] {
    this.#calls.ask(eventNames);
    const lacking = OWN_PROGRAMS.filter(
      ({ name, event }) => eventNames.has(event) && !this.#programs.includes(name),
    );
    return [...new Set(lacking.map(({ event }) => event))];
  }

  /** Attaches all programs. On failure nothing stays attached. */
  attach(debug: (line: string) => void): void {
    const said: string[] = [];
    const note = (line: string) => {
      said.push(line);
      debug(line);
    };
    try {
      for (const program of this.#programs)
        this.#links.push(withMessages(note, () => this.#object.attach(program)));
    } catch (error) {
      this.close();
      throw new KernelSourceError(
        'ATTACH_FAILED',
        `the kernel did not let the probe attach (${error})`,
        said.join('\n'),
      );
    }
  }

  /** A thread and all that it starts from now on is watched. */
  watch(tid: number, pid: number): void {
    this.#watched.update(u32(tid), u32(pid));
  }

  unwatch(tid: number): void {
    this.#watched.delete(u32(tid));
  }

  /** Ids of the processes that have watched threads. */
  watchedProcesses(): number[] {
    return [...new Set(Array.from(this.#watched.entries(MAX_WATCHED_THREADS), ([, pid]) => pid))];
  }

  /** What a thread starts from now on is watched, the thread itself is not. */
  adopt(tid: number): void {
    this.#adopters.update(u32(tid), u32(tid));
  }

  endAdoption(tid: number): void {
    this.#adopters.delete(u32(tid));
  }

  /** Sums of a counter over all CPUs; see COUNTERS. */
  counter(index: number): number {
    let sum = 0;
    for (let cpu = 0; cpu < this.#cpus; cpu++) sum += Number(this.#counters[cpu * COUNTERS.size + index]);
    return sum;
  }

  /** Event codes with a count, summed over all CPUs and the counters that begin at the given indexes. */
  countsByCode(...starts: readonly number[]): Map<number, number> {
    const counts = new Map<number, number>();
    for (let code = 0; code < EVENT_TYPES.length; code++) {
      const sum = starts.reduce((total, start) => total + this.counter(start + code), 0);
      if (sum > 0) counts.set(code, sum);
    }
    return counts;
  }

  /** For each CPU, the sum over all event codes of the counters that begin at the given indexes. */
  countsByCpu(...starts: readonly number[]): number[] {
    return Array.from({ length: this.#cpus }, (_, cpu) => {
      let sum = 0;
      for (const start of starts)
        for (let code = 0; code < EVENT_TYPES.length; code++)
          sum += Number(this.#counters[cpu * COUNTERS.size + start + code]);
      return sum;
    });
  }

  /** Detaches all programs; what they have collected stays readable. Idempotent. */
  detach(): void {
    for (const link of this.#links.splice(0)) link.destroy();
  }

  /** Detaches and unloads everything. Idempotent. */
  close(): void {
    this.detach();
    this.filters?.close();
    for (const memory of this.#memory.splice(0)) memory.release();
    this.#ringFds.splice(0).forEach(closeFd);
    this.#object.close();
  }

  #mapRing(fd: number, size: number): RingMemory {
    const page = pageSize();
    const consumer = new SharedMemory(fd, 0, page, PROT_READ | PROT_WRITE);
    this.#memory.push(consumer);
    // Pages that are mapped twice count twice in what the process seems to use.
    const length = size + Math.min(size, Math.ceil(LONGEST_RECORD / page) * page);
    const rest = new SharedMemory(fd, page, page + length, PROT_READ);
    this.#memory.push(rest);
    return {
      consumer: new BigUint64Array(consumer.memory, 0, 1),
      producer: new BigUint64Array(rest.memory, 0, 1),
      data: Buffer.from(rest.memory, page, length),
      size,
    };
  }

  #mapCounters(): BigUint64Array {
    const page = pageSize();
    const length = Math.ceil((COUNTERS.size * 8 * this.#cpus) / page) * page;
    const memory = new SharedMemory(this.#object.map('counters').fd, 0, length, PROT_READ);
    this.#memory.push(memory);
    return new BigUint64Array(memory.memory);
  }
}

function createRing(size: number): number {
  try {
    return createRingBuffer(size);
  } catch (error) {
    // Privileges have been looked at: what is missing is memory that may be locked, or a filter forbids the call.
    const advice =
      error instanceof SystemError && error.errno === EPERM
        ? ': before Linux 5.11 it counts against the limit of locked memory, so give Lanner CAP_SYS_RESOURCE, or set "ulimit -l unlimited"; in a container the seccomp profile may forbid bpf()'
        : '';
    throw new KernelSourceError(
      'LOAD_FAILED',
      `the kernel gave no ring buffer of ${size} bytes (${error})${advice}`,
    );
  }
}

function prepare(options: ProbeOptions): { file: string; settings: Settings } {
  const file = options.probeFile ?? DEFAULT_PROBE;
  if (!existsSync(file))
    throw new KernelSourceError(
      'NO_PROBE',
      `the probe ${file} does not exist: node scripts/build-probe.mjs builds it`,
    );
  const { bufferSize, scope } = options;
  if (!Number.isInteger(Math.log2(bufferSize)) || bufferSize % pageSize() !== 0)
    throw new KernelSourceError(
      'BAD_OPTION',
      `a buffer of ${bufferSize} bytes is not possible: it must be a power of two and whole pages of ${pageSize()}`,
    );
  const group = scope.kind === 'cgroup' ? findControlGroup(scope.path) : { id: 0n, controller: 0 };
  return {
    file,
    settings: {
      epochOffset: measureEpochOffset(),
      cgroup: group.id,
      controller: group.controller,
      scope: { host: SCOPE_HOST, processes: SCOPE_PROCESSES, cgroup: SCOPE_CGROUP }[scope.kind],
      dataLimit: Math.min(options.dataLimit ?? DATA_LIMIT, LONGEST_DATA),
      pageShift: Math.log2(pageSize() / 1024),
    },
  };
}

function load(
  file: string,
  settings: Settings,
  programs: readonly string[],
  cpus: number,
  ringFds: readonly number[],
  debug: (line: string) => void,
): BpfObject {
  const said: string[] = [];
  const log = Buffer.alloc(LOG_SIZE);
  const note = (line: string) => {
    said.push(line);
    debug(line);
  };
  let object: BpfObject | undefined;
  try {
    return withMessages(note, () => {
      object = new BpfObject(file);
      object.map('.rodata').setInitialValue(encodeSettings(settings));
      for (const name of ['scratch', 'counters', 'rings']) object.map(name).setMaxEntries(cpus);
      object.map('rings').setInnerMap(ringFds[0] as number);
      if (settings.scope === SCOPE_PROCESSES) object.map('watched').setMaxEntries(MAX_WATCHED_THREADS);
      for (const name of [CONNECTING.name, ...OWN_PROGRAMS.map((program) => program.name), ...URING_PROGRAMS])
        if (!programs.includes(name)) object.leaveOut(name);
      for (const program of programs) object.setLog(program, log);
      object.load();
      return object;
    });
  } catch (error) {
    object?.close();
    if (error instanceof KernelSourceError) throw error;
    const verifier = log.toString('latin1', 0, Math.max(log.indexOf(0), 0)).trimEnd();
    throw new KernelSourceError(
      'LOAD_FAILED',
      object
        ? `the kernel did not accept the probe (${(error as Error).message}): --verbose shows its reasons`
        : `the probe ${file} cannot be read (${(error as Error).message}): node scripts/build-probe.mjs builds it anew`,
      [...said, verifier].join('\n'),
    );
  }
}

function fill(object: BpfObject, architecture: Architecture): void {
  const tables = object.map('bit_tables');
  for (const [number, table] of encodeBitTables(architecture)) tables.update(u32(number), table);
  const enumerations = object.map('enumerations');
  for (const [enumeration, value, translated] of enumerators())
    enumerations.update(Buffer.concat([u32(enumeration), u32(value)]), u32(translated));
  const kinds = object.map('anonymous_kinds');
  for (const [prefix, letter] of anonymousKinds()) kinds.update(prefix, u32(letter));
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
