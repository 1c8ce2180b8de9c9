/** The compiler of rules as a table of stages: what happens, and in which order. */

import { checkConditions, finishRules } from './stage-check.ts';
import { addOutputs, checkOutputs } from './stage-outputs.ts';
import { expandLists, parseMacros, parseRules } from './stage-parse.ts';
import { resolveMacros, resolveRules } from './stage-resolve.ts';
import { reportUnused, warnOfConditions } from './stage-warnings.ts';
import type { Compilation } from './state.ts';

export interface Stage {
  readonly name: string;
  readonly run: (compilation: Compilation) => void;
}

export const STAGES: readonly Stage[] = [
  // Conditions are plain text until the lists are in, so nothing can be parsed before.
  { name: 'ExpandLists', run: expandLists },
  { name: 'ParseMacros', run: parseMacros },
  // Each macro sees only those before it; rules see all. So macros come first.
  { name: 'ResolveMacros', run: resolveMacros },
  // Exceptions are text too: they may name lists and macros, and are parsed with the condition.
  { name: 'ParseRules', run: parseRules },
  { name: 'ResolveRules', run: resolveRules },
  // Before the checks: these warn of what is known by its name alone, right or wrong.
  { name: 'WarnOfConditions', run: warnOfConditions },
  { name: 'AddOutputs', run: addOutputs },
  { name: 'CheckOutputs', run: checkOutputs },
  { name: 'CheckConditions', run: checkConditions },
  { name: 'FinishRules', run: finishRules },
  // Last: only now is it known what was used.
  { name: 'ReportUnused', run: reportUnused },
];
