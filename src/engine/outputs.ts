/** The outputs that the configuration asks for, as one. */
import type { Alert } from '../alerts/alert.ts';
import { alertId } from '../alerts/alert-id.ts';
import { formatEcs } from '../alerts/ecs.ts';
import { type FormatOptions, formatJson, formatText } from '../alerts/format.ts';
import { formatOcsf } from '../alerts/ocsf.ts';
import type { AlertFormat } from '../config/receiver-settings.ts';
import type { Config } from '../config/schema.ts';
import { isGone } from '../outputs/line-queue.ts';
import type { Output, OutputMessage, OutputStatistics } from '../outputs/output.ts';
import { StoreOutput } from '../store/store-output.ts';
import { TokenBucket } from '../system/token-bucket.ts';
import {
  type AlertTarget,
  type OutputHelp,
  type StoreChoice,
  type Wanted,
  wantedOutputs,
} from './wanted-outputs.ts';

/**
 * Opens the outputs. `target` takes the place of standard output; a function takes the place of all. Alerts are kept
 * as `store` says. Throws when one cannot be opened.
 */
export function openOutputs(
  config: Config,
  target: AlertTarget | undefined,
  help: OutputHelp,
  store?: StoreChoice,
): OutputSet {
  const set = new OutputSet((next) => wantedOutputs(next, target, store), help);
  set.configure(config);
  return set;
}

/** What there is to say of an output that fails, in a line for people. */
export function outputFailure({ name }: Output, { message, code }: NodeJS.ErrnoException): string {
  const isLost = isGone(code) || code === 'ENOBUFS';
  return `${name}: ${message}: ${isLost ? 'alerts are being lost' : 'alerts wait for it, up to 16 MB'}`;
}

/** Hands every alert to every output, in the order in which alerts come. */
export class OutputSet {
  readonly #wanted: (config: Config) => readonly Wanted[];
  readonly #help: OutputHelp;
  #outputs: ReadonlyMap<string, Output> = new Map();
  /** The same outputs with what each of them is to get. */
  #routes: readonly Route[] = [];
  #lines: LineFormats = lineFormats(undefined);
  /** Outputs that were replaced, and still write what they had taken. */
  readonly #leaving = new Set<Output>();
  #droppedBefore = 0;
  /** Alerts that may wait for each output; 0 for any number. */
  #capacity = 0;
  #keepsEvidence = false;
  /** Bytes that may wait for each output, where memory is short. */
  #mostBytes = Number.POSITIVE_INFINITY;
  /** Alerts that did not fit, by output. */
  readonly #leftOut = new Map<string, number>();
  readonly #mayTell = new TokenBucket(1 / 60, 1, () => performance.now());

  /** Without outputs until it is configured. */
  constructor(wanted: (config: Config) => readonly Wanted[], help: OutputHelp) {
    this.#wanted = wanted;
    this.#help = help;
  }

