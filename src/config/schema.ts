/**
 * The configuration: every key with its default, named as in falco.yaml, so that one name leads from a
 * user's file to the code. Defaults are those of the falco.yaml that Falco ships, where nothing else is said.
 */
import { PRIORITIES } from '../rules/checked.ts';
import { CAPTURE } from './capture-settings.ts';
import { OUTPUT_ADDITION, RULE_SELECTION } from './rule-settings.ts';
import {
  choice,
  decimal,
  entries,
  flag,
  integer,
  LATER,
  list,
  section,
  text,
  type ValueOf,
} from './shape.ts';

const ENGINES = ['modern_ebpf', 'kmod', 'replay', 'nodriver'] as const;
const RULE_MATCHING = ['first', 'all'] as const;
const DROP_ACTIONS = ['ignore', 'log', 'alert', 'exit'] as const;

export const SCHEMA = section({
  /** Files and directories; those that are not there are passed over. */
  rules_files: list(text(''), []),
  /** Old name of `rules_files`. */
  rule_files: list(text(''), []),
  /** Rules less severe than this are loaded but never asked. */
  priority: choice(PRIORITIES, 'Debug', { info: 'Informational' }),
  /** Whether an event stops at the first rule that it matches. */
  rule_matching: choice(RULE_MATCHING, 'first'),
  /** Turns rules on and off, in order; later entries win. */
  rules: list(RULE_SELECTION, []),
  /**
   * What outputs get beside what the rule says. Falco ships one entry with `suggested_output`; Lanner's
   * rules say themselves which container an event comes from.
   */
  append_output: list(OUTPUT_ADDITION, []),
  /** Fields `static.NAME` that have the same text in every event. */
  static_fields: entries(text('')),

  json_output: flag(false),
  json_include_output_property: flag(true),
  json_include_message_property: flag(false),
  json_include_output_fields_property: flag(true),
  json_include_tags_property: flag(true),
  time_format_iso_8601: flag(false),
  /** Taken, and without effect: every line is written at once, lines that wait are written together. */
  buffered_outputs: flag(false),

  stdout_output: section({ enabled: flag(true) }),
  file_output: section({
    enabled: flag(false),
    /** Keep the file open; otherwise it is opened for each write, so that it can be moved away. */
    keep_alive: flag(false),
    filename: text('./events.txt'),
  }),

  engine: section({
    kind: choice(ENGINES, 'modern_ebpf'),
    modern_ebpf: section({
      /** 1 to 10: 1, 2, 4, 8, 16 … 512 MB per buffer. */
      buf_size_preset: integer(4, 1, 10),
      cpus_for_each_buffer: LATER,
      drop_failed_exit: LATER,
      disable_iterators: LATER,
    }),
    kmod: LATER,
    replay: section({
      /** Capture to replay; Falco has no other key for it. */
      capture_file: text(''),
    }),
  }),

  /**
   * Where container engines are asked about containers. Keys and sockets as in the `init_config` of Falco's
   * container plugin; a socket that is not there is passed over, and `*` in a path stands for any name.
   */
  container_engines: section({
    docker: engineSockets(['/var/run/docker.sock']),
    podman: engineSockets(['/run/podman/podman.sock', '/run/user/*/podman/podman.sock']),
    cri: engineSockets([
      '/run/containerd/containerd.sock',
      '/run/crio/crio.sock',
      '/run/k3s/containerd/containerd.sock',
      '/run/host-containerd/containerd.sock',
    ]),
    containerd: engineSockets(['/run/containerd/containerd.sock', '/run/host-containerd/containerd.sock']),
    /** Values of labels that are longer, in bytes, are left out. */
    label_max_len: integer(100, 0, 65_536),
    /** How long an alert may wait for the engine's answer, in milliseconds. */
    wait_ms: integer(500, 0, 60_000),
  }),

  /**
   * What to do when events are lost: when more than `threshold` of a second's events are. Falco ships 0.1;
   * Lanner tells of every loss unless it is asked not to.
   */
  syscall_event_drops: section({
    threshold: decimal(0, 0, 1),
    actions: list(choice(DROP_ACTIONS, 'alert'), ['log', 'alert']),
    /** Actions per second, and how many at once after a quiet time. */
    rate: decimal(0.03333, 0, Number.MAX_SAFE_INTEGER),
    max_burst: decimal(1, 0, Number.MAX_SAFE_INTEGER),
    simulate_drops: LATER,
  }),

  /** Recording of what surrounds an alert. */
  capture: CAPTURE,

  base_syscalls: LATER,
  buffer_format_base64: LATER,
  config_files: LATER,
  falco_libs: LATER,
  http_output: LATER,
  libs_logger: LATER,
  load_plugins: LATER,
  log_level: LATER,
  log_stderr: LATER,
  log_syslog: LATER,
  metrics: LATER,
  output_timeout: LATER,
  outputs_queue: LATER,
  plugins: LATER,
  plugins_hostinfo: LATER,
  program_output: LATER,
  syscall_event_timeouts: LATER,
  syslog_output: LATER,
  watch_config_files: LATER,
  webserver: LATER,
});

function engineSockets(sockets: readonly string[]) {
  return section({ enabled: flag(true), sockets: list(text(''), sockets) });
}

export type Config = ValueOf<typeof SCHEMA>;
