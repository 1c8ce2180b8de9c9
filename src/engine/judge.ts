/** Makes of rules and configuration what judges events. */
import { AlertMaker } from '../alerts/alert-maker.ts';
import { compileFoldKey } from '../alerts/fold-key.ts';
import type { Config } from '../config/schema.ts';
import { compileSources } from '../matcher/sources.ts';
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

/** `sources` are the event sources; `hostname` takes the place of the machine's name in alerts. */
export function makeJudge(
  { config, ruleSet }: RunSettings,
  sources: readonly string[],
  hostname?: string,
): Judge {
  const fields = configuredFields(config);
  return {
    matcher: compileSources(ruleSet, fields, { matching: config.rule_matching, sources }),
    maker: new AlertMaker(fields, hostname),
    rules: ruleSet.rules,
    noise: {
      windowMs: config.fold.window,
      key: compileFoldKey(config.fold.key, fields),
      limits: config.rate_limits,
    },
  };
}
