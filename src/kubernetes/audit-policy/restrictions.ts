/**
 * What one check of a rule's condition says of the requests at whose events it holds. This is the part of the
 * analysis in matcher/necessary.ts that knows of the audit log: it never says more than what is certain.
 */
import { type ByteString, toText } from '../../events/bytes.ts';
import { allOf, anyOf, type Check, type Formula, predicate } from '../../matcher/necessary.ts';
import type { Expression, FieldExpression, TransformOperand } from '../../rules/checked.ts';
import { attributeOf, demandOf } from './field-levels.ts';
import { higherLevel, type Level, STAGES, type Stage } from './policy.ts';
import { EVERY_PATH, EVERY_RESOURCE, type RequestBox } from './request-set.ts';
import { allBut, only, type TextSet } from './text-set.ts';

/** One thing that must be so at an event. */
export type Restriction =
  | { readonly kind: 'requests'; readonly box: RequestBox }
  | { readonly kind: 'stages'; readonly stages: ReadonlySet<Stage> }
  /** The event must be recorded at this level for the check to mean anything. */
  | { readonly kind: 'level'; readonly level: Level };

const ALL_STAGES: ReadonlySet<Stage> = new Set(STAGES);
const AFTER_ARRIVAL: ReadonlySet<Stage> = new Set(STAGES.filter((stage) => stage !== 'RequestReceived'));

/** A formula that holds whenever `check` has the value `wanted`. */
export function restrictionOf(check: Check, wanted: boolean): Formula<Restriction> {
  const fields = fieldsIn(check);
  const demands = fields.map(demandOf);
  const level = demands.map((demand) => demand.level).reduce(higherLevel, 'Metadata');
  const isLate = wanted && demands.some((demand) => demand.isLate);
  return allOf([
    // Of no check is there nothing to say: "true or …" would be true, and the level of what follows forgotten.
    predicate<Restriction>({ kind: 'level', level }),
    isLate ? stages(AFTER_ARRIVAL) : true,
    check.left.kind === 'field' ? requestsOfCheck(check, check.left, wanted) : true,
  ]);
}

/** All fields that a check reads. */
function fieldsIn(check: Check): FieldExpression[] {
  const right = check.kind === 'exists' || check.right.kind === 'values' ? [] : fieldsOf(check.right);
  return [...fieldsOf(check.left), ...right];
}

/** All fields that an expression reads. */
export function fieldsOf(expression: Expression | TransformOperand): FieldExpression[] {
  switch (expression.kind) {
    case 'field':
      return [expression];
    case 'transform':
      return expression.operands.flatMap(fieldsOf);
    case 'list':
      return expression.items.flatMap(fieldsOf);
    case 'literal':
      return [];
  }
}

function requestsOfCheck(check: Check, left: FieldExpression, wanted: boolean): Formula<Restriction> {
  const attribute = attributeOf(left);
  switch (attribute) {
    case 'jevt.rawtime':
    case 'json.rawtime':
      return isAlways(check) ? wanted : isNever(check) ? !wanted : true;
    case 'ka.stage':
      return stages(stagesOf(check, wanted));
    case 'ka.user.groups':
      return groupsOf(check, wanted);
    case 'ka.uri':
      return addressesOf(check, wanted);
    case 'ka.verb':
      return everyKind(textsOf(check, wanted, false), 'verb');
    case 'ka.user.name':
      return everyKind(textsOf(check, wanted, false), 'user');
    case 'ka.target.resource':
      return ofObject(check, wanted, 'resource');
    case 'ka.target.subresource':
      return ofObject(check, wanted, 'subresource');
    case 'ka.target.namespace':
      return ofObject(check, wanted, 'namespace');
    case 'ka.target.name':
      return ofObject(check, wanted, 'name');
    case 'objectRef.apiGroup':
      return ofObject(check, wanted, 'group');
    default:
      return true;
  }
}

/** Every event has a time. */
function isAlways(check: Check): boolean {
  return check.kind === 'exists';
}

/** Rules are turned off by asking for the time zero. */
function isNever(check: Check): boolean {
  if (check.kind !== 'scalar' || check.operator !== '=' || check.right.kind !== 'values') return false;
  return check.right.values.every((value) => Number(value) === 0);
}

function requests(box: RequestBox): Formula<Restriction> {
  return predicate<Restriction>({ kind: 'requests', box });
}

function stages(wanted: ReadonlySet<Stage>): Formula<Restriction> {
  if (wanted.size === STAGES.length) return true;
  return wanted.size > 0 && predicate<Restriction>({ kind: 'stages', stages: wanted });
}

