/** What is said of the program and its machine beside counts: versions, times, names, and the files in use. */
import os from 'node:os';
import type { Metric, Sample } from '../../metrics/metric.ts';

/** A file that Lanner has loaded. */
export interface LoadedFile {
  readonly kind: 'rules' | 'config';
  /** Without its folder. */
  readonly name: string;
  /** In hexadecimal. */
  readonly sha256: string;
}

/** What metrics say of the program; nothing of it is counted. */
export interface About {
  readonly version: string;
  readonly files: readonly LoadedFile[];
}

/** What is known from the start to the end of a run. Times are nanoseconds since the epoch. */
export interface RunFacts {
  readonly source: string;
  readonly hostname: string;
  readonly bootTime: bigint;
  readonly startTime: bigint;
  /** Of the last reload; of the start before the first one. */
  readonly reloadTime: () => bigint;
  /** Whole seconds since the start, whatever happens to the machine's clock. */
  readonly duration: () => number;
  readonly about: () => About;
}

/** As Falco names the engine that Lanner takes the place of. */
export const ENGINE_NAME = 'modern_bpf';

export function aboutMetrics(facts: RunFacts): Metric[] {
  return [
    info('falcosecurity_evt_hostname_info', 'The machine.', () => [{ hostname: facts.hostname }]),
    info('falcosecurity_falco_kernel_release_info', 'The kernel.', () => [{ kernel_release: os.release() }]),
    info('falcosecurity_falco_version_info', 'The version of Lanner.', () => [
      { version: facts.about().version },
    ]),
    info('falcosecurity_scap_engine_name_info', 'Where events come from.', () => [
      { engine_name: ENGINE_NAME, evt_source: facts.source },
    ]),
    ...(['rules', 'config'] as const).map((kind) =>
      info(`falcosecurity_falco_sha256_${kind}_files_info`, 'Files in use.', () =>
        facts
          .about()
          .files.filter((file) => file.kind === kind)
          .map(({ name, sha256 }) => ({ file_name: name, sha256 })),
      ),
    ),
    time('start', 'When Lanner started.', () => facts.startTime),
    time('host_boot', 'When the machine started.', () => facts.bootTime),
    time('reload', 'When rules and configuration were loaded.', facts.reloadTime),
    {
      name: 'falcosecurity_falco_duration_seconds_total',
      help: 'Since the start of Lanner.',
      type: 'counter',
      key: 'falco.duration_sec',
      isKept: true,
      read: facts.duration,
    },
    {
      name: 'falcosecurity_falco_host_num_cpus_total',
      help: 'CPUs of the machine.',
      type: 'untyped',
      key: 'falco.host_num_cpus',
      isKept: true,
      read: () => os.cpus().length,
    },
  ];
}

/** What snapshots say in texts, and times that numbers of JavaScript do not hold. */
export function snapshotFacts(facts: RunFacts, now: bigint): Record<string, string | bigint> {
  const { version, files } = facts.about();
  return {
    'evt.time': now,
    'evt.hostname': facts.hostname,
    'evt.source': facts.source,
    'falco.version': version,
    'falco.kernel_release': os.release(),
    'falco.start_ts': facts.startTime,
    'falco.host_boot_ts': facts.bootTime,
    'falco.reload_ts': facts.reloadTime(),
    'scap.engine_name': ENGINE_NAME,
    ...Object.fromEntries(
      files.map(({ kind, name, sha256 }) => [`falco.sha256_${kind}_file.${sanitized(name)}`, sha256]),
    ),
    ...networkAddresses(),
  };
}

/**
 * As Falco makes part of a name of any text: what is neither letter, digit nor underscore becomes an underscore,
 * several become one, and none is at either end.
 */
export function sanitized(text: string): string {
  return text
    .replace(/[^a-zA-Z0-9_]/g, '_')
    .replace(/_+/g, '_')
    .replace(/^_|_$/g, '');
}

/** Addresses of all interfaces but the loopback, by interface and protocol. */
function networkAddresses(): Record<string, string> {
  const addresses: Record<string, string> = {};
  for (const [name, all = []] of Object.entries(os.networkInterfaces())) {
    if (name === 'lo') continue;
    for (const { family, address } of all) {
      const key = `falco.host_netinfo.interfaces.${name}.protocols.${family.toLowerCase()}.addresses`;
      addresses[key] = addresses[key] === undefined ? address : `${addresses[key]},${address}`;
    }
  }
  return addresses;
}

function info(name: string, help: string, labels: () => readonly Record<string, string>[]): Metric {
  const read = (): Sample[] => labels().map((each) => ({ labels: each, value: 1 }));
  return { name, help, type: 'gauge', read };
}

function time(name: string, help: string, read: () => bigint): Metric {
  return {
    name: `falcosecurity_falco_${name}_timestamp_nanoseconds`,
    help,
    type: 'gauge',
    read: () => Number(read()),
  };
}
