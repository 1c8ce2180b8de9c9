/** Counts of alerts for the end of a run. */
import { PRIORITIES, type Priority } from '../rules/checked.ts';

/** Counts alerts by priority and by rule. */
export class AlertSummary {
  #total = 0;
  readonly #byPriority = new Map<Priority, number>();
  readonly #byRule = new Map<string, number>();

  /** `rules` gives the order in which the summary names rules; others follow as they come. */
  constructor(rules: Iterable<{ readonly name: string }> = []) {
    this.follow(rules);
  }

  /** Further rules stand behind those that were there before. */
  follow(rules: Iterable<{ readonly name: string }>): void {
    for (const { name } of rules) if (!this.#byRule.has(name)) this.#byRule.set(name, 0);
  }

  count({ name, priority }: { readonly name: string; readonly priority: Priority }): void {
    this.#total++;
    this.#byPriority.set(priority, (this.#byPriority.get(priority) ?? 0) + 1);
    this.#byRule.set(name, (this.#byRule.get(name) ?? 0) + 1);
  }

  get total(): number {
    return this.#total;
  }

  /** Priorities that had alerts, with their counts, from the most severe. */
  get byPriority(): [Priority, number][] {
    return PRIORITIES.flatMap((priority) => {
      const count = this.#byPriority.get(priority);
      return count === undefined ? [] : [[priority, count]];
    });
  }

  /** Alerts of a rule so far. */
  ofRule(name: string): number {
    return this.#byRule.get(name) ?? 0;
  }

  /** Several lines, as Falco ends a run; the last ends without a newline. */
  format(): string {
    const lines = [`Events detected: ${this.#total}`, 'Rule counts by severity:'];
    for (const [priority, count] of this.byPriority) lines.push(`   ${shortName(priority)}: ${count}`);
    lines.push('Triggered rules by rule name:');
    for (const [name, count] of this.#byRule) {
      if (count > 0) lines.push(`   ${name}: ${count}`);
    }
    return lines.join('\n');
  }
}

function shortName(priority: Priority): string {
  return priority === 'Informational' ? 'INFO' : priority.toUpperCase();
}