/**
 * Values that the attribute has when the check has the value `wanted`; `undefined` where nothing can be said.
 * `canLack` tells that the attribute may be missing, which is the empty text in a request.
 */
function textsOf(check: Check, wanted: boolean, canLack: boolean): TextSet | undefined {
  if (check.kind === 'exists') return canLack ? (wanted ? allBut(['']) : only([''])) : undefined;
  if (check.right.kind !== 'values') return undefined;
  const values = check.right.values.map((value) => (typeof value === 'string' ? textOf(value) : undefined));
  if (!values.every((value) => value !== undefined)) return undefined;
  if (check.kind === 'list') {
    if (check.operator !== 'in' || check.left.isList) return undefined;
    return wanted ? only(values) : allBut(values);
  }
  if (check.modifier !== undefined && (check.modifier === 'allof' || !wanted)) return undefined;
  if (check.operator === '=') return wanted ? only(values) : allBut(values);
  // Something that is missing is different from nothing: the check is then false.
  if (check.operator === '!=' && values.length === 1)
    return wanted ? allBut(canLack ? [...values, ''] : values) : only(canLack ? [...values, ''] : values);
  return undefined;
}

function textOf(value: ByteString): string {
  return toText(value);
}

function stagesOf(check: Check, wanted: boolean): ReadonlySet<Stage> {
  const texts = textsOf(check, wanted, false);
  if (texts === undefined) return ALL_STAGES;
  return new Set(STAGES.filter((stage) => texts.values.has(stage) !== texts.isComplement));
}

/** Of an attribute that requests of both kinds have. */
function everyKind(texts: TextSet | undefined, attribute: 'verb' | 'user'): Formula<Restriction> {
  if (texts === undefined) return true;
  return anyOf([
    requests({ ...EVERY_RESOURCE, [attribute]: texts }),
    requests({ ...EVERY_PATH, [attribute]: texts }),
  ]);
}

/** Of an attribute that requests for paths lack. */
function ofObject(
  check: Check,
  wanted: boolean,
  attribute: 'resource' | 'subresource' | 'namespace' | 'name' | 'group',
): Formula<Restriction> {
  const texts = textsOf(check, wanted, true);
  // A check that wants a value finds none where there is no object; its negation is then true.
  if (texts === undefined) return wanted ? requests(EVERY_RESOURCE) : true;
  const set = attribute === 'name' ? nameInAddress(texts) : texts;
  const box = { ...EVERY_RESOURCE, [attribute]: set };
  return wanted ? requests(box) : anyOf([requests(box), requests(EVERY_PATH)]);
}

/** The name of an object that is created is in the body only: the API server decides before it knows it. */
function nameInAddress(texts: TextSet): TextSet {
  return texts.isComplement ? allBut(texts.values.difference(new Set(['']))) : only([...texts.values, '']);
}

function groupsOf(check: Check, wanted: boolean): Formula<Restriction> {
  if (check.kind !== 'list' || check.operator !== 'intersects' || check.right.kind !== 'values') return true;
  const values = new Set(check.right.values.map((value) => textOf(value as ByteString)));
  const groups = wanted ? { anyOf: [values], noneOf: new Set<string>() } : { anyOf: [], noneOf: values };
  return anyOf([requests({ ...EVERY_RESOURCE, groups }), requests({ ...EVERY_PATH, groups })]);
}

/**
 * By the path of the address; resources have addresses, too, which begin with /api. Nothing is said of what an
 * address is not, since the same path can be written in many ways.
 */
function addressesOf(check: Check, wanted: boolean): Formula<Restriction> {
  if (!wanted || check.kind === 'exists' || check.right.kind !== 'values') return true;
  const isEqual = check.kind === 'list' ? check.operator === 'in' : check.operator === '=';
  const isStart = check.kind === 'scalar' && check.operator === 'startswith';
  if (!isEqual && !isStart) return true;
  if (check.kind === 'scalar' && check.modifier === 'allof') return true;
  return anyOf(check.right.values.map((value) => addressIs(textOf(value as ByteString), isStart)));
}

function addressIs(address: string, isStart: boolean): Formula<Restriction> {
  if (address.includes('%')) return true;
  const [path = ''] = address.split('?', 1);
  const within = isStart && path === address ? `${path}*` : path;
  const paths = requests({ ...EVERY_PATH, path: { within, without: [] } });
  const mayBeResource = address.startsWith('/api') || (isStart && '/api'.startsWith(address));
  return mayBeResource ? anyOf([paths, requests(EVERY_RESOURCE)]) : paths;
}
