/** What the candidate index can ask of an event: atoms, each about the value of one field. */
import type { ByteString } from '../../events/bytes.ts';
import type { Field, FieldCatalog, Scalar } from '../../fields/field.ts';
import type { FieldExpression, ListCheck, Value } from '../../rules/checked.ts';
import { readableField } from '../catalog.ts';
import { isNetwork } from '../comparisons.ts';
import { allOf, anyOf, type Check, type Decide, type Formula, predicate } from '../necessary.ts';
import { bytesAsText } from '../transformers.ts';

/**
 * How the value of a field relates to a literal; of several candidate values, how any of them does. All are false for
 * a field that is missing.
 */
export type Relation = 'equals' | 'starts' | 'ends' | 'contains' | 'contains in any case';

/**
 * One question: does the field have a value, does its value relate to a literal, or does a check as it stands hold?
 * The same question is the same object wherever it occurs.
 */
export type Atom =
  | { readonly kind: 'exists'; readonly subject: Subject }
  | {
      readonly kind: 'relation';
      readonly subject: Subject;
      readonly relation: Relation;
      readonly literal: Scalar;
    }
  | { readonly kind: 'check'; readonly subject: Subject; readonly check: Check };

/** A field with its argument. The same field is the same object wherever it occurs. */
export interface Subject {
  readonly key: string;
  readonly expression: FieldExpression;
  readonly field: Field;
}

/** Dearer checks than this are left to the rules, unless they compare with literals. */
const MAX_CHECK_COST = 1;

/** Dearer fields than this are not read for the index. */
const MAX_FIELD_COST = 5;

const TEXT_TYPES: ReadonlySet<string> = new Set(['CHARBUF', 'FSPATH', 'FSRELPATH']);

/** Fields whose reading changes something, or whose value another read may not give again. */
const VOLATILE_CLASSES: ReadonlySet<string> = new Set(['util']);

/** Turns checks into atoms; what it cannot express it takes for possible. See necessary.ts for what that means. */
export class AtomMaker {
  readonly #catalog: FieldCatalog<Field>;
  readonly #subjects = new Map<string, Subject>();
  readonly #atoms = new Map<Subject, Map<unknown, Atom>>();
  readonly decide: Decide<Atom> = (check, wanted) => this.#decide(check, wanted);

  constructor(catalog: FieldCatalog<Field>) {
    this.#catalog = catalog;
  }

