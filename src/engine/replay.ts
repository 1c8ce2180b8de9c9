/** Replay from beginning to end: the events of a capture through model, rules and outputs. */
import process from 'node:process';
import { EvidenceBudget } from '../alerts/evidence-budget.ts';
import type { AlertSummary } from '../alerts/summary.ts';
import type { Config } from '../config/schema.ts';
import { toText } from '../events/bytes.ts';
import type { MatcherProfile } from '../matcher/profile.ts';
import type { CheckedRuleSet } from '../rules/checked.ts';
import { CaptureError } from '../sources/capture/error.ts';
import { type CaptureSource, openCapture } from '../sources/capture/source.ts';
import type { EventSource } from '../sources/source.ts';
import { HostNames } from '../system/host-names.ts';
import { AlertRecordings } from './alert-recordings.ts';
import { askedHosts } from './asked-hosts.ts';
import { isAuditLog, replayAuditLog } from './audit-replay.ts';
import { type CapturedSystem, openCapturedSystem } from './captured-system.ts';
import { Engine, type EventObserver } from './engine.ts';
import { makeJudge } from './judge.ts';
import { type OutputSet, openOutputs, outputFailure } from './outputs.ts';
import type { AlertTarget, StoreChoice } from './wanted-outputs.ts';

/** Bytes of alerts that may wait for a slow reader before the replay waits for it: a file can wait, events cannot be lost. */
const MAX_WAITING = 4 * 1024 * 1024;

/** Milliseconds of a timer that never fires: the time of events decides how long an alert of a recording waits. */
const END_OF_TIME = 2 ** 31 - 1;

export interface ReplayOptions {
  readonly config: Config;
  readonly ruleSet: CheckedRuleSet;
  /** Path of the capture, which may be a pipe, or of an audit log or a folder of such logs. */
  readonly file: string;
  /** Where alerts go instead of standard output. */
  readonly alertsTo?: AlertTarget;
  /** See every event that the rules are asked about. */
  readonly observers?: readonly EventObserver[];
  /** Whether alerts are kept; without it they are not. */
  readonly store?: StoreChoice | undefined;
  /** Ends the replay after the event at work. */
  readonly stop: AbortSignal;
  /** Takes lines for people: what goes wrong on the way. */
  readonly log: (line: string) => void;
  /** Called when the capture has been opened. */
  readonly onReady?: (replaying: Replaying) => void;
}

/** What can be asked and done while a replay goes on. */
export interface Replaying {
  /** How far the replay has come. */
  readonly progress: () => ReplayProgress;
  /** Opens files of outputs anew. */
  readonly reopenOutputs: () => void;
}

export interface ReplayProgress {
  readonly events: number;
  /** Bytes of the file read so far, and its size; undefined for a pipe. */
  readonly bytes: number;
  readonly size: number | undefined;
}

export interface ReplaySummary {
  /** Events that the capture held, those that only tell of the machine included. */
  readonly events: number;
  readonly alerts: AlertSummary;
  /** Alerts that an output did not write. */
  readonly alertsDropped: number;
  /** Events that the engine could not judge to the end. */
  readonly failed: number;
  /** What the rules have cost. */
  readonly profile: MatcherProfile | undefined;
  /** What ended the replay before the end of the file, after all events before it were judged. */
  readonly damage: CaptureError | undefined;
}

/**
 * Judges all events of a capture, or of an audit log. Rejects with a {@link CaptureError} when the file is no capture, and when
 * an output cannot be opened.
 */
export async function replay(options: ReplayOptions): Promise<ReplaySummary> {
  if (isAuditLog(options.file)) {
    const more = { hostname: hostnameOfAlerts(), maxWaiting: MAX_WAITING };
    return withOutputs(options, (outputs, stop) => replayAuditLog(outputs, stop, { ...options, ...more }));
  }
  const capture = await openCapture(options.file);
  try {
    return await withOutputs(options, (outputs, stop) => replayCapture(capture, outputs, stop, options));
  } finally {
    capture.close();
  }
}

