/** Which events the kernel may leave out: those that no rule can match and that nothing else needs. */
import type { EventFilter } from '../events/event-filter.ts';
import { EVENT_TYPES } from '../events/table.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import { deriveFilter } from '../matcher/prefilter/derive.ts';
import type { CheckedRule, CheckedRuleSet } from '../rules/checked.ts';
import { askedPaths } from './asked-paths.ts';
import { GENERIC_CODES } from './rule-environment.ts';
import type { BaseReason, EventChoice } from './traced-events.ts';

/** They tell where paths lead, which the model wants to know whatever rules say. */
const MOVES_NAMES = /^(rename|link|unlink|symlink|mount|umount|chroot)/;

/** The model learns from them when they have succeeded: most searches for a program fail in some directories. */
const SUCCESSES: ReadonlySet<string> = new Set(['execve', 'execveat']);

function needsSuccesses(code: number): boolean {
  return SUCCESSES.has(EVENT_TYPES[code]?.name ?? '');
}

/** They are traced since they tell whose a connection is, which the probe remembers itself. */
const ROLES_OF_SOCKETS: ReadonlySet<string> = new Set(['socket', 'connect', 'accept', 'accept4']);

/** Filters of the traced events, for the kernel. Events without one all pass. */
export function deriveFilters(ruleSet: CheckedRuleSet, { traced }: EventChoice): EventFilter[] {
  const rules = ruleSet.rules.filter(({ enabled, source }) => enabled && source === 'syscall');
  const names = watchedNames(ruleSet);
  return filterableCodes(traced).flatMap(
    (code) => deriveFilter(code, rules, FIELD_CATALOG, names, needsSuccesses(code)) ?? [],
  );
}

/** What the kernel asks of an event because of one rule. */
export interface RulePrefilter {
  /** Name of the event. */
  readonly event: string;
  /**
   * `undefined`: it asks nothing that it could decide, all these events pass. `model`: they pass since the model of the
   * machine learns from them.
   */
  readonly filter: EventFilter | 'model' | undefined;
}

/** What the kernel can decide of each event that an enabled rule can match. */
export function prefilterOfRule(rule: CheckedRule, { traced }: EventChoice): RulePrefilter[] {
  const filterable = new Set(filterableCodes(traced));
  return EVENT_TYPES.filter(
    ({ code, name, flags }) =>
      rule.eventCodes.has(code) && traced.has(name) && !flags.has('OLD_VERSION') && code % 2 === 1,
  ).map(({ code, name }) => ({
    event: name,
    filter:
      filterable.has(code) && !needsSuccesses(code) ? deriveFilter(code, [rule], FIELD_CATALOG, []) : 'model',
  }));
}

/** Last parts of the names of files whose replacement must be noticed. */
function watchedNames(ruleSet: CheckedRuleSet): string[] {
  const names = [...askedPaths(ruleSet).files].map((path) => path.slice(path.lastIndexOf('/') + 1));
  return [...new Set(names)].filter((name) => name !== '');
}

function isForRulesAlone(name: string, base: BaseReason | undefined): boolean {
  return base === undefined || (base === 'model' && (ROLES_OF_SOCKETS.has(name) || SUCCESSES.has(name)));
}

/** Codes of events that are traced for rules alone. */
function filterableCodes(traced: EventChoice['traced']): number[] {
  return EVENT_TYPES.filter(
    ({ name, code, flags }) =>
      traced.has(name) &&
      isForRulesAlone(name, traced.get(name)?.base) &&
      !MOVES_NAMES.test(name) &&
      !flags.has('OLD_VERSION') &&
      code % 2 === 1 &&
      !GENERIC_CODES.includes(code),
  ).map(({ code }) => code);
}