  #decide(check: Check, wanted: boolean): Formula<Atom> {
    if (check.left.kind !== 'field') return true;
    const derived = this.#ofDerivedPath(check, check.left, wanted);
    if (derived !== undefined) return derived;
    const subject = this.#subject(check.left);
    if (!isReadable(subject.field)) return true;
    const formula = this.#exactly(check, subject);
    if (formula !== undefined) return wanted ? formula : negation(formula);
    if (!wanted || !isPlainText(subject.field)) return true;
    return check.kind === 'list' ? this.#below(check, subject) : this.#globbed(check, subject);
  }

  /** A formula that says the same as the check; `undefined` when there is none. */
  #exactly(check: Check, subject: Subject): Formula<Atom> | undefined {
    const { field } = subject;
    if (!field.isList && field.type !== 'DYN') {
      if (check.kind === 'exists') return predicate(this.#exists(subject));
      const literals = literalsOf(check);
      if (literals !== undefined) {
        if (check.operator === '!=' && literals.length === 1 && field.multiplicity === undefined) {
          const equal = predicate(this.#relation(subject, 'equals', literals[0] as Scalar), false);
          return allOf([predicate(this.#exists(subject)), equal]);
        }
        const relation = relationOf(check);
        if (relation !== undefined && (relation === 'equals' || TEXT_TYPES.has(field.type)))
          return this.#any(subject, relation, literals);
      }
    }
    if (field.cost > MAX_CHECK_COST) return undefined;
    if (check.kind !== 'exists' && check.right.kind !== 'values') return undefined;
    return predicate(this.#check(subject, check));
  }

  #any(subject: Subject, relation: Relation, literals: readonly Scalar[]): Formula<Atom> {
    return anyOf(
      literals.map((literal) =>
        literal === '' && relation !== 'equals'
          ? predicate(this.#exists(subject))
          : predicate(this.#relation(subject, relation, literal)),
      ),
    );
  }

  /**
   * What matches a shell pattern begins and ends with what stands before and behind its special characters; in any
   * case, it contains what stands between them.
   */
  #globbed(check: Check, subject: Subject): Formula<Atom> {
    if (check.kind !== 'scalar' || (check.operator !== 'glob' && check.operator !== 'iglob')) return true;
    const patterns = literalsOf(check) as readonly ByteString[] | undefined;
    if (patterns === undefined || check.modifier === 'allof') return true;
    if (check.operator === 'iglob')
      return anyOf(
        patterns.map((pattern) => this.#any(subject, 'contains in any case', [longestPiece(pattern)])),
      );
    return anyOf(
      patterns.map((pattern) => {
        const first = pattern.search(/[?*[\\]/);
        if (first < 0) return predicate(this.#relation(subject, 'equals', pattern));
        const last = pattern.search(/[^?*[\]\\]*$/);
        return allOf([
          this.#any(subject, 'starts', [pattern.slice(0, first)]),
          this.#any(subject, 'ends', [pattern.slice(last)]),
        ]);
      }),
    );
  }

  /** A path below another contains each component of that one. */
  #below(check: ListCheck, subject: Subject): Formula<Atom> {
    const paths =
      check.operator === 'pmatch' ? (literalsOf(check) as readonly ByteString[] | undefined) : undefined;
    if (paths === undefined) return true;
    return anyOf(
      paths.map((path) => {
        const components = path.split('/').filter((component) => !/[?*[\\]/.test(component));
        return this.#any(subject, 'contains', [components.reduce(longer, '')]);
      }),
    );
  }

  /**
   * `fd.directory` and `fd.filename` are parts of `fd.name`: the name begins with the one and ends with a slash and
   * the other, so that one look at the name will do. The part `/` is an exception: it also stands for "no slash in
   * the name" (fd-name.ts).
   */
  #ofDerivedPath(
    check: Check,
    { field, argument }: FieldExpression,
    wanted: boolean,
  ): Formula<Atom> | undefined {
    const isDirectory = field.name === 'fd.directory';
    if (!isDirectory && field.name !== 'fd.filename') return undefined;
    const whole = this.#catalog.find('fd.name')?.field;
    if (!whole || argument !== undefined) return true;
    const literals = literalsOf(check) as readonly ByteString[] | undefined;
    if (!wanted || literals === undefined || relationOf(check) !== 'equals') return true;
    const left = check.left as FieldExpression;
    const own = this.#subject(left);
    const subject = this.#subjectOf(whole, { ...left, field: whole });
    return anyOf(
      literals.map((part) => {
        if (part === '/' || part === '') return predicate(this.#relation(own, 'equals', part));
        if (isDirectory) return predicate(this.#relation(subject, 'starts', part));
        return predicate(this.#relation(subject, 'ends', part.includes('/') ? part : `/${part}`));
      }),
    );
  }

  #subject(expression: FieldExpression): Subject {
    return this.#subjectOf(readableField(this.#catalog, expression.field), expression);
  }

  #subjectOf(field: Field, expression: FieldExpression): Subject {
    const { argument } = expression;
    const key = argument === undefined ? field.name : `${field.name}[${argument}]`;
    let subject = this.#subjects.get(key);
    if (subject === undefined) {
      subject = { key, expression, field };
      this.#subjects.set(key, subject);
    }
    return subject;
  }

  #exists(subject: Subject): Atom {
    return this.#atom(subject, 'exists', () => ({ kind: 'exists', subject }));
  }

  #relation(subject: Subject, relation: Relation, literal: Scalar): Atom {
    // Numbers and texts never have the same key: "s" and "n" tell them apart.
    const key = `${relation} ${typeof literal} ${String(literal)}`;
    return this.#atom(subject, key, () => ({ kind: 'relation', subject, relation, literal }));
  }

  #check(subject: Subject, check: Check): Atom {
    return this.#atom(subject, textOf(check), () => ({ kind: 'check', subject, check }));
  }

  #atom(subject: Subject, key: string, make: () => Atom): Atom {
    let atoms = this.#atoms.get(subject);
    if (atoms === undefined) {
      atoms = new Map();
      this.#atoms.set(subject, atoms);
    }
    let atom = atoms.get(key);
    if (atom === undefined) {
      atom = make();
      atoms.set(key, atom);
    }
    return atom;
  }
}

function isReadable({ cost, type, fieldClass }: Field): boolean {
  return cost <= MAX_FIELD_COST && type !== 'BYTEBUF' && !VOLATILE_CLASSES.has(fieldClass);
}

function isPlainText({ type, isList }: Field): boolean {
  return TEXT_TYPES.has(type) && !isList;
}

function longer(one: ByteString, other: ByteString): ByteString {
  return other.length > one.length ? other : one;
}

/** The longest text that stands in a shell pattern as it is; only what is before its first set or escape counts. */
function longestPiece(pattern: ByteString): ByteString {
  const [plain = ''] = pattern.split(/[[\\]/, 1);
  return plain.split(/[?*]/).reduce(longer, '');
}

/** The literals that a check compares with, if one of them suffices; `undefined` for anything else. */
function literalsOf(check: Check): readonly Scalar[] | undefined {
  if (check.kind === 'exists' || check.right.kind !== 'values') return undefined;
  const { values } = check.right;
  const isAny = check.kind === 'list' || check.modifier === 'anyof' || values.length === 1;
  if (!isAny || (check.kind === 'scalar' && check.modifier === 'oneof' && values.length !== 1))
    return undefined;
  return values.some(isNetwork) ? undefined : values.map((value) => bytesAsText(value as Scalar));
}

function relationOf(check: Check): Relation | undefined {
  if (check.kind === 'exists') return undefined;
  switch (check.operator) {
    case '=':
    case 'in':
    case 'intersects':
      return 'equals';
    case 'startswith':
      return 'starts';
    case 'endswith':
      return 'ends';
    case 'contains':
      return 'contains';
    case 'icontains':
      return 'contains in any case';
    default:
      return undefined;
  }
}

/** The negation, for formulas of atoms that say exactly what they stand for. */
function negation(formula: Formula<Atom>): Formula<Atom> {
  if (typeof formula === 'boolean') return !formula;
  if (formula.kind === 'literal') return predicate(formula.predicate, !formula.holds);
  const operands = formula.operands.map(negation);
  return formula.kind === 'and' ? anyOf(operands) : allOf(operands);
}

/** Tells apart checks of one field that may differ. */
function textOf(check: Check): string {
  if (check.kind === 'exists') return 'check exists';
  const modifier = check.kind === 'scalar' ? check.modifier : '';
  const values = check.right.kind === 'values' ? check.right.values : [];
  return `check ${check.operator} ${modifier} ${values.map(valueText).join(' ')}`;
}

function valueText(value: Value): string {
  if (isNetwork(value)) return `net ${JSON.stringify(value.address)}/${value.prefix}`;
  return `${typeof value} ${JSON.stringify(String(bytesAsText(value)))}`;
}
