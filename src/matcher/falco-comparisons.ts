/**
 * Comparisons that Falco decides in another way than its rule language says, for the events of its captures: a rule
 * must match there what it matches in Falco. Falco has code of its own for the fields below and passes over the
 * length of what it compares (libsinsp's `compare_ip`, `compare_net`, `compare_port`, `compare_full_a…` and
 * `sinsp_filter_check_event::compare_nocache`, which call `compare_rhs` with one operand):
 *
 * - `oneof`, `anyof` and `allof` are not looked at; the field is compared with the first value alone.
 * - `in` looks the value up by its length, which is 0 then: numbers, addresses and bytes are in no list.
 * - `fd.net in (…)` looks at the first network alone.
 * - `fd.ip exists` and its like hold for every event with a descriptor, sockets or not.
 * - The bytes of `evt.rawarg` count as none.
 */
import type { Field, FieldCatalog, ValueType } from '../fields/field.ts';
import type { Condition, ExistsCheck, FieldExpression, ListCheck, ScalarCheck } from '../rules/checked.ts';
import { readableField } from './catalog.ts';

/** Either end of a connection. */
const ENDS = new Set(['fd.ip', 'fd.net', 'fd.port', 'fd.proto']);
/** Without a number: any ancestor. */
const ANCESTORS = new Set([
  'proc.apid',
  'proc.aname',
  'proc.aexe',
  'proc.aexepath',
  'proc.acmdline',
  'proc.aenv',
]);
/** The length of a text is taken where it is compared. */
const TEXTS = new Set<ValueType>(['CHARBUF', 'FSPATH', 'FSRELPATH']);

type Check = ExistsCheck | ScalarCheck | ListCheck;

/** Turns conditions into those that say what Falco decides. Parts that are shared stay shared. */
export class FalcoComparisons {
  readonly #catalog: FieldCatalog<Field>;
  readonly #done = new Map<Condition, Condition>();

  constructor(catalog: FieldCatalog<Field>) {
    this.#catalog = catalog;
  }

  of(condition: Condition): Condition {
    let result = this.#done.get(condition);
    if (result === undefined) {
      result = this.#decided(condition);
      this.#done.set(condition, result);
    }
    return result;
  }

  #decided(condition: Condition): Condition {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const operands = condition.operands.map((operand) => this.of(operand));
        const isSame = operands.every((operand, index) => operand === condition.operands[index]);
        return isSame ? condition : { ...condition, operands };
      }
      case 'not': {
        const operand = this.of(condition.operand);
        return operand === condition.operand ? condition : { ...condition, operand };
      }
      default: {
        const { left } = condition;
        return left.kind === 'field' && comparesOnItsOwn(left) ? this.#check(condition, left) : condition;
      }
    }
  }

  #check(check: Check, left: FieldExpression): Condition {
    const { name } = left.field;
    if (check.kind === 'exists') {
      return ENDS.has(name) ? { ...check, left: this.#descriptor(left) } : check;
    }
    if (check.right.kind !== 'values') return check;
    const [first] = check.right.values;
    if (first === undefined) return check;
    const one = { kind: 'values', values: [first] } as const;
    if (check.kind === 'list') {
      if (name === 'fd.net') return check.operator === 'in' ? { ...check, right: one } : check;
      const hasLength = TEXTS.has(left.type) || left.type === 'PORT';
      return hasLength ? check : never(check);
    }
    if (name === 'evt.rawarg' && left.type === 'BYTEBUF' && first !== '') {
      return check.operator === '!=' ? { kind: 'exists', left, location: check.location } : never(check);
    }
    return check.modifier === undefined ? check : { ...check, modifier: undefined, right: one };
  }

  /** Any descriptor has a type. */
  #descriptor(left: FieldExpression): FieldExpression {
    const found = this.#catalog.find('fd.type');
    if (!found) return left;
    const field = readableField(this.#catalog, found.field);
    return { ...left, field, type: field.type };
  }
}

function comparesOnItsOwn({ field, argument }: FieldExpression): boolean {
  return (
    ENDS.has(field.name) ||
    field.name === 'evt.rawarg' ||
    (ANCESTORS.has(field.name) && argument === undefined)
  );
}

function never({ left, location }: Check): ListCheck {
  return { kind: 'list', left, operator: 'in', right: { kind: 'values', values: [] }, location };
}
