/** The judge of tests: the matcher of every day, and beside it what explains its judgement. */
import type { RuleAlert } from '../alerts/alert.ts';
import { AlertMaker } from '../alerts/alert-maker.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import { type JudgedPart, judgePart, nearness, type Part, partsOfRule } from '../matcher/explain.ts';
import type { NamingMatcher } from '../matcher/other-names.ts';
import { compileSources } from '../matcher/sources.ts';
import { finish } from '../matcher/steps.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { LoadOutcome } from '../rules/load.ts';
import type { EventContext } from '../system/context.ts';
import { literalCatalog } from './literal-catalog.ts';
import { eachEvent, type ShownInput } from './stage.ts';

const CATALOG = literalCatalog(FIELD_CATALOG);

/** A rule matched. */
export interface Raised {
  readonly rule: CheckedRule;
  readonly alert: RuleAlert;
  readonly origin: string;
  readonly judged: JudgedPart | undefined;
}

/** A rule's condition at one event. */
export interface Explained {
  readonly origin: string;
  readonly judged: JudgedPart;
}

export class EventJudge {
  readonly rules: readonly CheckedRule[];
  readonly #outcome: LoadOutcome;
  readonly #parts = new Map<string, Part | undefined>();
  readonly #maker = new AlertMaker(CATALOG);
  readonly #matcher: NamingMatcher;

  /** `outcome` without errors. */
  constructor(outcome: LoadOutcome) {
    this.#outcome = outcome;
    this.rules = outcome.ruleSet.rules;
    const options = { matching: 'all', sources: ['syscall', 'k8s_audit'] } as const;
    this.#matcher = finish(compileSources({ rules: this.rules }, CATALOG, options));
  }

  /** The parts of the condition of a loaded rule. */
  parts(rule: string): Part | undefined {
    if (!this.#parts.has(rule)) {
      const { rules, macros } = this.#outcome.compiled;
      const compiled = rules.find(({ entry }) => entry.name === rule);
      this.#parts.set(rule, compiled && partsOfRule(compiled, macros));
    }
    return this.#parts.get(rule);
  }

  /** All alerts that the events raise. `seen` is told of every event, too. */
  async judge(input: ShownInput, seen: (context: EventContext) => void = () => {}): Promise<Raised[]> {
    const matcher = this.#matcher;
    const raised: Raised[] = [];
    await eachEvent(input, (context, origin) => {
      matcher.match(context, (rule) => {
        const alert = this.#maker.make(rule, context);
        raised.push({ rule, alert, origin, judged: this.explain(rule, context) });
      });
      seen(context);
    });
    return raised;
  }

  /** The rule's condition at an event. */
  explain(rule: CheckedRule, context: EventContext): JudgedPart | undefined {
    const parts = this.parts(rule.name);
    return parts && judgePart(parts, context, CATALOG);
  }

  /** The rule's condition at the event that came nearest to a match, the first of several. */
  async nearest(rule: CheckedRule, input: ShownInput): Promise<Explained | undefined> {
    const nearest = new NearestEvent(rule, this);
    await eachEvent(input, (context, origin) => nearest.see(context, origin));
    return nearest.found;
  }
}

/** Keeps of the events that it sees the one that came nearest to a match, the first of several. */
export class NearestEvent {
  readonly #rule: CheckedRule;
  readonly #judge: EventJudge;
  found: Explained | undefined;

  constructor(rule: CheckedRule, judge: EventJudge) {
    this.#rule = rule;
    this.#judge = judge;
  }

  see(context: EventContext, origin: string): void {
    if (!isAskedOf(this.#rule, context)) return;
    const judged = this.#judge.explain(this.#rule, context);
    if (judged && (!this.found || nearness(judged) > nearness(this.found.judged)))
      this.found = { origin, judged };
  }
}

/** What a rule makes of an event. */
export interface Verdict extends Explained {
  readonly fired: boolean;
}

/**
 * What a rule, enabled or not, makes of the events: of event `number`; without a number, of the first at which it fires,
 * otherwise of the one that came nearest. `undefined` when there is no such event.
 */
export async function verdictOn(
  rule: CheckedRule,
  judge: EventJudge,
  input: ShownInput,
  number: number | undefined,
): Promise<Verdict | undefined> {
  const options = { matching: 'all', sources: [rule.source] } as const;
  const matcher = finish(compileSources({ rules: [{ ...rule, enabled: true }] }, CATALOG, options));
  let verdict: Verdict | undefined;
  await eachEvent(input, (context, origin) => {
    if (verdict?.fired || (number !== undefined && context.event.number !== number)) return;
    // The source decides first: rules of one are never asked about events of another.
    const isOwn = (context.source ?? 'syscall') === rule.source;
    let fired = false;
    const found = (): void => {
      fired = true;
      // Under the name by which it has matched.
      const judged = judge.explain(rule, context);
      if (judged) verdict = { origin, judged, fired };
    };
    if (isOwn) matcher.match(context, found);
    if (fired || (number === undefined && !isAskedOf(rule, context))) return;
    const judged = judge.explain(rule, context);
    if (judged && (!verdict || nearness(judged) > nearness(verdict.judged)))
      verdict = { origin, judged, fired };
  });
  return verdict;
}

/** Whether the event is of a source and type that the rule is asked about. */
export function isAskedOf(rule: CheckedRule, { source = 'syscall', event }: EventContext): boolean {
  return rule.source === source && rule.eventCodes.has(event.code);
}
