/**
 * Asks rules about audit events in the slowest and plainest way: a request, a stage, and for every field a value that
 * the API server could have recorded then. Holds needs and policies against it.
 */
import assert from 'node:assert/strict';
import { FIELD_CATALOG } from '../../fields/catalog.ts';
import type { Field, FieldCatalog, FieldValue } from '../../fields/field.ts';
import { holds } from '../../matcher/interpreter.ts';
import type { CheckedRule, Condition } from '../../rules/checked.ts';
import type { EventContext } from '../../system/context.ts';
import { type AuditedRequest, decide, isLongRunning } from './decide.ts';
import { attributeOf, demandOf } from './field-levels.ts';
import { type AuditNeed, isFed } from './needs.ts';
import { isLevelAtLeast, type Policy, STAGES, type Stage } from './policy.ts';
import { Dice, randomRequest } from './random.test-kit.ts';
import { hasRequest } from './request-set.ts';

/** Literals that conditions compare each field with, by `name[argument]`. */
type Literals = ReadonlyMap<string, readonly FieldValue[]>;

interface Event {
  readonly request: AuditedRequest;
  readonly stage: Stage;
  /** Values of fields that no attribute tells, chosen when first asked for. */
  readonly others: Map<string, FieldValue>;
}

const events = new WeakMap<EventContext, Event>();

/**
 * Makes `rounds` events and gives how often each rule fired. Every event at which a rule fires must be of a need of
 * the rule, and of the policy's recording what every need for the request wants.
 */
export function fire(
  rules: readonly CheckedRule[],
  needs: readonly AuditNeed[],
  policy: Policy,
  { rounds, seed, withOutputs = true }: { rounds: number; seed: number; withOutputs?: boolean },
): Map<string, number> {
  const dice = new Dice(seed);
  const fired = new Map<string, number>();
  const literals = literalsOf(rules);
  const catalog = catalogOf(literals, dice);
  for (let round = 0; round < rounds; round++) {
    const request = randomRequest(dice);
    const reached = STAGES.filter((stage) => stage !== 'ResponseStarted' || isLongRunning(request));
    const event: Event = { request, stage: dice.pick(reached), others: new Map() };
    const context = {} as EventContext;
    events.set(context, event);
    const decision = decide(policy, request);
    const told = (): string => JSON.stringify({ ...event, others: [...event.others], decision });
    for (const rule of rules) {
      if (!rule.enabled || !holds(rule.condition, context, catalog)) continue;
      fired.set(rule.name, (fired.get(rule.name) ?? 0) + 1);
      const own = needs.filter((need) => need.rule === rule.name && hasRequest(need.box, request));
      assert.ok(
        own.some(({ stages }) => stages.has(event.stage)),
        `no need of ${rule.name} has ${told()}`,
      );
      for (const need of own) {
        const wanted = withOutputs ? need.outputLevel : need.level;
        assert.ok(isLevelAtLeast(decision.level, wanted), `${rule.name} wants ${wanted}: ${told()}`);
        assert.ok(
          isFed(need, decision.stages, isLongRunning(request)),
          `${rule.name} wants stages: ${told()}`,
        );
      }
    }
  }
  return fired;
}

function literalsOf(rules: readonly CheckedRule[]): Literals {
  const literals = new Map<string, FieldValue[]>();
  const visit = (condition: Condition): void => {
    switch (condition.kind) {
      case 'and':
      case 'or':
        for (const operand of condition.operands) visit(operand);
        return;
      case 'not':
        visit(condition.operand);
        return;
      case 'exists':
        return;
      default: {
        if (condition.left.kind !== 'field' || condition.right.kind !== 'values') return;
        const key = keyOf(condition.left.field.name, condition.left.argument);
        literals.set(key, [...(literals.get(key) ?? []), ...(condition.right.values as FieldValue[])]);
      }
    }
  };
  for (const rule of rules) visit(rule.condition);
  return literals;
}

function keyOf(name: string, argument: string | undefined): string {
  return argument === undefined ? name : `${name}[${argument}]`;
}

function catalogOf(literals: Literals, dice: Dice): FieldCatalog<Field> {
  const read = (field: Field, argument: string | undefined, event: Event): FieldValue => {
    const attribute = attributeOf({ field, argument });
    const known = attributeValue(attribute, event);
    if (known !== 'unknown') return known;
    if (demandOf({ field, argument }).isLate && event.stage === 'RequestReceived') return undefined;
    const key = keyOf(field.name, argument);
    const { others } = event;
    if (!others.has(key)) {
      const value = dice.pick([undefined, 'something else', ...(literals.get(key) ?? [])]);
      others.set(key, field.isList && value !== undefined ? ([value] as FieldValue) : value);
    }
    return others.get(key);
  };
  return {
    fields: FIELD_CATALOG.fields,
    find(name) {
      const found = FIELD_CATALOG.find(name);
      if (found === undefined) return undefined;
      const { field } = found;
      const own: Field = {
        ...field,
        read: (context, argument) => read(field, argument, events.get(context) ?? assert.fail()),
      };
      return { ...found, field: own };
    },
  };
}

/** What the request itself tells; empty texts are missing in an event. */
function attributeValue(name: string, { request, stage, others }: Event): FieldValue | 'unknown' {
  const { target } = request;
  const ofObject = (value: string): FieldValue => (value === '' ? undefined : value);
  switch (name) {
    case 'ka.stage':
      return stage;
    case 'ka.verb':
      return request.verb;
    case 'ka.user.name':
      return request.user;
    case 'ka.user.groups':
      return request.groups;
    case 'ka.uri':
      return target.kind === 'path' ? target.path : `/api/v1/${target.resource}/${target.name}`;
    case 'jevt.rawtime':
    case 'json.rawtime':
      return '1700000000000000000';
  }
  if (!name.startsWith('ka.target.')) return 'unknown';
  if (target.kind === 'path') return undefined;
  if (name === 'ka.target.name' && target.name === '') {
    // The name of what is created is in the body, and told when that has been read.
    return stage === 'RequestReceived' || request.verb !== 'create'
      ? undefined
      : (others.get('name') ?? 'created');
  }
  const attribute = name.slice('ka.target.'.length);
  const attributes = ['name', 'namespace', 'resource', 'subresource'] as const;
  const found = attributes.find((each) => each === attribute);
  return found === undefined ? 'unknown' : ofObject(target[found]);
}
