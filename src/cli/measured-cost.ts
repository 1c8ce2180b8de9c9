/** What a rule has cost a running Lanner on this machine, and how often it has fired: where somebody knows. */
import { existsSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import { openToRead } from '../store/open.ts';
import { StoreQuery } from '../store/query.ts';

/** Since the running Lanner has loaded its rules. */
export interface MeasuredCost {
  readonly evaluations: number;
  readonly seconds: number;
  /** Of the time of all rules, from 0 to 1. */
  readonly share: number;
  /** Events that the rules were asked about. */
  readonly events: number;
}

export interface TimesFired {
  readonly day: number;
  readonly all: number;
}

/** Milliseconds that a web server on this machine has to answer. */
const ANSWER_MS = 1000;
/** So long is no answer with metrics. */
const MOST_BYTES = 32 * 1024 * 1024;
const DAY_US = 86_400e6;

/** Asks the web server of the configuration, which knows the costs; `undefined` when it is not there. */
export async function measuredCost(
  rule: string,
  { webserver, metrics }: Config,
): Promise<MeasuredCost | undefined> {
  const { enabled, listen_port: port, prometheus_metrics_enabled, ssl_enabled } = webserver;
  // A certificate would have to be trusted; nothing is worth that here.
  if (!(enabled && metrics.enabled && prometheus_metrics_enabled) || ssl_enabled) return undefined;
  try {
    const address = `http://${hostOf(webserver.listen_address)}:${port}/metrics`;
    const answer = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
    const text = answer.ok ? await answer.text() : '';
    return text.length > MOST_BYTES ? undefined : costIn(text, rule);
  } catch {
    return undefined;
  }
}

/** An address to listen on that stands for all is reached by the loopback address. */
function hostOf(address: string): string {
  if (address === '' || address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return address.includes(':') ? `[${address}]` : address;
}

/** Reads the costs of a rule in text for Prometheus; `undefined` when it has none. */
export function costIn(text: string, rule: string): MeasuredCost | undefined {
  const label = rule.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  let [evaluations, seconds, all, events] = [Number.NaN, Number.NaN, 0, 0];
  for (const line of text.split('\n')) {
    const value = Number(line.slice(line.lastIndexOf(' ') + 1));
    if (line.startsWith('lanner_matcher_events_total ')) events = value;
    if (line.startsWith(`lanner_rule_evaluations_total{rule_name="${label}"} `)) evaluations = value;
    if (line.startsWith('lanner_rule_evaluation_seconds_total{')) all += value;
    if (line.startsWith(`lanner_rule_evaluation_seconds_total{rule_name="${label}"} `)) seconds = value;
  }
  if (Number.isNaN(evaluations) || Number.isNaN(seconds)) return undefined;
  return { evaluations, seconds, share: all === 0 ? 0 : seconds / all, events };
}

/** How often the rule has fired, as far as the store knows; `undefined` when there is none that can be read. */
export function timesFired(rule: string, path: string): TimesFired | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const database = openToRead(path);
    try {
      const query = new StoreQuery(database);
      // In a name, a star stands for any text: of those that fit, the counts by rule have the one that is meant.
      const count = (since?: number): number =>
        query
          .counts({ rules: [rule], since }, 'rule', Number.MAX_SAFE_INTEGER)
          .filter(({ of }) => of === rule)
          .reduce((sum, each) => sum + each.count, 0);
      return { day: count(Date.now() * 1000 - DAY_US), all: count() };
    } finally {
      database.close();
    }
  } catch {
    return undefined;
  }
}

/** For people; nothing of what nobody knows. */
export function costLines(cost: MeasuredCost | undefined, fired: TimesFired | undefined): string[] {
  const lines: string[] = [];
  if (cost !== undefined) {
    const { evaluations, seconds, share, events } = cost;
    const each = evaluations === 0 ? '' : `, ${((1e9 * seconds) / evaluations).toFixed(0)} ns each`;
    lines.push(
      `  costs     evaluated ${evaluations} times at ${events} events${each}, ${(100 * share).toFixed(1)} % of the time of all rules`,
    );
  }
  if (fired !== undefined)
    lines.push(
      `  fired     ${fired.day} times in the last 24 hours, ${fired.all} times as far as the store knows`,
    );
  return lines;
}
