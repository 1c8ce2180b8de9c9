/** Makes of rules and configuration what judges events. */
import { AlertMaker } from '../alerts/alert-maker.ts';
import { EvidenceMaker } from '../alerts/evidence-maker.ts';
import { compileFoldKey } from '../alerts/fold-key.ts';
import type { Config } from '../config/schema.ts';
import { compileSources } from '../matcher/sources.ts';
import { finish, type Steps } from '../matcher/steps.ts';
import type { CheckedRuleSet } from '../rules/checked.ts';
import type { Judge } from './engine.ts';
import type { About } from './metrics/about-metrics.ts';
import { configuredFields } from './rule-options.ts';

/** What a run judges by; all of it can be replaced while the run goes on. */
export interface RunSettings {
  readonly config: Config;
  readonly ruleSet: CheckedRuleSet;
  /** What metrics say of program and files. */
  readonly about?: About | undefined;
}

/** What a judge is made for. */
export interface JudgeOptions {
  /** Names of the event sources. */
  readonly sources: readonly string[];
  /** Takes the place of the machine's name in alerts. */
  readonly hostname?: string | undefined;
  /** Codes of events that are about to come. */
  readonly expected?: Iterable<number>;
  /** The events are those of a capture of Falco's: compare as Falco does, also where it is odd. */
  readonly asFalco?: boolean;
}

export function makeJudge(settings: RunSettings, options: JudgeOptions): Judge {
  return finish(judgeInSteps(settings, options));
}

export function* judgeInSteps(
  { config, ruleSet }: RunSettings,
  { sources, hostname, expected = [], asFalco = false }: JudgeOptions,
): Steps<Judge> {
  const fields = configuredFields(config);
  const matching = config.rule_matching;
  return {
    matcher: yield* compileSources(ruleSet, fields, { matching, sources, expected, asFalco }),
    maker: new AlertMaker(fields, hostname),
    evidence: new EvidenceMaker(ruleSet, fields),
    rules: ruleSet.rules,
    noise: {
      windowMs: config.fold.window,
      key: compileFoldKey(config.fold.key, fields),
      limits: config.rate_limits,
    },
  };
}
