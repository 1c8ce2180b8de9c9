/** Which events a rule can match, by the names under which the probe is asked for them. */
import { EVENT_TYPES, type EventKind } from '../events/table.ts';
import type { CheckedRule, Condition } from '../rules/checked.ts';
import { EVENTS, GENERIC_CODES, GENERIC_EVENT } from './rule-environment.ts';

const FROM_KERNEL: ReadonlySet<EventKind> = new Set(['SYSCALL', 'TRACEPOINT']);
/** Fields whose values are names of events. */
const TYPE_FIELDS = new Set(['evt.type', 'syscall.type']);

/**
 * Names of events and, of system calls without an event of their own, names of the calls. The name `syscall`
 * stands for all of the latter.
 */
export function eventsOfRule(rule: CheckedRule): ReadonlySet<string> {
  const names = new Set<string>();
  for (const code of rule.eventCodes) {
    const type = EVENT_TYPES[code];
    if (type && FROM_KERNEL.has(type.kind) && type.name !== GENERIC_EVENT) names.add(type.name);
  }
  if (GENERIC_CODES.some((code) => rule.eventCodes.has(code)))
    for (const name of genericCalls(rule)) names.add(name);
  return names;
}

/** System calls without an event of their own that the rule can match. */
function genericCalls({ condition, eventCodes }: CheckedRule): readonly string[] {
  const names = [...typeNames(condition)];
  const told = new Set(names.flatMap((name) => EVENTS.codes(name)));
  // A rule that can match more than the names in it matches by something else than the type.
  if (![...eventCodes].every((code) => told.has(code) || code === EVENTS.asyncCode)) return [GENERIC_EVENT];
  return names.filter((name) => EVENTS.codes(name).some((code) => GENERIC_CODES.includes(code)));
}

/** What a condition compares the event's type with. */
function typeNames(condition: Condition): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: Condition): void => {
    switch (node.kind) {
      case 'and':
      case 'or':
        node.operands.forEach(visit);
        break;
      case 'not':
        visit(node.operand);
        break;
      case 'scalar':
      case 'list':
        if (
          node.left.kind === 'field' &&
          TYPE_FIELDS.has(node.left.field.name) &&
          node.right.kind === 'values'
        )
          for (const value of node.right.values) if (typeof value === 'string') names.add(value);
        break;
    }
  };
  visit(condition);
  return names;
}
