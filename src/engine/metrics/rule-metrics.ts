/** Metrics of rules: what they matched, and what asking them costs. */
import type { EvidenceCounts } from '../../alerts/evidence-budget.ts';
import type { AlertSummary } from '../../alerts/summary.ts';
import type { MatcherProfile, RuleCost } from '../../matcher/profile.ts';
import type { HistogramCounts, Metric, Sample } from '../../metrics/metric.ts';
import { type CheckedRule, PRIORITIES } from '../../rules/checked.ts';
import { sanitized } from './about-metrics.ts';

/** What is read of the engine. */
export interface MeasuredEngine {
  readonly rules: readonly CheckedRule[];
  readonly alerts: Pick<AlertSummary, 'total' | 'ofRule'>;
  readonly profile: MatcherProfile | undefined;
  readonly latency: HistogramCounts;
  readonly failed: number;
  readonly incomplete: number;
  readonly waiting: number;
  readonly evidence?: EvidenceCounts | undefined;
  readonly heldBack: {
    readonly folded: ReadonlyMap<string, number>;
    readonly limited: ReadonlyMap<string, number>;
  };
}

/** `rules_counters_enabled`. */
export function ruleMetrics(engine: MeasuredEngine): Metric[] {
  return [
    {
      name: 'falco_rules_matches',
      help: '',
      type: 'counter',
      key: 'falco.rules.matches_total',
      isKept: true,
      isSnapshotOnly: true,
      read: () => engine.alerts.total,
    },
    {
      name: 'falco_rules',
      help: '',
      type: 'counter',
      key: ({ rule }) => `falco.rules.${sanitized(rule ?? '')}`,
      isSnapshotOnly: true,
      read: () =>
        engine.rules.map(({ name }) => ({ labels: { rule: name }, value: engine.alerts.ofRule(name) })),
    },
    {
      name: 'falcosecurity_falco_rules_matches_total',
      help: 'Alerts of each rule that has raised any. The priority is a number, 0 the most severe.',
      type: 'counter',
      read: () => engine.rules.flatMap((rule) => matchesOf(rule, engine.alerts.ofRule(rule.name))),
    },
  ];
}

function matchesOf({ name, priority, source, tags }: CheckedRule, value: number): Sample[] {
  if (value === 0) return [];
  const labels = { priority: String(PRIORITIES.indexOf(priority)), rule_name: name, source };
  return [
    { labels: { ...labels, ...Object.fromEntries(tags.map((tag) => [tagLabel(tag), 'true'])) }, value },
  ];
}

/** Lanner's own: what the matcher is asked, how long alerts take, and what went wrong. */
export function engineMetrics(engine: MeasuredEngine): Metric[] {
  const perRule = (value: (cost: RuleCost) => number) => (): Sample[] =>
    (engine.profile?.rules ?? []).map((cost) => ({
      labels: { rule_name: cost.rule.name },
      value: value(cost),
    }));
  return [
    {
      name: 'lanner_alert_latency_seconds',
      help: 'From the event to its alert being handed to the outputs.',
      type: 'histogram',
      read: () => engine.latency,
    },
    {
      name: 'lanner_alerts_waiting',
      help: 'Alerts that wait for what a container engine has to say.',
      type: 'gauge',
      read: () => engine.waiting,
    },
    {
      name: 'lanner_alerts_folded_total',
      help: 'Alerts that were told as part of another one.',
      type: 'counter',
      read: () => byRule(engine.heldBack.folded),
    },
    {
      name: 'lanner_alerts_rate_limited_total',
      help: 'Alerts that the rate limit of their rule held back.',
      type: 'counter',
      read: () => byRule(engine.heldBack.limited),
    },
    {
      name: 'lanner_alerts_incomplete_total',
      help: 'Alerts that went out before their container was known.',
      type: 'counter',
      read: () => engine.incomplete,
    },
    {
      name: 'lanner_evidence_gathered_total',
      help: 'Alerts for the store of which evidence was gathered, all or a part of it.',
      type: 'counter',
      read: () => engine.evidence?.gathered ?? 0,
    },
    {
      name: 'lanner_evidence_missing_total',
      help: 'Such alerts without a part of their evidence, by what is missing and why.',
      type: 'counter',
      read: () => missingEvidence(engine.evidence),
    },
    {
      name: 'lanner_evidence_cut_total',
      help: 'Such alerts with evidence that was shortened, since it was large.',
      type: 'counter',
      read: () => engine.evidence?.cut ?? 0,
    },
    {
      name: 'lanner_events_failed_total',
      help: 'Events that could not be judged, which is a fault in Lanner.',
      type: 'counter',
      read: () => engine.failed,
    },
    {
      name: 'lanner_matcher_events_total',
      help: 'Events that the rules were asked about, since the rules were loaded.',
      type: 'counter',
      read: () => engine.profile?.events ?? 0,
    },
    {
      name: 'lanner_matcher_events_settled_total',
      help: 'Such events that the index settled: no condition was evaluated.',
      type: 'counter',
      read: () => engine.profile?.settled ?? 0,
    },
    {
      name: 'lanner_rule_evaluations_total',
      help: 'How often the condition of a rule was evaluated, since the rules were loaded.',
      type: 'counter',
      read: perRule(({ evaluations }) => evaluations),
    },
    {
      name: 'lanner_rule_evaluation_seconds_total',
      help: 'Time that took, estimated from a sample.',
      type: 'counter',
      read: perRule(({ milliseconds }) => milliseconds / 1000),
    },
  ];
}

function missingEvidence(counts: EvidenceCounts | undefined): Sample[] {
  if (counts === undefined) return [];
  const sample = (part: string, reason: string, value: number) => ({ labels: { part, reason }, value });
  return [
    sample('processes', 'too many alerts', counts.withoutProcesses),
    sample('condition', 'too many alerts', counts.withoutCondition),
    sample('condition', 'too large or not known', counts.withoutParts),
    sample('all', 'fault', counts.failed),
  ];
}

function byRule(counts: ReadonlyMap<string, number>): Sample[] {
  return [...counts].map(([rule_name, value]) => ({ labels: { rule_name }, value }));
}

function tagLabel(tag: string): string {
  return `tag_${tag.replace(/[^a-zA-Z0-9_]+/g, '_')}`;
}
