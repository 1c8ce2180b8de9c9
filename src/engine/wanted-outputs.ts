/** What the configuration wants of outputs. */
import type { Alert } from '../alerts/alert.ts';
import { type AlertFilter, type AlertFormat, FILTER } from '../config/receiver-settings.ts';
import type { Config } from '../config/schema.ts';
import { FileOutput } from '../outputs/file.ts';
import { FunctionOutput } from '../outputs/function.ts';
import { isJournal, JournalOutput } from '../outputs/journal.ts';
import type { Output, OutputFailure } from '../outputs/output.ts';
import { StandardOutput } from '../outputs/standard.ts';
import { storePath } from '../store/location.ts';
import { StoreOutput } from '../store/store-output.ts';
import { alertFilter } from './alert-filter.ts';
import {
  httpTransport,
  type Log,
  localSyslog,
  openDelivery,
  programTransport,
  receiverTransport,
} from './receivers.ts';

const MEGABYTE = 1024 * 1024;
const DAY_MS = 86_400_000;

/** A standard stream, the path of a file, or a function of this program. */
export type AlertTarget =
  | 'stdout'
  | 'stderr'
  | { readonly file: string }
  | { readonly take: (alert: Alert) => void };

/**
 * Whether alerts are kept in the store: as `store.keep` says where the whole machine is watched, or something of it;
 * in any case, in the configured file or another.
 */
export type StoreChoice = 'whole' | 'part' | { readonly path: string };

/** What opening an output may need. */
export interface OutputHelp {
  readonly onFailure: OutputFailure;
  readonly log: Log;
}

/** An output that is wanted. */
export interface Wanted {
  /** What it is, with all its settings: an output of the same key need not be opened anew. */
  readonly key: string;
  /** Throws when it cannot be opened. */
  readonly open: (help: OutputHelp) => Output;
  /** Without one, as `json_output` says. */
  readonly format: AlertFormat | undefined;
  /** Whether it gets an alert; without it, it gets all. */
  readonly accepts: ((alert: Alert) => boolean) | undefined;
}

/**
 * The outputs that a configuration asks for. `target` takes the place of standard output; a function takes the place
 * of all. Without `store` nothing is kept.
 */
export function wantedOutputs(
  config: Config,
  target: AlertTarget | undefined,
  store?: StoreChoice,
): readonly Wanted[] {
  const { stdout_output, journal_output, file_output } = config;
  if (typeof target === 'object' && 'take' in target) return [select(ALL, wantedTarget(target))];
  const wanted: Wanted[] = [];
  if (target !== undefined) wanted.push(select(stdout_output, wantedTarget(target)));
  else if (stdout_output.enabled) {
    wanted.push(select(stdout_output, isJournal(1) ? JOURNAL : wantedTarget('stdout')));
  }
  if (journal_output.enabled && !wanted.some(({ key }) => key === JOURNAL.key))
    wanted.push(select(journal_output, JOURNAL));
  if (file_output.enabled) wanted.push(select(file_output, labelled('file_output', wantedFile(file_output))));
  return [...wanted, ...wantedStore(config, store), ...wantedDeliveries(config)];
}

type Channel = Pick<Wanted, 'key' | 'open'>;

/** What an output is to get. */
interface Selection {
  readonly format: AlertFormat | undefined;
  readonly filter: AlertFilter;
}

const ALL: Selection = { format: undefined, filter: FILTER.fallback };

function select({ format, filter }: Selection, channel: Channel): Wanted {
  return { ...channel, format, accepts: alertFilter(filter) };
}

const JOURNAL: Channel = { key: 'journal', open: ({ onFailure }) => new JournalOutput(onFailure) };

function wantedTarget(target: AlertTarget): Channel {
  if (typeof target === 'string')
    return { key: target, open: ({ onFailure }) => new StandardOutput(target, onFailure) };
  if ('take' in target) return { key: 'function', open: () => new FunctionOutput(target.take) };
  return labelled('alerts cannot be written', {
    key: `file true ${target.file}`,
    open: ({ onFailure }) => new FileOutput({ path: target.file, keepAlive: true }, onFailure),
  });
}

