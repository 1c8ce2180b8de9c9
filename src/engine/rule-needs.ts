/** What follows from rules for everything around them, as plain data: it may be worked out by another thread. */
import type { Config } from '../config/schema.ts';
import type { ByteString } from '../events/bytes.ts';
import type { EventFilter } from '../events/event-filter.ts';
import type { CheckedRuleSet } from '../rules/checked.ts';
import type { AskedPaths } from '../system/known-files.ts';
import { hostsToResolve } from './asked-hosts.ts';
import { askedPaths } from './asked-paths.ts';
import { deriveFilters } from './prefilter.ts';
import { chooseEvents } from './traced-events.ts';

export interface RuleNeeds {
  /** Names of the events to collect. */
  readonly events: ReadonlySet<string>;
  /** What is wrong with that choice, for people; one line each. */
  readonly warnings: readonly string[];
  /** What the kernel may leave out of them; `undefined` when nothing. */
  readonly filters: readonly EventFilter[] | undefined;
  /** Files to know by all their names. */
  readonly paths: AskedPaths;
  /** Names of hosts to resolve. */
  readonly hosts: ReadonlySet<ByteString>;
}

export function needsOf(ruleSet: CheckedRuleSet, config: Config): RuleNeeds {
  const choice = chooseEvents(ruleSet, config.base_syscalls);
  return {
    events: new Set(choice.traced.keys()),
    warnings: choice.warnings,
    filters: config.engine.prefilter ? deriveFilters(ruleSet, choice) : undefined,
    paths: askedPaths(ruleSet),
    hosts: hostsToResolve(config, ruleSet),
  };
}
