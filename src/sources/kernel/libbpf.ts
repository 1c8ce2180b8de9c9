/**
 * The one place where native code is called: libbpf and a few functions of libc, through koffi. Pointers
 * are bigints, 0n is NULL. Functions throw a SystemError with the errno where C would return a failure.
 */
import koffi from 'koffi';
import { KernelSourceError } from './error.ts';
import { SystemError } from './system-error.ts';

const LIBRARY = 'libbpf.so.1';

export type Pointer = bigint;

export const PROT_READ = 1;
export const PROT_WRITE = 2;

interface NativeFunctions {
  bpf: ReturnType<typeof bindLibbpf>;
  c: ReturnType<typeof bindLibc>;
}

let bound: NativeFunctions | undefined;

/** The functions, bound at the first use. Throws a KernelSourceError when libbpf is not installed. */
function native(): NativeFunctions {
  if (!bound) {
    let library: ReturnType<typeof koffi.load>;
    try {
      library = koffi.load(LIBRARY);
    } catch (error) {
      throw new KernelSourceError(
        'NO_LIBBPF',
        `${LIBRARY} is missing, which loads the probe: apt-get install libbpf1`,
        String(error),
      );
    }
    bound = { bpf: bindLibbpf(library), c: bindLibc(koffi.load(null)) };
  }
  return bound;
}

function bindLibbpf(library: ReturnType<typeof koffi.load>) {
  return {
    open: library.func('void *bpf_object__open_file(const char *path, void *options)'),
    load: library.func('int bpf_object__load(void *object)'),
    close: library.func('void bpf_object__close(void *object)'),
    findMap: library.func('void *bpf_object__find_map_by_name(void *object, const char *name)'),
    findProgram: library.func('void *bpf_object__find_program_by_name(void *object, const char *name)'),
    mapFd: library.func('int bpf_map__fd(void *map)'),
    setMaxEntries: library.func('int bpf_map__set_max_entries(void *map, uint32_t entries)'),
    setInnerMap: library.func('int bpf_map__set_inner_map_fd(void *map, int fd)'),
    setInitialValue: library.func('int bpf_map__set_initial_value(void *map, const void *data, size_t size)'),
    setLogBuffer: library.func('int bpf_program__set_log_buf(void *program, void *buffer, size_t size)'),
    setAutoload: library.func('int bpf_program__set_autoload(void *program, bool autoload)'),
    attach: library.func('void *bpf_program__attach(void *program)'),
    findKernelType: library.func('int libbpf_find_vmlinux_btf_id(const char *name, int attachType)'),
    destroyLink: library.func('int bpf_link__destroy(void *link)'),
    createMap: library.func(
      'int bpf_map_create(int type, const char *name, uint32_t key, uint32_t value, uint32_t entries, void *options)',
    ),
    update: library.func(
      'int bpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags)',
    ),
    lookup: library.func('int bpf_map_lookup_elem(int fd, const void *key, void *value)'),
    delete: library.func('int bpf_map_delete_elem(int fd, const void *key)'),
    nextKey: library.func('int bpf_map_get_next_key(int fd, const void *key, void *next)'),
    possibleCpus: library.func('int libbpf_num_possible_cpus(void)'),
    setPrint: library.func('void *libbpf_set_print(void *print)'),
  };
}

function bindLibc(library: ReturnType<typeof koffi.load>) {
  return {
    mmap: library.func(
      'intptr_t mmap(void *address, size_t length, int protection, int flags, int fd, int64_t offset)',
    ),
    munmap: library.func('int munmap(intptr_t address, size_t length)'),
    close: library.func('int close(int fd)'),
    epollCreate: library.func('int epoll_create1(int flags)'),
    epollControl: library.func('int epoll_ctl(int epoll, int operation, int fd, void *event)'),
    epollWait: library.func('int epoll_wait(int epoll, void *events, int count, int timeout)'),
    eventfd: library.func('int eventfd(unsigned int value, int flags)'),
    write: library.func('int64_t write(int fd, const void *data, size_t size)'),
    clock: library.func('int clock_gettime(int clock, void *time)'),
    setrlimit: library.func('int setrlimit(int resource, const void *limit)'),
    gettid: library.func('int gettid(void)'),
    trim: library.func('int malloc_trim(size_t keep)'),
    advise: library.func('int madvise(intptr_t address, size_t length, int advice)'),
    pageSize: library.func('int getpagesize(void)'),
    format: library.func('int vsnprintf(void *text, size_t size, void *format, void *arguments)'),
  };
}

function check(call: string, status: number): number {
  if (status < 0) throw new SystemError(call, koffi.errno());
  return status;
}

function checkPointer(call: string, pointer: Pointer | null): Pointer {
  if (!pointer) throw new SystemError(call, koffi.errno());
  return pointer;
}

const PRINT = koffi.proto('int LannerPrint(int level, void *format, void *arguments)');

