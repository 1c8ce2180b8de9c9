/**
 * Finds out, with the rule language itself, which alerts of the past an override file silences: the file is loaded
 * behind the rules, and its exceptions are asked about the fields of each alert.
 */
import { toByteString } from '../events/bytes.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import { holds } from '../matcher/interpreter.ts';
import type { RuleEnvironment } from '../rules/environment.ts';
import { loadRules, type RuleFile } from '../rules/load.ts';
import type { EventContext } from '../system/context.ts';
import type { PastValue } from './history.ts';
import type { PresentException } from './override-file.ts';
import type { Proposal, Shape } from './proposals.ts';

export interface Claims {
  /** The rules as they are, whose lists the override file sees. */
  readonly files: readonly RuleFile[];
  readonly override: string;
  readonly proposals: readonly Proposal[];
  readonly present: (rule: string) => readonly PresentException[];
  readonly fields: FieldCatalog<Field>;
  readonly environment: (fields: FieldCatalog<Field>) => RuleEnvironment;
}

/** Alerts are silenced that should not be, or the other way round; `undefined` when all is as it was claimed. */
export interface Difference {
  readonly rule: string;
  readonly what: string;
}

/** A field that every alert has, so that a rule of nothing but exceptions holds unless one of them does. */
const ALWAYS = 'evt.num';

/**
 * Whether the override file silences the alerts of its proposals, and of `others`, by rule, none. An exception that
 * does not load silences nothing.
 */
export function differences(claims: Claims, others: ReadonlyMap<string, readonly Shape[]>): Difference[] {
  const { files, override, proposals, present } = claims;
  let current: Shape = new Map();
  const catalog = fieldsOfAlert(claims.fields, (name) => current.get(name) ?? null);
  const bare = [...new Map(proposals.map((proposal) => [proposal.rule, proposal])).values()];
  const { ruleSet } = loadRules(
    [
      ...files,
      { name: 'bare', text: bare.map((proposal) => bareRule(proposal, present(proposal.rule))).join('') },
      { name: 'override', text: override },
    ],
    claims.environment(catalog),
  );
  const rules = new Map(ruleSet.rules.map((rule) => [rule.name, rule]));
  const isSilenced = (name: string, shape: Shape): boolean => {
    const rule = rules.get(name);
    current = shape;
    return rule !== undefined && !holds(rule.condition, {} as EventContext, catalog);
  };
  const missed = proposals
    .filter(({ rule, shapes }) => !shapes.every((shape) => isSilenced(rule, shape)))
    .map(({ rule }) => ({ rule, what: 'it would not silence all that it was made for' }));
  const hit = bare
    .filter(({ rule }) => others.get(rule)?.some((shape) => isSilenced(rule, shape)))
    .map(({ rule }) => ({ rule, what: 'it would silence other alerts too' }));
  return [...missed, ...hit];
}

/** The rule with its exceptions as they are, without values, and with a condition that every alert fulfils. */
function bareRule({ rule, source }: Proposal, present: readonly PresentException[]): string {
  const exceptions = present.map(({ name, fields, operators }) => ({
    ...{ name, fields, comps: operators },
  }));
  const item = {
    ...{ rule, source, desc: 'x', condition: `${ALWAYS} >= 0`, output: 'x', priority: 'DEBUG' },
    ...(exceptions.length > 0 ? { exceptions } : {}),
  };
  return `- ${JSON.stringify(item)}\n`;
}

/** The fields of the catalogue, with the values of an alert. */
function fieldsOfAlert(
  catalog: FieldCatalog<Field>,
  value: (name: string) => PastValue,
): FieldCatalog<Field> {
  const own = new Map<string, Field>();
  const ownField = (field: Field): Field => {
    const made = own.get(field.name) ?? {
      ...field,
      multiplicity: undefined,
      read: () => (field.name === ALWAYS ? 0 : fieldValue(value(field.name), field)),
    };
    own.set(field.name, made as Field);
    return made as Field;
  };
  return {
    fields: catalog.fields,
    find(name) {
      const reference = catalog.find(name);
      return reference && { ...reference, field: ownField(reference.field) };
    },
  };
}

function fieldValue(value: PastValue, { type }: Field): string | number | boolean | undefined {
  if (value === null) return undefined;
  if (typeof value !== 'string') return value;
  return type === 'BOOL' ? value === 'true' : toByteString(value);
}
