/**
 * Rules in large numbers that look like those people write: variants of given rules, in which the paths, names and
 * other texts that a rule looks for are others, and its exceptions and the rest stay as they are.
 */
import type {
  CheckedRule,
  CheckedRuleSet,
  Condition,
  ListCheck,
  ScalarCheck,
  Value,
} from '../src/rules/checked.ts';
import { Random } from '../src/rules/generate.test-kit.ts';

/** What a rule says of these is not what it looks for but what it is about. */
const KEPT_FIELDS: ReadonlySet<string> = new Set([
  ...['evt.type', 'evt.dir', 'evt.res', 'evt.arg', 'container.id', 'container.type', 'fd.type'],
  ...['fd.typechar', 'fd.l4proto', 'fd.sockfamily', 'user.name', 'syscall.type'],
]);

/**
 * `count` rules, the given ones first and then variants of them in turn, leaving out those that can match without
 * one of the texts that they look for: a variant would match whenever they do. The same seed gives the same rules.
 */
export function variantsOf({ rules }: CheckedRuleSet, count: number, seed = 1): CheckedRule[] {
  const random = new Random(seed);
  const chosen = rules.slice(0, count);
  const models = rules.filter(({ condition }) => needsText(condition));
  for (let index = 0; chosen.length < count; index++) {
    const model = models[index % models.length] as CheckedRule;
    const name = `${model.name} (variant ${Math.floor(index / models.length) + 1})`;
    chosen.push({ ...model, name, condition: variantOf(model.condition, random) });
  }
  return chosen;
}

/** Whether the condition holds only where one of its texts is found. */
function needsText(condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.operands.some(needsText);
    case 'or':
      return condition.operands.every(needsText);
    case 'scalar':
    case 'list':
      return othersFor(condition, new Random(0)) !== undefined;
    default:
      return false;
  }
}

/** The condition with other texts. What is negated stays: exceptions are the same for many rules. */
function variantOf(condition: Condition, random: Random): Condition {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return {
        kind: condition.kind,
        operands: condition.operands.map((operand) => variantOf(operand, random)),
      };
    case 'scalar':
    case 'list': {
      const values = othersFor(condition, random);
      return values === undefined ? condition : { ...condition, right: { kind: 'values', values } };
    }
    default:
      return condition;
  }
}

/** Other values than those that a check looks for; `undefined` when it looks for no text. */
function othersFor({ left, right, operator }: ScalarCheck | ListCheck, random: Random): Value[] | undefined {
  const isKept = left.kind === 'field' && KEPT_FIELDS.has(left.field.name);
  if (isKept || right.kind !== 'values' || operator === 'regex' || operator === '!=') return undefined;
  const isText = right.values.some((value) => typeof value === 'string' && value.length >= SHORTEST);
  return isText ? right.values.map((value) => otherText(value, random)) : undefined;
}

/** Shorter texts stay. */
const SHORTEST = 3;

/** A text of the same form: its first part stays, since rules are about the same directories. */
function otherText(value: Value, random: Random): Value {
  if (typeof value !== 'string' || value.length < SHORTEST) return value;
  const at = Math.max(value.lastIndexOf('/'), value.length - 6);
  return `${value.slice(0, at + 1)}${word(random)}${value.endsWith('/') ? '/' : ''}`;
}

function word(random: Random): string {
  return random.times(5 + random.below(6), () => random.pick([...'abcdefghijklmnoprstuw'])).join('');
}
