/** Keeps the audit events themselves: in a log of their own, and with receivers that search and archive them. */
import { hash } from 'node:crypto';
import type { RuleAlert } from '../alerts/alert.ts';
import type { Config } from '../config/schema.ts';
import type { EventCursor } from '../events/cursor.ts';
import { isAuditEvent, PLUGIN_DATA } from '../events/plugin-event.ts';
import type { Output, OutputMessage } from '../outputs/output.ts';
import { AUDIT_SOURCE } from './audit.ts';
import type { EventObserver } from './engine.ts';
import { type OutputCounts, outputFailure } from './outputs.ts';
import { openReceiver, wantedFile } from './wanted-outputs.ts';

type Settings = Config['kubernetes']['audit']['keep'];

/** What receivers route and count by, where alerts have their rule. */
const RULE = 'Kubernetes audit event';

/** `undefined` when none are to be kept. Throws when an output cannot be opened. */
export function openKeeper(
  config: Config,
  hostname: string,
  log: (line: string) => void,
): AuditKeeper | undefined {
  const { keep } = config.kubernetes.audit;
  const outputs = openOutputsOf(keep, config, log);
  return outputs.length === 0 ? undefined : new AuditKeeper(outputs, keep.stages, hostname);
}

function openOutputsOf({ file, receivers }: Settings, config: Config, log: (line: string) => void): Output[] {
  const onFailure = (output: Output, error: NodeJS.ErrnoException): void => log(outputFailure(output, error));
  const opened: Output[] = [];
  try {
    if (file.filename !== '')
      opened.push(wantedFile({ ...file, keep_alive: true, rotate: file }).open({ log, onFailure }));
    for (const settings of receivers) opened.push(openReceiver(settings, config, log, 'audit-'));
    return opened;
  } catch (error) {
    for (const output of opened) void output.close();
    throw new Error(`kubernetes.audit.keep: ${(error as Error).message}`);
  }
}

export class AuditKeeper implements EventObserver {
  readonly #outputs: readonly Output[];
  readonly #stages: ReadonlySet<string>;
  readonly #hostname: string;

  /** Keeps events of these stages; without any, of all. */
  constructor(outputs: readonly Output[], stages: readonly string[], hostname: string) {
    this.#outputs = outputs;
    this.#stages = new Set(stages);
    this.#hostname = hostname;
  }

  judged(event: EventCursor): void {
    if (!isAuditEvent(event)) return;
    const { stage, auditID } = (event.json(PLUGIN_DATA) ?? {}) as { stage?: unknown; auditID?: unknown };
    if (this.#stages.size > 0 && !this.#stages.has(String(stage))) return;
    const json = event.raw(PLUGIN_DATA) ?? Buffer.alloc(0);
    const message: OutputMessage = {
      alert: this.#record(event.wallTime),
      line: json.toString('utf8'),
      // The same from all API servers, and however often it is sent. Who asks can choose the audit id (the header
      // Audit-ID): without what the event says, one request could take the place of another.
      id: `${`${auditID}-${stage}`.slice(0, 200)}-${hash('sha256', json).slice(0, 32)}`,
    };
    for (const output of this.#outputs) output.write(message);
  }

  /** Outputs are made for alerts: this is what an event has of one. */
  #record(time: bigint): RuleAlert {
    return {
      ...{ kind: 'rule', rule: RULE, priority: 'Informational', source: AUDIT_SOURCE },
      ...{ tags: [], time, hostname: this.#hostname, message: RULE, fields: [] },
    };
  }

  reopen(): void {
    for (const output of this.#outputs) output.reopen();
  }

  counts(): readonly Pick<OutputCounts, 'name' | 'written' | 'dropped'>[] {
    return this.#outputs.map(({ name, statistics }) => ({ name, ...statistics }));
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await Promise.all(this.#outputs.map((output) => output.close()));
  }
}