/** The same, with errors that begin with what it is to the user. */
function labelled(what: string, { key, open }: Channel): Channel {
  return {
    key,
    open(help) {
      try {
        return open(help);
      } catch (error) {
        throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
      }
    },
  };
}

/** Whether alerts are kept. */
export function isKept({ keep }: Config['store'], choice: StoreChoice): boolean {
  return typeof choice === 'object' || keep === 'always' || (keep === 'machine' && choice === 'whole');
}

function wantedStore({ store }: Config, choice: StoreChoice | undefined): Wanted[] {
  if (choice === undefined || !isKept(store, choice)) return [];
  const path = storePath(typeof choice === 'object' && choice.path !== '' ? choice.path : store.path);
  const limits = { maxAgeMs: store.max_age, maxBytes: store.max_size_mb * MEGABYTE };
  const key = `store ${JSON.stringify([path, limits])}`;
  return [
    select(ALL, { key, open: ({ onFailure, log }) => new StoreOutput({ path, ...limits, onFailure, log }) }),
  ];
}

/** A file, which may be moved aside when it is large. */
export function wantedFile({
  filename: path,
  keep_alive: keepAlive,
  rotate,
}: Pick<Config['file_output'], 'filename' | 'keep_alive' | 'rotate'>): Channel {
  const rotation = rotate && {
    maxBytes: rotate.max_size_mb * MEGABYTE,
    maxBackups: rotate.max_backups,
    maxAgeMs: rotate.max_age_days * DAY_MS,
  };
  return {
    key: `file ${keepAlive} ${path}${rotation ? ` ${JSON.stringify(rotation)}` : ''}`,
    open: ({ onFailure }) =>
      new FileOutput({ path, keepAlive, ...(rotation ? { rotation } : {}) }, onFailure),
  };
}

function wantedDeliveries(config: Config): Wanted[] {
  const { syslog_output, program_output, http_output, receivers, output_timeout: timeoutMs } = config;
  // How alerts wait is part of what the output is.
  const keyOf = (folder: string, settings: object): string =>
    JSON.stringify([folder, settings, config.delivery, timeoutMs, config.json_output]);
  const falcos = [
    { folder: 'syslog_output', settings: syslog_output, transport: localSyslog },
    { folder: 'program_output', settings: program_output, transport: () => programTransport(config) },
    { folder: 'http_output', settings: http_output, transport: (log: Log) => httpTransport(config, log) },
  ]
    .filter(({ settings }) => settings.enabled)
    .map(({ folder, settings, transport }) =>
      select(
        settings,
        labelled(folder, {
          key: keyOf(folder, settings),
          open: ({ log }) => openDelivery({ folder, transport: transport(log), timeoutMs }, config, log),
        }),
      ),
    );
  const others = receivers.map((settings) =>
    select(
      { ...settings, format: settings.format ?? 'json' },
      {
        key: keyOf(`receiver ${settings.name}`, withPlainMaps(settings)),
        open: ({ log }) => openReceiver(settings, config, log),
      },
    ),
  );
  return [...falcos, ...others];
}

/** `prefix` tells the folder of its spool from those of others of the same name. */
export function openReceiver(
  settings: Config['receivers'][number],
  config: Config,
  log: Log,
  prefix = '',
): Output {
  const { name, timeout: timeoutMs } = settings;
  try {
    const transport = receiverTransport(settings);
    return openDelivery({ folder: `${prefix}receiver-${name}`, transport, timeoutMs }, config, log);
  } catch (error) {
    throw new Error(`receiver ${name}: ${(error as Error).message}`);
  }
}

/** Settings whose JSON tells all of them: that of a Map is empty. */
function withPlainMaps(settings: object): object {
  return JSON.parse(
    JSON.stringify(settings, (_, value) => (value instanceof Map ? Object.fromEntries(value) : value)),
  );
}
