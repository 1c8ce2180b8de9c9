/** What depends on the kind of a field: numbers, existence, comparison with another field. */
import { Inexpressible } from './checks.ts';
import { allOf, anyOf, check, compareWith, type Expression } from './expression.ts';
import type { Modifiers } from './modifiers.ts';
import type { Mapping, Place } from './places.ts';

/** Operators for numbers by modifier. */
export const SYMBOLS: Readonly<Record<string, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };

export function numberCheck(mapping: Mapping, value: string, operator: string): Expression {
  if (mapping.kind !== 'number') throw new Inexpressible('only numbers are compared by their size');
  const read = mapping.number ?? wholeNumber;
  const number = read(value);
  if (number === undefined) throw new Inexpressible(`"${value}" is no number that ${mapping.field} can be`);
  return compareNumber(mapping.field, operator, number);
}

/** Only of equal numbers can there be several. */
function compareNumber(field: string, operator: string, number: string): Expression {
  return operator === '=' ? compareWith(field, operator, [number]) : check(field, operator, number);
}

function wholeNumber(value: string): string | undefined {
  return /^(?:\d+|0x[0-9a-f]+)$/i.test(value) ? value : undefined;
}

export function placesFor(mapping: Mapping, what: string): readonly Place[] {
  if (mapping.kind !== 'text') throw new Inexpressible(`only texts are compared with ${what}`);
  return mapping.places;
}

/** Whether the event has the field. */
export function existence(mapping: Mapping): Expression {
  switch (mapping.kind) {
    case 'text':
      return anyOf(
        mapping.places
          .filter((place) => !place.untrusted)
          .map(({ expression, where }) => allOf([where ?? true, check(expression, 'exists')])),
      );
    case 'choice':
      return true;
    default:
      return check(mapping.field, 'exists');
  }
}

/** A field compared with another one. Throws {@link Inexpressible} where they cannot be. */
export function referenceCheck(mapping: Mapping, other: Mapping, modifiers: Modifiers): Expression {
  const isSame = mapping.kind === other.kind;
  if (isSame && (mapping.kind === 'number' || mapping.kind === 'address'))
    return check(mapping.field, '=', `val(${(other as typeof mapping).field})`);
  const left = onePlace(mapping);
  const right = onePlace(other);
  const { starts, ends, cased } = modifiers;
  const operator = starts && ends ? 'contains' : starts ? 'startswith' : ends ? 'endswith' : '=';
  return cased
    ? check(left.expression, operator, `val(${right.expression})`)
    : check(`tolower(${left.expression})`, operator, `tolower(${right.expression})`);
}

function onePlace(mapping: Mapping): Place {
  const [place, ...others] = placesFor(mapping, 'other fields').filter(({ untrusted }) => !untrusted);
  if (place === undefined || others.length > 0)
    throw new Inexpressible('what is more than one field in Lanner is not compared with another one');
  return place;
}