  /**
   * Has the outputs that a configuration wants. Those that it wants as they were stay open; the others write what
   * they had taken and are closed. Throws when one cannot be opened: everything then stays as it was.
   */
  configure(config: Config): void {
    const next = new Map<string, Output>();
    const routes: Route[] = [];
    try {
      for (const wanted of this.#wanted(config)) {
        const { key, open, accepts } = wanted;
        if (next.has(key)) continue;
        const output = this.#outputs.get(key) ?? open(this.#help);
        next.set(key, output);
        routes.push({ output, accepts, format: wanted.format ?? (config.json_output ? 'json' : 'text') });
      }
    } catch (error) {
      for (const [key, output] of next) if (this.#outputs.get(key) !== output) void output.close();
      throw error;
    }
    const before = this.#outputs;
    this.#outputs = next;
    this.#routes = routes;
    this.#keepsEvidence = routes.some(({ output }) => output instanceof StoreOutput);
    this.#lines = lineFormats(config);
    this.#capacity = config.outputs_queue.capacity;
    for (const [key, output] of before) if (next.get(key) !== output) void this.#retire(output);
  }

  write(alert: Alert): void {
    const messages = new Map<AlertFormat, OutputMessage>();
    for (const { output, accepts, format } of this.#routes) {
      if (accepts !== undefined && !accepts(alert)) continue;
      let message = messages.get(format);
      if (message === undefined) {
        message = new Message(alert, this.#lines[format]);
        messages.set(format, message);
      }
      if (this.#capacity > 0 && output.queued >= this.#capacity)
        this.#leaveOut(output, `${this.#capacity} alerts wait, which is outputs_queue.capacity`);
      else if (output.waiting >= this.#mostBytes)
        this.#leaveOut(output, 'more than 1 MB waits while memory is short');
      else output.write(message);
    }
  }

  /**
   * Lets no more bytes than these wait for each output, beside the limits of its own, and drops the newest beyond;
   * `undefined` for no more limits.
   */
  limitWaiting(bytes: number | undefined): void {
    this.#mostBytes = bytes ?? Number.POSITIVE_INFINITY;
    if (bytes !== undefined) for (const output of this.#all) output.shed?.(bytes);
  }

  /** More waits than may: the newest is left out, as in Falco. */
  #leaveOut({ name }: Output, why: string): void {
    this.#leftOut.set(name, (this.#leftOut.get(name) ?? 0) + 1);
    if (this.#mayTell.take()) this.#help.log(`${name}: ${why}: more are left out, and counted`);
  }

  /** Whether an output keeps the evidence of alerts. */
  get keepsEvidence(): boolean {
    return this.#keepsEvidence;
  }

  /** Whether there is one output and no other, but for the store, which is there to be read later. */
  get isSingle(): boolean {
    return (
      this.#outputs
        .values()
        .filter((output) => !(output instanceof StoreOutput))
        .toArray().length === 1
    );
  }

  reopen(): void {
    for (const output of this.#outputs.values()) output.reopen();
  }

  /** Bytes that wait, of the output that is furthest behind. */
  get waiting(): number {
    return this.#all.reduce((most, { waiting }) => Math.max(most, waiting), 0);
  }

  /** Ends when everything that waits has been written, however long that takes. */
  async flush(): Promise<void> {
    await Promise.all(this.#all.map((output) => output.flush()));
  }

  /** Alerts that did not fit `outputs_queue`, by the name of the output. */
  get leftOut(): ReadonlyMap<string, number> {
    return this.#leftOut;
  }

  /** What each output has counted, those that are leaving included, and the bytes that wait in it. */
  counts(): readonly OutputCounts[] {
    return this.#all.map((output) => {
      const { name, waiting, queued, retries, undelivered, statistics } = output;
      const { removed, trouble, isFailing, setAside } = output;
      return {
        ...{ name, waiting, queued, retries, undelivered, removed, trouble, isFailing, setAside },
        written: statistics.written,
        dropped: statistics.dropped,
      };
    });
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map((output) => output.close()));
  }

  /** Alerts that an output did not write, summed over the outputs. */
  get dropped(): number {
    const leftOut = this.#leftOut.values().reduce((sum, count) => sum + count, 0);
    return this.#all.reduce((sum, output) => sum + output.statistics.dropped, this.#droppedBefore + leftOut);
  }

  get #all(): readonly Output[] {
    return [...this.#outputs.values(), ...this.#leaving];
  }

  /** However long it takes: only the end of the program may cut it short. */
  async #retire(output: Output): Promise<void> {
    this.#leaving.add(output);
    await output.flush();
    await output.close();
    this.#leaving.delete(output);
    this.#droppedBefore += output.statistics.dropped;
  }
}

/** Of one output. */
export interface OutputCounts extends OutputStatistics {
  readonly name: string;
  /** In bytes, and in messages. */
  readonly waiting: number;
  readonly queued: number;
  readonly retries: number | undefined;
  readonly undelivered: number | undefined;
  readonly removed?: number | undefined;
  /** See {@link Output}. */
  readonly trouble?: string | undefined;
  readonly isFailing?: boolean | undefined;
  readonly setAside?: number | undefined;
}

interface Route extends Pick<Wanted, 'accepts'> {
  readonly output: Output;
  readonly format: AlertFormat;
}

/** Made once for all outputs of a format. */
class Message implements OutputMessage {
  readonly alert: Alert;
  readonly #format: (alert: Alert) => string;
  #line: string | undefined;
  #id: string | undefined;

  constructor(alert: Alert, format: (alert: Alert) => string) {
    this.alert = alert;
    this.#format = format;
  }

  /** Made for those who ask. */
  get line(): string {
    this.#line ??= this.#format(this.alert);
    return this.#line;
  }

  /** Made for those who ask. */
  get id(): string {
    this.#id ??= alertId(this.alert);
    return this.#id;
  }
}

type LineFormats = Readonly<Record<AlertFormat, (alert: Alert) => string>>;

function lineFormats(config: Config | undefined): LineFormats {
  const options: FormatOptions = {
    timeFormatIso8601: config?.time_format_iso_8601 ?? false,
    jsonIncludeOutputProperty: config?.json_include_output_property ?? true,
    jsonIncludeMessageProperty: config?.json_include_message_property ?? false,
    jsonIncludeOutputFieldsProperty: config?.json_include_output_fields_property ?? true,
    jsonIncludeTagsProperty: config?.json_include_tags_property ?? true,
  };
  return {
    text: (alert) => formatText(alert, options),
    json: (alert) => formatJson(alert, options),
    ecs: formatEcs,
    ocsf: formatOcsf,
  };
}
