/** Replay of audit logs: their events through rules and outputs. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { EvidenceBudget } from '../alerts/evidence-budget.ts';
import { toText } from '../events/bytes.ts';
import { System } from '../system/system.ts';
import { AUDIT_SOURCE, openAuditLog } from './audit.ts';
import { Engine } from './engine.ts';
import { makeJudge } from './judge.ts';
import type { OutputSet } from './outputs.ts';
import type { ReplayOptions, ReplaySummary } from './replay.ts';

/** Bytes in which an audit log shows itself; blanks may come first. */
const BEGINNING = 64;

/** Whether a file is an audit log rather than a capture: a folder, or JSON. A pipe is neither looked at nor emptied. */
export function isAuditLog(file: string): boolean {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats?.isFile()) return stats?.isDirectory() ?? false;
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(BEGINNING);
    const length = readSync(descriptor, bytes, 0, BEGINNING, 0);
    return /^\s*[{[]/.test(bytes.toString('latin1', 0, length));
  } finally {
    closeSync(descriptor);
  }
}

/** `maxWaiting`: bytes of alerts that may wait for a slow reader before the log waits for it. */
export async function replayAuditLog(
  outputs: OutputSet,
  stop: AbortSignal,
  {
    config,
    ruleSet,
    file,
    log,
    onReady,
    observers = [],
    hostname,
    maxWaiting,
  }: ReplayOptions & { hostname: string | undefined; maxWaiting: number },
): Promise<ReplaySummary> {
  const system = System.open({ seed: { kind: 'none' } });
  const alert = (news: Parameters<OutputSet['write']>[0]): void => outputs.write(news);
  const { source, input } = openAuditLog(file, config, {
    log,
    alert,
    hostname: hostname ?? toText(system.hostname),
  });
  const stopped = new Promise<void>((resolve) =>
    stop.addEventListener('abort', () => resolve(), { once: true }),
  );
  const engine = new Engine({
    source: {
      name: source.name,
      run: (sink) =>
        source.run((event) => {
          sink(event);
          if (outputs.waiting > maxWaiting) source.pause(Promise.race([outputs.flush(), stopped]));
        }),
      stop: () => source.stop(),
      close: () => source.close(),
      get statistics() {
        return source.statistics;
      },
    },
    system,
    observers,
    judge: makeJudge({ config, ruleSet }, { sources: [AUDIT_SOURCE], hostname }),
    outputs,
    evidence: new EvidenceBudget(false),
    onFailure: (error) => log(`an event could not be judged, which is a fault in Lanner: ${String(error)}`),
  });
  if (stop.aborted) source.stop();
  else stop.addEventListener('abort', () => source.stop(), { once: true });
  const stats = statSync(file);
  onReady?.({
    progress: () => ({
      events: source.statistics.delivered,
      bytes: input.bytes,
      size: stats.isFile() ? stats.size : undefined,
    }),
    reopenOutputs: () => outputs.reopen(),
  });
  try {
    await engine.run();
  } finally {
    system.close();
  }
  await Promise.race([outputs.flush(), stopped]);
  await outputs.close();
  return {
    events: source.statistics.delivered,
    alerts: engine.alerts,
    alertsDropped: outputs.dropped,
    failed: engine.failed,
    profile: engine.profile,
    damage: undefined,
  };
}