/** Opens the outputs for `work`, which is to stop when nobody reads them any more. */
async function withOutputs<T>(
  { config, log, stop, store, alertsTo }: ReplayOptions,
  work: (outputs: OutputSet, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const gone = new AbortController();
  const outputs = openOutputs(
    config,
    alertsTo,
    {
      log,
      onFailure(output, error) {
        // Whoever read the alerts has gone.
        if (error.code === 'EPIPE') gone.abort();
        else log(outputFailure(output, error));
      },
    },
    store,
  );
  try {
    return await work(outputs, AbortSignal.any([stop, gone.signal]));
  } finally {
    await outputs.close();
  }
}

async function replayCapture(
  capture: CaptureSource,
  outputs: OutputSet,
  stop: AbortSignal,
  { config, ruleSet, log, onReady, observers = [] }: ReplayOptions,
): Promise<ReplaySummary> {
  const waitMs = config.container_engines.wait_ms;
  const hosts = new HostNames({
    onFailure: (name, error) => log(`the host ${toText(name)} in the rules is not known: ${String(error)}`),
  });
  // The network is asked only where that is wanted: a capture may be of long ago, and of somebody else.
  if (config.host_names.resolve === 'always') hosts.ask(askedHosts(ruleSet));
  // Events of a file wait: all that can be known of the names is known then.
  await hosts.settled();
  const captured = openCapturedSystem({ recording: capture.recording, waitMs, hosts });
  const { system } = captured;
  const stopped = aborted(stop);
  const captures = config.capture.enabled
    ? new AlertRecordings({
        settings: config.capture,
        system,
        containers: captured.containers,
        log,
        alert: (alert) => outputs.write(alert),
      })
    : undefined;
  const engine = new Engine({
    source: withState(capture, captured, () => {
      if (outputs.waiting > MAX_WAITING) capture.pause(Promise.race([outputs.flush(), stopped]));
    }),
    system,
    observers: captures ? [captures, ...observers] : observers,
    judge: makeJudge(
      { config, ruleSet },
      {
        sources: [capture.name, 'k8s_audit'],
        hostname: hostnameOfAlerts(),
        asFalco: !capture.recording,
      },
    ),
    outputs,
    evidence: new EvidenceBudget(false),
    ...(capture.recording ? { containers: captured.containers, waitMs: END_OF_TIME } : {}),
    onFailure: (error) => log(`an event could not be judged, which is a fault in Lanner: ${String(error)}`),
  });
  if (stop.aborted) capture.stop();
  else stop.addEventListener('abort', () => capture.stop(), { once: true });
  onReady?.({
    progress: () => ({ events: capture.statistics.delivered, ...capture.progress }),
    reopenOutputs: () => outputs.reopen(),
  });
  let damage: CaptureError | undefined;
  try {
    // A pipe that has nothing to read would keep us waiting for its writer.
    await Promise.race([engine.run(), stopped]);
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    damage = error;
  }
  hosts.close();
  await captures?.close();
  await Promise.race([outputs.flush(), stopped]);
  await outputs.close();
  return {
    events: capture.statistics.delivered,
    alerts: engine.alerts,
    alertsDropped: outputs.dropped,
    failed: engine.failed,
    profile: engine.profile,
    damage,
  };
}

/** The capture as a source whose state goes into the model; `judged` is called after every event. */
function withState(
  capture: CaptureSource,
  { containers, state, notice }: CapturedSystem,
  judged: () => void,
): EventSource {
  return {
    name: capture.name,
    async run(sink) {
      try {
        await capture.run((event) => {
          notice(event);
          sink(event);
          judged();
        }, state);
      } finally {
        containers.end();
      }
    },
    stop: () => capture.stop(),
    close: () => capture.close(),
    get statistics() {
      return capture.statistics;
    },
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) done();
    else signal.addEventListener('abort', () => done(), { once: true });
  });
}

/** As in Falco the environment may name the machine in alerts; otherwise the capture tells. */
function hostnameOfAlerts(): string | undefined {
  return process.env.FALCO_HOSTNAME || process.env.LANNER_HOSTNAME || undefined;
}
