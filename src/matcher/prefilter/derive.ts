/** From rules to what the probe asks of events before it hands them over. */
import type { ByteString } from '../../events/bytes.ts';
import { type EventFilter, MAX_FILTER_TERMS, type Term } from '../../events/event-filter.ts';
import { EVENT_TYPES, type EventType } from '../../events/table.ts';
import type { Field, FieldCatalog } from '../../fields/field.ts';
import type { CheckedRule } from '../../rules/checked.ts';
import { withEventCode } from '../event-code.ts';
import { Necessary } from '../necessary.ts';
import { KernelPredicates, nameParameters } from './kernel-predicates.ts';
import { simplify, termsOf } from './terms.ts';

/**
 * The filter of the events of one code, of which those are wanted that one of the rules may match, and opens that
 * make a file whose name ends with one of `watchedNames`. `withSuccesses`: and whatever succeeds. `undefined` when all
 * events are wanted.
 */
export function deriveFilter(
  code: number,
  rules: readonly CheckedRule[],
  catalog: FieldCatalog<Field>,
  watchedNames: readonly ByteString[],
  withSuccesses = false,
): EventFilter | undefined {
  const type = EVENT_TYPES[code] as EventType;
  const wanted = { watchedNames, withSuccesses };
  let terms = derive(type, rules, catalog, wanted, true);
  if (terms.length > MAX_FILTER_TERMS) terms = derive(type, rules, catalog, wanted, false);
  if (terms.some(({ predicates: asked, texts }) => asked.size === 0 && !texts)) return undefined;
  return { code, terms, names: nameParameters(type) };
}

function derive(
  type: EventType,
  rules: readonly CheckedRule[],
  catalog: FieldCatalog<Field>,
  { watchedNames, withSuccesses }: { watchedNames: readonly ByteString[]; withSuccesses: boolean },
  withPrograms: boolean,
): readonly Term[] {
  const { code } = type;
  const predicates = new KernelPredicates(type, catalog, withPrograms);
  const necessary = new Necessary(withEventCode(code, catalog, predicates.decide));
  return simplify([
    ...rules.flatMap(({ condition, eventCodes }) =>
      eventCodes.has(code) ? termsOf(necessary.of(condition)) : [],
    ),
    ...termsOf(predicates.createsNamed(watchedNames)),
    ...(withSuccesses ? termsOf(predicates.succeeds()) : []),
  ]);
}
