/** Functions that generated code calls, beside the operators that it spells out itself. */
import type { FieldValue, Scalar } from '../fields/field.ts';
import type { ScalarOperator } from '../rules/checked.ts';
import { type Comparable, compareValues, type Test } from './comparisons.ts';
import { bytesAsText } from './transformers.ts';

/** A value that may be a byte buffer, as text. */
export function asComparable(value: FieldValue): Comparable | readonly Comparable[] | undefined {
  if (value === undefined) return undefined;
  return Array.isArray(value) ? value.map(bytesAsText) : bytesAsText(value as Scalar);
}

/** Whether a field with several candidate values has any. */
export function hasCandidate(value: FieldValue): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}

/** Whether a test holds for any candidate; a single value is its own candidate. */
export function anyCandidate(value: Comparable | readonly Comparable[] | undefined, test: Test): boolean {
  if (value === undefined) return false;
  return Array.isArray(value) ? value.some(test) : test(value as Comparable);
}

/** Whether there are candidates and a test holds for all of them. */
export function everyCandidate(value: Comparable | readonly Comparable[] | undefined, test: Test): boolean {
  if (value === undefined) return false;
  return Array.isArray(value) ? value.length > 0 && value.every(test) : test(value as Comparable);
}

/** Whether all elements of the left list are in the right one. Scalars count as lists of one. */
export function allAmong(left: FieldValue, right: FieldValue): boolean {
  if (left === undefined || right === undefined) return false;
  const members = new Set(elements(right));
  return elements(left).every((element) => members.has(element));
}

/** Whether any element of the left list is in the right one. */
export function anyAmong(left: FieldValue, right: FieldValue): boolean {
  if (left === undefined || right === undefined) return false;
  const members = new Set(elements(right));
  return elements(left).some((element) => members.has(element));
}

function elements(value: Exclude<FieldValue, undefined>): Comparable[] {
  return Array.isArray(value) ? value.map(bytesAsText) : [bytesAsText(value as Scalar)];
}

/** A test for values whose type only the event tells: another type of value fails, or differs with `!=`. */
export function guardType(operator: ScalarOperator | 'in', type: 'string' | 'number', test: Test): Test {
  return (value) => {
    const actual = typeof value === 'bigint' ? 'number' : typeof value;
    return actual === type ? test(value) : operator === '!=';
  };
}
export { compareValues };
