/** Which rules cost how much: counted for all, timed for a sample, cheap enough to be always on. */
import type { CheckedRule } from '../rules/checked.ts';

/** One in so many evaluations is timed: a power of two. */
const SAMPLED = 64;

/** What one rule has cost since the start. */
export interface RuleCost {
  readonly rule: CheckedRule;
  /** Events for which the index could not rule it out, so that its condition was evaluated. */
  readonly evaluations: number;
  readonly matches: number;
  /** Time of all evaluations, in milliseconds, estimated from those that were timed. */
  readonly milliseconds: number;
}

export interface MatcherProfile {
  /** Events that the matcher was asked about. */
  readonly events: number;
  /** Events for which no rule had to be evaluated. */
  readonly settled: number;
  /** Rules that were evaluated at least once, the dearest first. */
  readonly rules: readonly RuleCost[];
}

export class RuleProfiler {
  events = 0;
  settled = 0;
  readonly #rules: readonly CheckedRule[];
  readonly #evaluations: Float64Array;
  readonly #matches: Float64Array;
  readonly #timed: Float64Array;
  readonly #milliseconds: Float64Array;
  #tick = 0;

  constructor(rules: readonly CheckedRule[]) {
    this.#rules = rules;
    this.#evaluations = new Float64Array(rules.length);
    this.#matches = new Float64Array(rules.length);
    this.#timed = new Float64Array(rules.length);
    this.#milliseconds = new Float64Array(rules.length);
  }

  /** The rule of this number is about to be evaluated. Whether that is to be timed. */
  begins(rule: number): boolean {
    this.#evaluations[rule] = (this.#evaluations[rule] as number) + 1;
    this.#tick = (this.#tick + 1) & (SAMPLED - 1);
    return this.#tick === 0;
  }

  timed(rule: number, milliseconds: number): void {
    this.#timed[rule] = (this.#timed[rule] as number) + 1;
    this.#milliseconds[rule] = (this.#milliseconds[rule] as number) + milliseconds;
  }

  matched(rule: number): void {
    this.#matches[rule] = (this.#matches[rule] as number) + 1;
  }

  get profile(): MatcherProfile {
    const rules = this.#rules
      .map((rule, number) => this.#costOf(rule, number))
      .filter(({ evaluations }) => evaluations > 0)
      .sort((a, b) => b.milliseconds - a.milliseconds || b.evaluations - a.evaluations);
    return { events: this.events, settled: this.settled, rules };
  }

  #costOf(rule: CheckedRule, number: number): RuleCost {
    const evaluations = this.#evaluations[number] as number;
    const timed = this.#timed[number] as number;
    const each = timed === 0 ? 0 : (this.#milliseconds[number] as number) / timed;
    return { rule, evaluations, matches: this.#matches[number] as number, milliseconds: each * evaluations };
  }
}

/** The profile as a table in plain text: the `most` dearest rules. */
export function profileTable({ events, settled, rules }: MatcherProfile, most: number): string {
  const total = rules.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const share = (part: number, whole: number) =>
    whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
  const rows = rules
    .slice(0, most)
    .map(({ rule, evaluations, matches, milliseconds }) => [
      milliseconds.toFixed(1),
      share(milliseconds, total),
      evaluations === 0 ? '-' : ((1e6 * milliseconds) / evaluations).toFixed(0),
      String(evaluations),
      String(matches),
      rule.name,
    ]);
  const header = ['ms', 'share', 'ns each', 'evaluated', 'matched', 'rule'];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)),
  );
  const lines = [header, ...rows].map((row) =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  const asked = `${events} events, ${share(settled, events)} of them settled by the index alone`;
  const left = rules.length > most ? [`and ${rules.length - most} rules more`] : [];
  return [asked, ...lines, ...left].join('\n');
}
