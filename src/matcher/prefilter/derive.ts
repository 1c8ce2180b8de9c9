/** From rules to what the probe asks of events before it hands them over. */
import type { ByteString } from '../../events/bytes.ts';
import { type EventFilter, MAX_FILTER_TERMS, type Term } from '../../events/event-filter.ts';
import { EVENT_TYPES, type EventType } from '../../events/table.ts';
import type { Field, FieldCatalog } from '../../fields/field.ts';
import type { CheckedRule } from '../../rules/checked.ts';
import { withEventCode } from '../event-code.ts';
import { Necessary } from '../necessary.ts';
import { KernelPredicates, nameParameters, type ProcessQuestions } from './kernel-predicates.ts';
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
  const terms = withinRoom((asked) => derive(type, rules, catalog, wanted, asked));
  if (terms.some(({ predicates: asked, texts }) => asked.size === 0 && !texts)) return undefined;
  return { code, terms, names: nameParameters(type) };
}

/** The terms that ask most, of those for which there is room. */
function withinRoom(derived: (asked: ProcessQuestions) => readonly Term[]): readonly Term[] {
  const most = derived({ programs: true, containers: true });
  if (most.length <= MAX_FILTER_TERMS) return most;
  const some = derived({ programs: false, containers: true });
  return some.length <= MAX_FILTER_TERMS ? some : derived({ programs: false, containers: false });
}

function derive(
  type: EventType,
  rules: readonly CheckedRule[],
  catalog: FieldCatalog<Field>,
  { watchedNames, withSuccesses }: { watchedNames: readonly ByteString[]; withSuccesses: boolean },
  asked: ProcessQuestions,
): readonly Term[] {
  const { code } = type;
  const predicates = new KernelPredicates(type, catalog, asked);
  const necessary = new Necessary(withEventCode(code, catalog, predicates.decide));
  return simplify([
    ...rules.flatMap(({ condition, eventCodes }) =>
      eventCodes.has(code) ? termsOf(necessary.of(condition)) : [],
    ),
    ...termsOf(predicates.createsNamed(watchedNames)),
    ...(withSuccesses ? termsOf(predicates.succeeds()) : []),
  ]);
}
