/** A run whose numbers are known, for tests of metrics. */
import { AlertSummary } from '../../alerts/summary.ts';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { Histogram } from '../../metrics/histogram.ts';
import type { CheckedRule } from '../../rules/checked.ts';
import type { SystemStatistics } from '../../system/system.ts';
import type { Measured } from './registry.ts';

export function metricSettings(...overrides: string[]): Config['metrics'] {
  const { config } = loadConfig({
    file: undefined,
    overrides: overrides.map((override) => `metrics.${override}`),
    environment: {},
  });
  return config.metrics;
}

const RULE = {
  ...{ name: 'Read "a" file', priority: 'Warning', source: 'syscall', tags: ['T1555', 'mitre-x'] },
} as unknown as CheckedRule;
const QUIET = { ...RULE, name: 'Quiet' };

export function measured(): Measured {
  const alerts = new AlertSummary([RULE, QUIET]);
  alerts.count(RULE);
  alerts.count(RULE);
  const latency = new Histogram([0.1]);
  latency.observe(0.05);
  const statistics = new Proxy({} as SystemStatistics, { get: (_, name) => (name === 'threads' ? 7 : 3) });
  return {
    facts: {
      ...{ source: 'syscall', hostname: 'h', bootTime: 1n, startTime: 2n },
      reloadTime: () => 3n,
      duration: () => 4,
      about: () => ({ version: '1.2.3', files: [{ kind: 'rules', name: 'a-b.yaml', sha256: 'cafe' }] }),
    },
    source: {
      statistics: {
        ...{ delivered: 90, emitted: 100, compatCalls: 0, unwatchedThreads: 0, earlyRequests: 0 },
        filtered: new Map(),
        lost: new Map([['openat', 4]]),
        lostByCategory: new Map([['open', 4]]),
      },
      losses: () => [{ event: 'openat', cause: 'full', count: 4 }],
      countsByCpu: () => [
        { emitted: 60, lost: 4 },
        { emitted: 40, lost: 0 },
      ],
    },
    model: { statistics },
    engine: {
      ...{ rules: [RULE, QUIET], alerts, failed: 0, incomplete: 1, waiting: 2 },
      heldBack: { folded: new Map([[RULE.name, 3]]), limited: new Map() },
      profile: {
        ...{ events: 50, settled: 40 },
        rules: [{ rule: RULE, evaluations: 10, matches: 2, milliseconds: 5 }],
      },
      latency: latency.counts,
    },
    outputs: {
      dropped: 1,
      leftOut: new Map([['http', 6]]),
      counts: () => [
        {
          ...{ name: 'stdout', waiting: 10, queued: 1, written: 2, dropped: 0 },
          retries: undefined,
          undelivered: undefined,
        },
        { name: 'http', waiting: 5, queued: 1, written: 1, dropped: 1, retries: 3, undelivered: 4 },
        { name: 'http', waiting: 5, queued: 1, written: 1, dropped: 0, retries: 1, undelivered: 1 },
      ],
    },
    memory: {
      guard: { ceiling: 1000, given: 1, pressure: 0.5, times: new Map([['caches', 2]]) },
      tables: () => ({ processes: 2, threads: 3, containers: 1, folds: 0, alerts: 0 }),
      recordings: { files: 3, failures: 1, forgotten: 0, bytes: 4096 },
    },
    containers: {
      statistics: { known: 2, pending: 1, found: 3, unknown: 0, failures: 1, evicted: 0 },
      withoutImage: 1,
    },
  };
}
