/**
 * Which events the probe shall deliver, and why: those that a rule can match, those that the model of the
 * machine learns from, and what the settings `base_syscalls` say of both. Every other system call costs next
 * to nothing. The settings mean what they mean in Falco (configure_interesting_sets.cpp there); only the
 * model's own set is smaller, since the kernel tells Lanner with each event what its descriptor is.
 */
import process from 'node:process';
import type { Config } from '../config/schema.ts';
import { EVENT_TYPES } from '../events/table.ts';
import type { CheckedRuleSet } from '../rules/checked.ts';
import { nearest } from '../rules/suggest.ts';
import { traceableEvents } from '../sources/kernel/system-calls.ts';
import { STATE_EVENTS } from '../system/state-events.ts';
import { GENERIC_EVENT } from './rule-environment.ts';
import { eventsOfRule } from './rule-events.ts';

/** Reads and writes, which are so many that rules do not see them unless `base_syscalls.all` asks for them. */
export const IGNORED_EVENTS: ReadonlySet<string> = new Set(
  'read write readv writev sendfile preadv pwritev pread pwrite recv send'.split(' '),
);

/** Without the ends of processes the model would only grow: they are always traced. */
const ALWAYS = 'procexit';

/** What the model learns of sockets, which repaired sets have only where an event can tell of a socket. */
const SOCKET_EVENTS: ReadonlySet<string> = new Set(['socket', 'connect', 'accept', 'accept4']);
const SOCKET_CATEGORIES: ReadonlySet<string> = new Set(['NET', 'IO_READ', 'IO_WRITE', 'IO_OTHER']);

/** Why an event is traced beside rules: for the model, named in `custom_set`, added by `repair`, or always. */
export type BaseReason = 'model' | 'custom_set' | 'repair' | 'always';

export interface TracedEvent {
  /** Names of the enabled rules that can match it, in the order of the rules. */
  readonly rules: readonly string[];
  readonly base: BaseReason | undefined;
}

/** An event that rules ask for and that is not traced: it is one of IGNORED_EVENTS, or `custom_set` takes it out. */
export interface MissedEvent {
  readonly rules: readonly string[];
  readonly cause: 'ignored' | 'custom_set';
}

export interface EventChoice {
  /** By name: of events and, of system calls without an event of their own, of the calls. */
  readonly traced: ReadonlyMap<string, TracedEvent>;
  readonly missed: ReadonlyMap<string, MissedEvent>;
  /** What is wrong with the choice, for people; one line each. */
  readonly warnings: readonly string[];
}

/** What can be traced on this machine. */
export const TRACEABLE_EVENTS: ReadonlySet<string> = traceableEvents(
  process.arch === 'arm64' ? 'arm64' : 'x64',
);

export function chooseEvents(ruleSet: CheckedRuleSet, settings: Config['base_syscalls']): EventChoice {
  const needs = needsOfRules(ruleSet);
  const { added, removed, unknown } = readCustomSet(settings.custom_set);
  const base = new Map<string, BaseReason>();
  if (added.size > 0) setAll(base, added, 'custom_set');
  else if (settings.repair) setAll(base, repaired([...needs.keys()]), 'repair');
  else setAll(base, STATE_EVENTS, 'model');

  const names = new Set([...needs.keys(), ...base.keys()]);
  for (const name of removed) names.delete(name);
  if (!settings.all) for (const name of IGNORED_EVENTS) names.delete(name);
  if (settings.repair && settings.custom_set.length > 0) {
    const wanted = repaired([...names]);
    for (const name of wanted.difference(names)) base.set(name, 'repair');
    for (const name of wanted) names.add(name);
  }
  if (!base.has(ALWAYS) || !names.has(ALWAYS)) base.set(ALWAYS, 'always');
  names.add(ALWAYS);

  const traced = new Map(
    [...names]
      .filter((name) => TRACEABLE_EVENTS.has(name))
      .sort()
      .map((name) => [name, { rules: needs.get(name) ?? [], base: base.get(name) }]),
  );
  const missed = new Map(
    [...needs]
      .filter(([name]) => !names.has(name))
      .map(
        ([name, rules]) => [name, { rules, cause: removed.has(name) ? 'custom_set' : 'ignored' }] as const,
      ),
  );
  return { traced, missed, warnings: [...unknown.map(unknownName), ...missedWarnings(missed)] };
}

/** Names of the events that rules can match, each with the rules. */
function needsOfRules({ rules }: CheckedRuleSet): Map<string, string[]> {
  const needs = new Map<string, string[]>();
  for (const rule of rules) {
    if (!rule.enabled || rule.source !== 'syscall') continue;
    const names = eventsOfRule(rule);
    for (const name of names.has(GENERIC_EVENT) ? names.union(genericCalls()) : names) {
      if (!TRACEABLE_EVENTS.has(name)) continue;
      const users = needs.get(name);
      if (users) users.push(rule.name);
      else needs.set(name, [rule.name]);
    }
  }
  return needs;
}

/** System calls without an event of their own. */
function genericCalls(): ReadonlySet<string> {
  return TRACEABLE_EVENTS.difference(new Set(EVENT_TYPES.map(({ name }) => name)));
}

/** A set with the least that the model needs for it to be of use. */
function repaired(names: readonly string[]): Set<string> {
  const tellsOfSockets = EVENT_TYPES.some(
    ({ name, category }) => SOCKET_CATEGORIES.has(category) && names.includes(name),
  );
  return new Set([...names, ...(tellsOfSockets ? STATE_EVENTS : STATE_EVENTS.difference(SOCKET_EVENTS))]);
}

interface CustomSet {
  readonly added: ReadonlySet<string>;
  /** Those with `!`. */
  readonly removed: ReadonlySet<string>;
  readonly unknown: readonly string[];
}

function readCustomSet(entries: readonly string[]): CustomSet {
  const names = entries.map((entry) => entry.replace(/^!/, ''));
  const known = entries.filter((_, index) => TRACEABLE_EVENTS.has(names[index] as string));
  return {
    added: new Set(known.filter((entry) => !entry.startsWith('!'))),
    removed: new Set(known.filter((entry) => entry.startsWith('!')).map((entry) => entry.slice(1))),
    unknown: names.filter((name) => name !== '' && !TRACEABLE_EVENTS.has(name)),
  };
}

function setAll(base: Map<string, BaseReason>, names: Iterable<string>, reason: BaseReason): void {
  for (const name of names) base.set(name, reason);
}

function unknownName(name: string): string {
  const suggestion = nearest(name, [...TRACEABLE_EVENTS]);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return `base_syscalls.custom_set: there is no event called ${name}, left out${hint}`;
}

/** Two lines at most, for the two causes; the rules that see nothing at all stand out. */
function missedWarnings(missed: ReadonlyMap<string, MissedEvent>): string[] {
  const of = (wanted: MissedEvent['cause']): string[] =>
    [...missed].filter(([, { cause }]) => cause === wanted).map(([name]) => name);
  const hints = {
    ignored: 'are too many to be traced unless base_syscalls.all is set',
    custom_set: 'are taken out by base_syscalls.custom_set',
  } as const;
  return (['ignored', 'custom_set'] as const).flatMap((cause) => {
    const names = of(cause);
    return names.length === 0
      ? []
      : [`events that rules ask for ${hints[cause]}: ${names.sort().join(', ')} (unsupported-evttype)`];
  });
}
