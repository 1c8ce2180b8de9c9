/** The outputs that the configuration asks for, as one. */
import type { Alert } from '../alerts/alert.ts';
import { type FormatOptions, formatJson, formatText } from '../alerts/format.ts';
import type { Config } from '../config/schema.ts';
import { FileOutput } from '../outputs/file.ts';
import { FunctionOutput } from '../outputs/function.ts';
import { isJournal, JournalOutput } from '../outputs/journal.ts';
import { isGone } from '../outputs/line-queue.ts';
import type { Output, OutputFailure } from '../outputs/output.ts';
import { StandardOutput } from '../outputs/standard.ts';

/** A standard stream, the path of a file, or a function of this program. */
export type AlertTarget =
  | 'stdout'
  | 'stderr'
  | { readonly file: string }
  | { readonly take: (alert: Alert) => void };

/** An output that is wanted. */
interface Wanted {
  /** What it is, with all its settings: an output of the same key need not be opened anew. */
  readonly key: string;
  readonly open: (onFailure: OutputFailure) => Output;
}

/**
 * Opens the outputs. `target` takes the place of standard output; a function takes the place of all. Throws when a file cannot be opened.
 */
export function openOutputs(
  config: Config,
  target: AlertTarget | undefined,
  onFailure: OutputFailure,
): OutputSet {
  const set = new OutputSet((next) => wantedOutputs(next, target), onFailure);
  set.configure(config);
  return set;
}

function wantedOutputs(config: Config, target: AlertTarget | undefined): Wanted[] {
  const { stdout_output, journal_output, file_output } = config;
  if (typeof target === 'object' && 'take' in target) return [wantedTarget(target)];
  const wanted: Wanted[] = [];
  if (target !== undefined) wanted.push(wantedTarget(target));
  else if (stdout_output.enabled) wanted.push(isJournal(1) ? JOURNAL : wantedTarget('stdout'));
  if (journal_output.enabled && !wanted.includes(JOURNAL)) wanted.push(JOURNAL);
  if (file_output.enabled) {
    const { filename: path, keep_alive: keepAlive } = file_output;
    wanted.push({
      key: `file ${keepAlive} ${path}`,
      open: (onFailure) => new FileOutput({ path, keepAlive }, onFailure),
    });
  }
  return wanted;
}

const JOURNAL: Wanted = { key: 'journal', open: (onFailure) => new JournalOutput(onFailure) };

function wantedTarget(target: AlertTarget): Wanted {
  if (typeof target === 'string')
    return { key: target, open: (onFailure) => new StandardOutput(target, onFailure) };
  if ('take' in target) return { key: 'function', open: () => new FunctionOutput(target.take) };
  return {
    key: `file true ${target.file}`,
    open: (onFailure) => new FileOutput({ path: target.file, keepAlive: true }, onFailure),
  };
}

function lineFormat(config: Config): (alert: Alert) => string {
  const options: FormatOptions = {
    timeFormatIso8601: config.time_format_iso_8601,
    jsonIncludeOutputProperty: config.json_include_output_property,
    jsonIncludeMessageProperty: config.json_include_message_property,
    jsonIncludeOutputFieldsProperty: config.json_include_output_fields_property,
    jsonIncludeTagsProperty: config.json_include_tags_property,
  };
  const format = config.json_output ? formatJson : formatText;
  return (alert) => format(alert, options);
}

/** What there is to say of an output that fails, in a line for people. */
export function outputFailure({ name }: Output, { message, code }: NodeJS.ErrnoException): string {
  const isLost = isGone(code) || code === 'ENOBUFS';
  return `${name}: ${message}: ${isLost ? 'alerts are being lost' : 'alerts wait for it, up to 16 MB'}`;
}

/** Hands every alert to every output, in the order in which alerts come. */
export class OutputSet {
  readonly #wanted: (config: Config) => readonly Wanted[];
  readonly #onFailure: OutputFailure;
  #outputs: ReadonlyMap<string, Output> = new Map();
  #format: (alert: Alert) => string = () => '';
  /** Outputs that were replaced, and still write what they had taken. */
  readonly #leaving = new Set<Output>();
  #droppedBefore = 0;

  /** Without outputs until it is configured. */
  constructor(wanted: (config: Config) => readonly Wanted[], onFailure: OutputFailure) {
    this.#wanted = wanted;
    this.#onFailure = onFailure;
  }

  /**
   * Has the outputs that a configuration wants. Those that it wants as they were stay open; the others write what
   * they had taken and are closed. Throws when one cannot be opened: everything then stays as it was.
   */
  configure(config: Config): void {
    const next = new Map<string, Output>();
    try {
      for (const { key, open } of this.#wanted(config)) {
        if (!next.has(key)) next.set(key, this.#outputs.get(key) ?? open(this.#onFailure));
      }
    } catch (error) {
      for (const [key, output] of next) if (this.#outputs.get(key) !== output) void output.close();
      throw error;
    }
    const before = this.#outputs;
    this.#outputs = next;
    this.#format = lineFormat(config);
    for (const [key, output] of before) if (next.get(key) !== output) void this.#retire(output);
  }

  write(alert: Alert): void {
    const message = { alert, line: this.#format(alert) };
    for (const output of this.#outputs.values()) output.write(message);
  }

  /** Whether there is one output and no other. */
  get isSingle(): boolean {
    return this.#outputs.size === 1;
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

  /** Writes what waits. */
  async close(): Promise<void> {
    await Promise.all(this.#all.map((output) => output.close()));
  }

  /** Alerts that an output did not write, summed over the outputs. */
  get dropped(): number {
    return this.#all.reduce((sum, output) => sum + output.statistics.dropped, this.#droppedBefore);
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
