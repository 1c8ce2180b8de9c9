/** Settings about where events come from and what the model of the machine keeps. */
import { key, section } from './section.ts';
import { choice, decimal, flag, integer, list, optional, text } from './shape.ts';

const ENGINES = ['modern_ebpf', 'kmod', 'replay', 'nodriver'] as const;
const DROP_ACTIONS = ['ignore', 'log', 'alert', 'exit'] as const;
const NO_KERNEL_MODULE = 'Lanner has no kernel module; its probe is engine.kind modern_ebpf';

const BUFFER_SIZE = '1 to 10 for 1, 2, 4, 8, 16 … 512 MiB for each buffer.';

export const ENGINE = section({
  kind: key(
    'Where events come from: the running kernel (modern_ebpf), a capture (replay), or nowhere (nodriver). ' +
      'There is no kernel module: kmod means the probe, with a warning.',
    choice(ENGINES, 'modern_ebpf'),
    { restart: true, falco: 'absent kmod' },
  ),
  modern_ebpf: key(
    'The probe.',
    section({
      buf_size_preset: key(`Size of the buffers for events: ${BUFFER_SIZE}`, integer(4, 1, 10), {
        restart: true,
      }),
      cpus_for_each_buffer: key('CPUs that share a buffer; 0 for all.', integer(2, 0, 65_536), {
        restart: true,
        idle: 'every CPU has a buffer of its own, which costs less time',
      }),
      drop_failed_exit: key('Do not tell of system calls that failed.', flag(false), {
        restart: true,
        idle: 'later',
      }),
      disable_iterators: key('Read /proc instead of asking the kernel what runs at the start.', flag(false), {
        restart: true,
        idle: 'Lanner always reads /proc at the start',
      }),
    }),
  ),
  kmod: key(
    "Falco's kernel module.",
    section({
      buf_size_preset: key(BUFFER_SIZE, integer(4, 1, 10)),
      drop_failed_exit: key('Do not tell of system calls that failed.', flag(false)),
    }),
    { idle: NO_KERNEL_MODULE },
  ),
  prefilter: key('Leave out events in the kernel that no rule can match.', flag(true)),
  replay: key(
    'Replaying a capture.',
    section({ capture_file: key('Path of the .scap file.', text(''), { restart: true }) }),
  ),
});

export const CONTAINER_ENGINES = section({
  docker: engineSockets('Docker', ['/var/run/docker.sock']),
  podman: engineSockets('Podman', ['/run/podman/podman.sock', '/run/user/*/podman/podman.sock']),
  cri: engineSockets("Kubernetes' container runtime interface", [
    '/run/containerd/containerd.sock',
    '/run/crio/crio.sock',
    '/run/k3s/containerd/containerd.sock',
    '/run/host-containerd/containerd.sock',
  ]),
  containerd: engineSockets('containerd', [
    '/run/containerd/containerd.sock',
    '/run/host-containerd/containerd.sock',
  ]),
  label_max_len: key('Values of labels that are longer, in bytes, are left out.', integer(100, 0, 65_536), {
    restart: true,
  }),
  wait_ms: key(
    "How long an alert may wait for the engine's answer, in milliseconds.",
    integer(500, 0, 60_000),
  ),
});

function engineSockets(name: string, sockets: readonly string[]) {
  const marks = { restart: true } as const;
  return key(
    `${name}.`,
    section({
      enabled: key(`Ask ${name}.`, flag(true), marks),
      sockets: key(
        'Its sockets; one that is not there is passed over, and `*` in a path stands for any name.',
        list(text(''), sockets),
        marks,
      ),
    }),
  );
}

export const SYSCALL_EVENT_DROPS = section({
  threshold: key(
    "Share of a second's events that may be lost before the actions are taken; at 0, the default, every loss is told.",
    decimal(0, 0, 1),
    { falco: '0.1' },
  ),
  actions: key(
    'What is done then: ignore, log, alert, exit.',
    list(choice(DROP_ACTIONS, 'alert'), ['log', 'alert']),
  ),
  rate: key('How often, per second.', decimal(0.03333, 0, Number.MAX_SAFE_INTEGER)),
  max_burst: key('How often at once, after a quiet time.', decimal(1, 0, Number.MAX_SAFE_INTEGER)),
  simulate_drops: key('Pretend that an event is lost every second, to try the actions.', flag(false)),
});

export const SYSCALL_EVENT_TIMEOUTS = section({
  max_consecutives: key(
    'Reads of the buffers without an event after which an alert is raised, where the whole machine is watched. ' +
      "Lanner is woken by events and has no such reads: each stands for 30 ms, as long as Falco's wait.",
    integer(1000, 1, Number.MAX_SAFE_INTEGER),
  ),
});

export const BASE_SYSCALLS = section({
  custom_set: key(
    'Names of system calls that are traced instead of those that the model of the machine learns from; one with ! is never traced.',
    list(text(''), []),
  ),
  repair: key('Trace the fewest system calls with which the rules still work.', flag(false)),
  all: key('Let rules see also reads, writes and other calls that are very many.', flag(false)),
});

export const HOST_NAMES = section({
  resolve: key(
    'When they are resolved: while the kernel is watched (live), also in replays of captures, whose addresses ' +
      'are then compared with those that hosts have today (always), or not at all (never).',
    choice(['live', 'always', 'never'] as const, 'live'),
  ),
  wait_ms: key(
    'How long the start may wait for the answers, in milliseconds. What has not been resolved has no address.',
    integer(1000, 0, 60_000),
    { restart: true },
  ),
});

export const LIMITS = section({
  memory_mb: key(
    'Megabytes of memory that Lanner may use for itself, beside the buffers that it shares with the kernel. Near them ' +
      'things are given up one after the other, what matters least first: docs/service.md. 0 for no limit; absent, ' +
      'three quarters of what the control group may use, if that is limited.',
    optional(integer(0, 0, 1_000_000)),
  ),
});

export const FALCO_LIBS = section({
  thread_table_size: key('Threads that the model keeps.', integer(262_144, 1, Number.MAX_SAFE_INTEGER)),
  thread_table_auto_purging_interval_s: key(
    'How often threads whose end was missed are looked for, in seconds.',
    integer(300, 1, Number.MAX_SAFE_INTEGER),
  ),
  thread_table_auto_purging_thread_timeout_s: key(
    'How long such a thread may be unseen, in seconds.',
    integer(300, 1, Number.MAX_SAFE_INTEGER),
  ),
  snaplen: key(
    'Bytes that are kept of data which is read or written; 0 for 80, and no more than 4095 are kept.',
    integer(80, 0, 65_535),
    { falco: 'absent 0, which is 80' },
  ),
});
