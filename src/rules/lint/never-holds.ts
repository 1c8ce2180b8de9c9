/**
 * Conditions that contradict themselves: `proc.name = a and proc.name = b`. Only what is certain is
 * told, so values that are looked for among several (ancestors, either end of a connection) are left out.
 */
import type { Condition, Expression, Value } from '../checked.ts';

/** Why a condition can never hold, in a few words; `undefined` when nothing is known against it. */
export function neverHolds(condition: Condition): string | undefined {
  return contradiction(condition, new Map());
}

type Known = Map<Condition, string | undefined>;

function contradiction(condition: Condition, known: Known): string | undefined {
  if (known.has(condition)) return known.get(condition);
  const found = find(condition, known);
  known.set(condition, found);
  return found;
}

function find(condition: Condition, known: Known): string | undefined {
  switch (condition.kind) {
    case 'and': {
      const inner = condition.operands.find((operand) => contradiction(operand, known) !== undefined);
      return inner === undefined ? conflictingValues(condition.operands) : contradiction(inner, known);
    }
    case 'or': {
      const reasons = condition.operands.map((operand) => contradiction(operand, known));
      return reasons.includes(undefined) ? undefined : reasons[0];
    }
    default:
      return undefined;
  }
}

interface Allowed {
  readonly field: string;
  readonly values: ReadonlySet<Value>;
}

/** Two conditions that must both hold and ask for different values of the same field. */
function conflictingValues(operands: readonly Condition[]): string | undefined {
  const allowed = new Map<string, ReadonlySet<Value>>();
  for (const { field, values } of flatten(operands).flatMap((operand) => allowedBy(operand) ?? [])) {
    const before = allowed.get(field);
    const both = before === undefined ? values : before.intersection(values);
    if (both.size === 0) {
      return values.size === 0
        ? `${field} is compared with an empty list`
        : `no value of ${field} satisfies all that is asked of it`;
    }
    allowed.set(field, both);
  }
  for (const { field, values } of flatten(operands).flatMap((operand) => excludedBy(operand) ?? [])) {
    const left = allowed.get(field)?.difference(values);
    if (left === undefined) continue;
    if (left.size === 0) return `no value of ${field} satisfies all that is asked of it`;
    allowed.set(field, left);
  }
  return undefined;
}

function flatten(operands: readonly Condition[]): Condition[] {
  return operands.flatMap((operand) => (operand.kind === 'and' ? flatten(operand.operands) : [operand]));
}

/** Values that a check admits, if it admits a few only. */
function allowedBy(condition: Condition): Allowed | undefined {
  if (condition.kind !== 'scalar' && condition.kind !== 'list') return undefined;
  const isEquality =
    condition.kind === 'list'
      ? condition.operator === 'in'
      : condition.operator === '=' && condition.modifier === undefined;
  return isEquality ? comparedValues(condition.left, condition.right) : undefined;
}

/** Values that a check excludes. */
function excludedBy(condition: Condition): Allowed | undefined {
  if (condition.kind === 'not') return allowedBy(condition.operand);
  if (condition.kind !== 'scalar' || condition.operator !== '!=' || condition.modifier !== undefined) {
    return undefined;
  }
  return comparedValues(condition.left, condition.right);
}

function comparedValues(left: Expression, right: { readonly kind: string }): Allowed | undefined {
  if (
    left.kind !== 'field' ||
    left.isList ||
    left.field.noRightHandSide === true ||
    left.field.type === 'DYN'
  )
    return undefined;
  if (right.kind !== 'values') return undefined;
  const { values } = right as unknown as { readonly values: readonly Value[] };
  // Networks and byte buffers are not equal to themselves as values of a set.
  if (values.some((value) => typeof value === 'object')) return undefined;
  const argument = left.argument === undefined ? '' : `[${left.argument}]`;
  return { field: left.field.name + argument, values: new Set(values) };
}