/** Levels of libbpf's messages are 0 for warnings, 1 for information, 2 for thousands of details. */
const MOST_TALKATIVE = 1;

/** Calls `work` while what libbpf would print to standard error goes to `line` instead. */
export function withMessages<T>(line: (text: string) => void, work: () => T): T {
  const { bpf, c } = native();
  const text = Buffer.alloc(4096);
  const callback = koffi.register((level: number, format: Pointer, values: Pointer) => {
    if (level > MOST_TALKATIVE) return 0;
    const length = Math.min(c.format(text, text.length, format, values), text.length - 1);
    line(text.toString('latin1', 0, length).trimEnd());
    return 0;
  }, koffi.pointer(PRINT));
  bpf.setPrint(callback);
  try {
    return work();
  } finally {
    bpf.setPrint(null);
    koffi.unregister(callback);
  }
}

/** A BPF object file: maps and programs, before and after loading. */
export class BpfObject {
  #pointer: Pointer;

  constructor(path: string) {
    this.#pointer = checkPointer('bpf_object__open_file', native().bpf.open(path, null));
  }

  map(name: string): BpfMap {
    return new BpfMap(checkPointer(`map ${name}`, native().bpf.findMap(this.#pointer, name)));
  }

  /** Where the verifier's log of a program that it rejects goes. The buffer must live until `load` returns. */
  setLog(program: string, log: Buffer): void {
    check(`log of ${program}`, native().bpf.setLogBuffer(this.#program(program), log, log.length));
  }

  /** Before loading: leaves a program out. */
  leaveOut(program: string): void {
    check(`leave out ${program}`, native().bpf.setAutoload(this.#program(program), false));
  }

  load(): void {
    check('bpf_object__load', native().bpf.load(this.#pointer));
  }

  /** Attaches a program; the link lives until it is destroyed. */
  attach(program: string): BpfLink {
    return new BpfLink(checkPointer(`attach ${program}`, native().bpf.attach(this.#program(program))));
  }

  close(): void {
    if (this.#pointer) native().bpf.close(this.#pointer);
    this.#pointer = 0n;
  }

  #program(name: string): Pointer {
    return checkPointer(`program ${name}`, native().bpf.findProgram(this.#pointer, name));
  }
}

const BPF_TRACE_RAW_TP = 23;

/** Whether the kernel has a tracepoint and describes its types. Reads all types of the kernel: milliseconds. */
export function hasTracepoint(name: string): boolean {
  // That it is not there is an answer, and nothing to print.
  return withMessages(
    () => {},
    () => native().bpf.findKernelType(name, BPF_TRACE_RAW_TP) > 0,
  );
}

export class BpfLink {
  #pointer: Pointer;

  constructor(pointer: Pointer) {
    this.#pointer = pointer;
  }

  destroy(): void {
    if (this.#pointer) native().bpf.destroyLink(this.#pointer);
    this.#pointer = 0n;
  }
}

/** linux/bpf.h */
const BPF_NOEXIST = 1;

export class BpfMap {
  readonly #pointer: Pointer;

  constructor(pointer: Pointer) {
    this.#pointer = pointer;
  }

  /** Before loading. */
  setMaxEntries(entries: number): void {
    check('bpf_map__set_max_entries', native().bpf.setMaxEntries(this.#pointer, entries));
  }

  /** Of a map of maps, before loading: a map like those that it will hold. */
  setInnerMap(fd: number): void {
    check('bpf_map__set_inner_map_fd', native().bpf.setInnerMap(this.#pointer, fd));
  }

  /** Of global data, before loading. */
  setInitialValue(value: Buffer): void {
    check('bpf_map__set_initial_value', native().bpf.setInitialValue(this.#pointer, value, value.length));
  }

  /** After loading. */
  get fd(): number {
    return native().bpf.mapFd(this.#pointer);
  }

  /** Adds an entry unless there is one with this key, or no room. */
  add(key: Buffer, value: Buffer): void {
    native().bpf.update(this.fd, key, value, BPF_NOEXIST);
  }

  update(key: Buffer, value: Buffer): void {
    check('bpf_map_update_elem', native().bpf.update(this.fd, key, value, 0));
  }

  /** Removes an entry; it need not exist. */
  delete(key: Buffer): void {
    native().bpf.delete(this.fd, key);
  }

  /**
   * Entries of a map of 32-bit numbers to such, at most `limit`. While entries come and go some may be
   * missed or come twice: after a key that has gone the kernel begins again.
   */
  *entries(limit: number): Generator<[key: number, value: number]> {
    const { fd } = this;
    const { nextKey, lookup } = native().bpf;
    const key = Buffer.alloc(4);
    const value = Buffer.alloc(4);
    let status = nextKey(fd, null, key);
    for (let count = 0; status === 0 && count < limit; count++) {
      if (lookup(fd, key, value) === 0) yield [key.readUInt32LE(0), value.readUInt32LE(0)];
      status = nextKey(fd, key, key);
    }
  }
}

const BPF_MAP_TYPE_RINGBUF = 27;

/** Creates a ring buffer of `size` bytes and returns its descriptor. */
export function createRingBuffer(size: number): number {
  return check(
    'bpf_map_create',
    native().bpf.createMap(BPF_MAP_TYPE_RINGBUF, 'lanner_ring', 0, 0, size, null),
  );
}

export function possibleCpus(): number {
  return check('libbpf_num_possible_cpus', native().bpf.possibleCpus());
}

export function closeFd(fd: number): void {
  native().c.close(fd);
}

/** Gives back to the kernel what was allocated outside of JavaScript and freed. Takes about a millisecond. */
export function trimMemory(): void {
  native().c.trim(0);
}

const MADV_DONTNEED = 4;

/**
 * Takes pages of a file out of this process's memory, if the kernel likes; they come back from the page cache when
 * they are used.
 */
export function unmapPages(address: number, length: number): void {
  native().c.advise(address, length, MADV_DONTNEED);
}

export function pageSize(): number {
  return native().c.pageSize();
}

/** Id of the calling thread. */
export function threadId(): number {
  return native().c.gettid();
}

const MAP_SHARED = 1;

/** Memory that is shared with the kernel. */
export class SharedMemory {
  readonly #address: bigint | number;
  readonly #length: number;
  #memory: ArrayBuffer | undefined;

  constructor(fd: number, offset: number, length: number, protection: number) {
    const address = native().c.mmap(null, length, protection, MAP_SHARED, fd, offset);
    if (Number(address) === -1) throw new SystemError('mmap', koffi.errno());
    this.#address = address;
    this.#length = length;
    this.#memory = koffi.view(address, length);
  }

  /** Throws after `release`. */
  get memory(): ArrayBuffer {
    if (!this.#memory) throw new Error('memory shared with the kernel was used after its release');
    return this.#memory;
  }

  /** Gives the memory back. Arrays over it become empty, so that a late reader cannot crash the process. */
  release(): void {
    if (!this.#memory) return;
    this.#memory.transfer(0);
    this.#memory = undefined;
    native().c.munmap(this.#address, this.#length);
  }
}

const RLIMIT_MEMLOCK = 8;

/** Lets this process lock memory without limit, which kernels before 5.11 need for BPF maps. */
export function raiseMemoryLockLimit(): void {
  const limit = Buffer.alloc(16, 0xff);
  check('setrlimit', native().c.setrlimit(RLIMIT_MEMLOCK, limit));
}

export const CLOCK_REALTIME = 0;
export const CLOCK_BOOTTIME = 7;

const time = new BigInt64Array(2);

/** Nanoseconds of a clock. */
export function clockNanoseconds(clock: number): bigint {
  native().c.clock(clock, time);
  return (time[0] as bigint) * 1_000_000_000n + (time[1] as bigint);
}

const EPOLL_CTL_ADD = 1;
const EPOLLIN = 1;
const CLOEXEC = 0o2000000;

/** Waits for any of some descriptors to become readable, without blocking the event loop. */
export class Waiter {
  readonly #epoll: number;
  readonly #wakeUp: number;
  readonly #events = Buffer.alloc(16);
  // Node waits for its threads before it exits, and one that waits here would never end by itself.
  readonly #wakeAtExit = (): void => this.wake();
  #waiting = false;
  #closed = false;

  constructor(fds: readonly number[]) {
    const { c } = native();
    this.#epoll = check('epoll_create1', c.epollCreate(CLOEXEC));
    this.#wakeUp = check('eventfd', c.eventfd(0, CLOEXEC));
    for (const fd of [...fds, this.#wakeUp]) {
      const event = Buffer.alloc(16);
      event.writeUInt32LE(EPOLLIN, 0);
      check('epoll_ctl', c.epollControl(this.#epoll, EPOLL_CTL_ADD, fd, event));
    }
    process.once('exit', this.#wakeAtExit);
  }

  /** Resolves when a descriptor is readable or `wake` was called. Waits on a thread of libuv's pool. */
  wait(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting = true;
      // A signal may interrupt the wait: the caller looks, finds nothing, and waits again.
      native().c.epollWait.async(this.#epoll, this.#events, 1, -1, (error: unknown) => {
        this.#waiting = false;
        if (this.#closed) this.#closeDescriptors();
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Ends the current wait, and every later one at once. */
  wake(): void {
    if (!this.#closed) native().c.write(this.#wakeUp, new BigUint64Array([1n]), 8);
  }

  /**
   * Ends the current wait. The descriptors go with the wait's end: without them the thread that waits would
   * never wake, and the process could not end.
   */
  close(): void {
    if (this.#closed) return;
    process.off('exit', this.#wakeAtExit);
    this.wake();
    this.#closed = true;
    if (!this.#waiting) this.#closeDescriptors();
  }

  #closeDescriptors(): void {
    native().c.close(this.#epoll);
    native().c.close(this.#wakeUp);
  }
}
