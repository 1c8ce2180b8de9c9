/**
 * Loads rules while events are judged by others. Reading and checking ten thousand rules takes more than a
 * second; a thread of its own does it, and hands them over in slices, between which events have their turn.
 */
import type { Config } from '../config/schema.ts';
import type { CheckedRule, CheckedRuleSet } from '../rules/checked.ts';
import type { Problem } from '../rules/load.ts';
import { startThread } from '../system/own-thread.ts';
import type { RuleNeeds } from './rule-needs.ts';

/** Rules that are handed over at a time. */
export const SLICE = 250;

/** What the thread is asked for. */
export interface RuleRequest {
  readonly paths: readonly string[];
  readonly config: Config;
}

/** What it sends: slices of the rules and at last the rest, or why there are none. */
export type RuleResult =
  | { readonly rules: readonly CheckedRule[] }
  | { readonly done: Omit<LoadedAside, 'ruleSet'>; readonly macros: ReadonlyMap<string, string> }
  | { readonly failure: { readonly report: string; readonly count: string } };

export interface LoadedAside {
  readonly ruleSet: CheckedRuleSet;
  /** What follows from the rules. */
  readonly needs: RuleNeeds;
  /** Warnings. */
  readonly problems: readonly Problem[];
  /** Names of the files. */
  readonly files: readonly string[];
}

/** The rules have errors. The message is one line; `report` shows each error at its place. */
export class RulesRejected extends Error {
  override readonly name = 'RulesRejected';
  readonly report: string;

  constructor(count: string, report: string) {
    super(`the rules cannot be used: ${count}`);
    this.report = report;
  }
}

/** Loads rule files as `loadRuleFiles` does. Rejects with {@link RulesRejected} when they have errors. */
export function loadRulesAside(paths: readonly string[], config: Config): Promise<LoadedAside> {
  return new Promise((resolve, reject) => {
    const rules: CheckedRule[] = [];
    const request: RuleRequest = { paths, config };
    const worker = startThread(new URL('./rule-worker.ts', import.meta.url), request);
    // An end that comes meanwhile does not wait for rules that nobody needs any more.
    worker.unref();
    worker.on('message', (result: RuleResult) => {
      if ('rules' in result) rules.push(...result.rules);
      else if ('done' in result) resolve({ ruleSet: { rules, macros: result.macros }, ...result.done });
      else reject(new RulesRejected(result.failure.count, result.failure.report));
    });
    worker.on('error', reject);
    worker.on('exit', () => reject(new Error('the thread that loads rules ended without a result')));
  });
}
