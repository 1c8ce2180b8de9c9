/**
 * The slow and obvious matcher: it walks the condition for every event and prepares nothing. It states what
 * conditions mean; the compiled matcher must agree with it on every event, which tests check.
 */
import { type ByteString, toText } from '../events/bytes.ts';
import { compileGlob } from '../events/glob.ts';
import type { Field, FieldCatalog, FieldValue, Scalar } from '../fields/field.ts';
import { compilePattern } from '../rules/check/regex.ts';
import type {
  CheckedRuleSet,
  Condition,
  Expression,
  IpNetwork,
  ListCheck,
  ScalarCheck,
  ScalarOperator,
  Value,
} from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import { lowerAscii } from './ascii.ts';
import { readableField } from './catalog.ts';
import type { Matcher, MatcherOptions } from './compile.ts';
import { evaluate } from './evaluate.ts';
import { bytesAsText } from './transformers.ts';

/** Matches like {@link compileMatcher}, by interpretation. */
export function interpretRules(
  { rules }: CheckedRuleSet,
  catalog: FieldCatalog<Field>,
  { matching, source }: MatcherOptions,
): Pick<Matcher, 'match'> {
  return {
    match(context) {
      const matched = rules.filter(
        (rule) =>
          rule.enabled &&
          rule.source === source &&
          rule.eventCodes.has(context.event.code) &&
          holds(rule.condition, context, catalog),
      );
      return matching === 'first' ? matched.slice(0, 1) : matched;
    },
  };
}

/** Whether a condition holds for an event. */
export function holds(condition: Condition, context: EventContext, catalog: FieldCatalog<Field>): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.operands.every((operand) => holds(operand, context, catalog));
    case 'or':
      return condition.operands.some((operand) => holds(operand, context, catalog));
    case 'not':
      return !holds(condition.operand, context, catalog);
    case 'exists': {
      const value = evaluate(condition.left, context, catalog);
      if (value === undefined) return false;
      return multiplicity(condition.left, catalog) === undefined || listed(value).length > 0;
    }
    case 'scalar':
      return scalarHolds(condition, context, catalog);
    case 'list':
      return listHolds(condition, context, catalog);
  }
}

/** A check whose field the event does not have is false, whatever its operator. */
function scalarHolds(check: ScalarCheck, context: EventContext, catalog: FieldCatalog<Field>): boolean {
  const { left, operator, modifier, right } = check;
  const value = evaluate(left, context, catalog);
  if (value === undefined) return false;
  const literals = rightValues(right, context, catalog);
  if (literals === undefined) return false;
  const holdsFor = (candidate: Scalar): boolean => {
    const count = literals.filter((literal) => compare(candidate, operator, literal)).length;
    if (modifier === 'oneof') return count === 1;
    if (modifier === 'allof') return count === literals.length && count > 0;
    return count > 0;
  };
  const candidates = listed(value);
  return multiplicity(left, catalog) === 'ends' && operator === '!='
    ? candidates.length > 0 && candidates.every(holdsFor)
    : candidates.some(holdsFor);
}

function listHolds(check: ListCheck, context: EventContext, catalog: FieldCatalog<Field>): boolean {
  const { left, operator, right } = check;
  const value = evaluate(left, context, catalog);
  if (value === undefined) return false;
  const members = rightValues(right, context, catalog);
  if (members === undefined) return false;
  const belongs = (candidate: Scalar): boolean =>
    members.some((member) =>
      operator === 'pmatch'
        ? isPathBelow(candidate as ByteString, member as ByteString)
        : compare(candidate, '=', member),
    );
  return left.isList && operator === 'in' ? listed(value).every(belongs) : listed(value).some(belongs);
}

/** The values on the right; `undefined` when they are to come from the event and it has none. */
function rightValues(
  right: ScalarCheck['right'],
  context: EventContext,
  catalog: FieldCatalog<Field>,
): readonly Value[] | undefined {
  if (right.kind === 'values') return right.values;
  const value = evaluate(right, context, catalog);
  return value === undefined ? undefined : listed(value);
}

function listed(value: Exclude<FieldValue, undefined>): readonly Scalar[] {
  return Array.isArray(value) ? (value as readonly Scalar[]) : [value as Scalar];
}

function multiplicity(expression: Expression, catalog: FieldCatalog<Field>): Field['multiplicity'] {
  return expression.kind === 'field' ? readableField(catalog, expression.field).multiplicity : undefined;
}

function compare(leftValue: Scalar, operator: ScalarOperator, rightValue: Value): boolean {
  const left = bytesAsText(leftValue);
  if (typeof rightValue === 'object' && 'prefix' in rightValue) {
    return inNetwork(left as ByteString, rightValue) === (operator !== '!=');
  }
  const right = bytesAsText(rightValue);
  if (!sameType(left, right)) return operator === '!=';
  switch (operator) {
    case '=':
      return left === right;
    case '!=':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return compareText(left as ByteString, operator, right as ByteString);
  }
}

function sameType(left: unknown, right: unknown): boolean {
  const isNumber = (value: unknown) => typeof value === 'number' || typeof value === 'bigint';
  return typeof left === typeof right || (isNumber(left) && isNumber(right));
}

function compareText(left: ByteString, operator: ScalarOperator, right: ByteString): boolean {
  switch (operator) {
    case 'contains':
    case 'bcontains':
      return left.includes(right);
    case 'icontains':
      return lowerAscii(left).includes(lowerAscii(right));
    case 'startswith':
    case 'bstartswith':
      return left.startsWith(right);
    case 'endswith':
      return left.endsWith(right);
    case 'glob':
      return compileGlob(right)(left);
    case 'iglob':
      return compileGlob(right, { ignoreCase: true })(left);
    case 'regex':
      return compilePattern(toText(right)).testExact(toText(left));
    default:
      throw new Error(`${operator} does not compare text`);
  }
}

/** Compares the leading bits of two addresses of the same length. */
function inNetwork(ip: ByteString, { address, prefix }: IpNetwork): boolean {
  const bits = (bytes: ByteString) =>
    [...bytes].map((byte) => byte.charCodeAt(0).toString(2).padStart(8, '0')).join('');
  return ip.length === address.length && bits(ip).slice(0, prefix) === bits(address).slice(0, prefix);
}

/** Whether the first components of `path` match those of `prefix`, one by one. */
function isPathBelow(path: ByteString, prefix: ByteString): boolean {
  const components = path.split('/').filter((component) => component !== '');
  const patterns = prefix.split('/').filter((component) => component !== '');
  return (
    patterns.length <= components.length &&
    patterns.every((pattern, index) => {
      const component = components[index] as ByteString;
      return /[?*[]/.test(pattern) ? compileGlob(pattern)(component) : pattern === component;
    })
  );
}
