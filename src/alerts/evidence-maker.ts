/** Gathers evidence for alerts: what the model knows of the processes now, and how the condition's parts were judged. */
import type { Field, FieldCatalog } from '../fields/field.ts';
import { judgePart, type Part, partsOfWritten } from '../matcher/explain.ts';
import type { CheckedRule, CheckedRuleSet, Condition } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import { digestOf } from './condition-digest.ts';
import { type Evidence, type EvidencePart, NO_TIME, NOTHING_IN_TIME } from './evidence.ts';
import type { EvidenceBudget } from './evidence-budget.ts';
import { auditFacts } from './evidence-facts.ts';
import { shownPart } from './evidence-parts.ts';
import { containersOf, processesOf } from './evidence-processes.ts';
import { Shortener } from './shortener.ts';

/** Parts of a condition that are judged for one alert; each takes about a microsecond. */
const MOST_PARTS = 2000;
/** Values of lists that take as long as a part: the interpreter compares with each. */
const VALUES_OF_A_PART = 20;

/** Evidence whose event may be gone, while something about containers is still to come. */
export interface HeldEvidence {
  finish(): Evidence;
}

const FAULT = 'gathering it has failed, which is a fault in Lanner';

const NOTHING: HeldEvidence = { finish: () => NOTHING_IN_TIME };

/** What is known of a rule from its first alert on. */
interface Explainable {
  readonly parts: Part | undefined;
  readonly digest: string | null;
  /** Why there are no parts. */
  readonly reason?: string;
}

interface Judged extends Pick<Evidence, 'condition' | 'digest' | 'conditionReason'> {}

export class EvidenceMaker {
  readonly #catalog: FieldCatalog<Field>;
  readonly #ruleSet: Pick<CheckedRuleSet, 'macros'>;
  readonly #explainable = new WeakMap<CheckedRule, Explainable>();

  /** For the rules of a set; `catalog` has the fields that they read. */
  constructor(ruleSet: Pick<CheckedRuleSet, 'macros'>, catalog: FieldCatalog<Field>) {
    this.#ruleSet = ruleSet;
    this.#catalog = catalog;
  }

  /**
   * Gathers what the rule has matched by, as far as the budget goes. Everything is copied out of the event. A fault
   * costs the evidence, never the alert.
   */
  hold(rule: CheckedRule, context: EventContext, budget: EvidenceBudget): HeldEvidence {
    try {
      return this.#hold(rule, context, budget);
    } catch {
      budget.counts.failed++;
      return { finish: () => ({ ...NOTHING_IN_TIME, processesReason: FAULT, conditionReason: FAULT }) };
    }
  }

  #hold(rule: CheckedRule, context: EventContext, budget: EvidenceBudget): HeldEvidence {
    const { counts } = budget;
    if (!budget.alerts.take()) {
      counts.withoutProcesses++;
      counts.withoutCondition++;
      return NOTHING;
    }
    const shortener = new Shortener();
    const around = budget.processes.spend(() => ({
      processes: processesOf(context, shortener),
      audit: auditFacts(context, this.#catalog, shortener),
    }));
    const judged = budget.conditions.spend(() => this.#judge(rule, context, shortener));
    if (around === undefined) counts.withoutProcesses++;
    if (judged === undefined) counts.withoutCondition++;
    else if (judged.condition === null) counts.withoutParts++;
    if (around !== undefined || judged !== undefined) counts.gathered++;
    if (shortener.hasCut) counts.cut++;
    const { processes = [], audit = [] } = around ?? {};
    const { system } = context;
    return {
      finish: () => ({
        processes,
        containers: containersOf(processes, system),
        ...(audit.length === 0 ? {} : { audit }),
        ...(around === undefined ? { processesReason: NO_TIME } : {}),
        ...(judged ?? { condition: null, conditionReason: NO_TIME, digest: null }),
        isCut: shortener.hasCut,
      }),
    };
  }

  #judge(rule: CheckedRule, context: EventContext, shortener: Shortener): Judged {
    let explainable = this.#explainable.get(rule);
    if (explainable === undefined) {
      explainable = explainableOf(rule, this.#ruleSet);
      this.#explainable.set(rule, explainable);
    }
    const { parts, digest, reason = '' } = explainable;
    if (parts === undefined) return { condition: null, conditionReason: reason, digest };
    const condition: EvidencePart = shownPart(judgePart(parts, context, this.#catalog), shortener);
    return { condition, digest };
  }
}

function explainableOf(rule: CheckedRule, ruleSet: Pick<CheckedRuleSet, 'macros'>): Explainable {
  if (isLarger(rule.condition, MOST_PARTS))
    return {
      parts: undefined,
      digest: null,
      reason: `the condition has more than ${MOST_PARTS} parts, or lists of more than ${MOST_PARTS * VALUES_OF_A_PART} values`,
    };
  const parts = partsOfWritten(rule, ruleSet);
  const digest = digestOf(rule.condition);
  return { parts, digest, reason: 'the condition is not known as it was written' };
}

/** Whether judging a condition takes longer than that of so many parts. */
function isLarger(condition: Condition, most: number): boolean {
  const waiting = [condition];
  for (let cost = 0; ; cost++) {
    if (cost > most) return true;
    const next = waiting.pop();
    if (next === undefined) return false;
    if (next.kind === 'and' || next.kind === 'or') waiting.push(...next.operands);
    else if (next.kind === 'not') waiting.push(next.operand);
    else if (next.kind !== 'exists' && next.right.kind === 'values')
      cost += next.right.values.length / VALUES_OF_A_PART;
  }
}
