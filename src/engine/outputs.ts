/** The outputs that the configuration asks for, as one. */
import type { Alert } from '../alerts/alert.ts';
import { type FormatOptions, formatJson, formatText } from '../alerts/format.ts';
import type { Config } from '../config/schema.ts';
import { FileOutput } from '../outputs/file.ts';
import { FunctionOutput } from '../outputs/function.ts';
import type { Output, OutputFailure } from '../outputs/output.ts';
import { StandardOutput } from '../outputs/standard.ts';

/** A standard stream, the path of a file, or a function of this program. */
export type AlertTarget =
  | 'stdout'
  | 'stderr'
  | { readonly file: string }
  | { readonly take: (alert: Alert) => void };

/** Opens the outputs; `target` takes the place of standard output. Throws when a file cannot be opened. */
export function openOutputs(
  config: Config,
  target: AlertTarget | undefined,
  onFailure: OutputFailure,
): OutputSet {
  const outputs: Output[] = [];
  if (target !== undefined) outputs.push(openTarget(target, onFailure));
  else if (config.stdout_output.enabled) outputs.push(new StandardOutput('stdout', onFailure));
  const { enabled, filename, keep_alive } = config.file_output;
  if (enabled) outputs.push(new FileOutput({ path: filename, keepAlive: keep_alive }, onFailure));
  return new OutputSet(outputs, lineFormat(config));
}

function openTarget(target: AlertTarget, onFailure: OutputFailure): Output {
  if (typeof target === 'string') return new StandardOutput(target, onFailure);
  if ('take' in target) return new FunctionOutput(target.take);
  return new FileOutput({ path: target.file, keepAlive: true }, onFailure);
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

/** Hands every alert to every output, in the order in which alerts come. */
export class OutputSet {
  readonly #outputs: readonly Output[];
  readonly #format: (alert: Alert) => string;

  constructor(outputs: readonly Output[], format: (alert: Alert) => string) {
    this.#outputs = outputs;
    this.#format = format;
  }

  write(alert: Alert): void {
    const message = { alert, line: this.#format(alert) };
    for (const output of this.#outputs) output.write(message);
  }

  /** Whether there is one output and no other. */
  get isSingle(): boolean {
    return this.#outputs.length === 1;
  }

  reopen(): void {
    for (const output of this.#outputs) output.reopen();
  }

  /** Bytes that wait, of the output that is furthest behind. */
  get waiting(): number {
    return this.#outputs.reduce((most, { waiting }) => Math.max(most, waiting), 0);
  }

  /** Ends when everything that waits has been written, however long that takes. */
  async flush(): Promise<void> {
    await Promise.all(this.#outputs.map((output) => output.flush()));
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await Promise.all(this.#outputs.map((output) => output.close()));
  }

  /** Alerts that an output did not write, summed over the outputs. */
  get dropped(): number {
    return this.#outputs.reduce((sum, output) => sum + output.statistics.dropped, 0);
  }
}
