/** Stages that make checked rules of resolved ones. */
import { ConditionChecker } from '../check/check-condition.ts';
import { CheckError, type Draft } from '../check/draft.ts';
import { MANY_EVENTS } from '../check/event-codes.ts';
import { DEFAULT_SOURCE } from '../environment.ts';
import { type Compilation, type CompiledRule, reportDraft } from './state.ts';

export function checkConditions(compilation: Compilation): void {
  for (const rule of compilation.rules) {
    if (rule.skipped || rule.resolved === undefined) continue;
    const context = rule.entry.condition[0]?.context ?? rule.entry.context;
    const report = (draft: Draft): void => {
      if (draft.warning === true) {
        reportDraft(compilation, 'LOAD_COMPILE_CONDITION', draft, context);
        return;
      }
      const forgiven = rule.entry.skipIfUnknownFilter && draft.unknownName === true;
      if (forgiven) rule.skipped = true;
      reportDraft(
        compilation,
        forgiven ? 'LOAD_UNKNOWN_FILTER' : 'LOAD_ERR_COMPILE_CONDITION',
        draft,
        context,
      );
    };
    rule.condition = checkerFor(compilation, rule.entry.source).check(rule.resolved, report);
    if (rule.condition === undefined) continue;
    try {
      rule.eventCodes = eventCodesOf(compilation, rule);
    } catch (error) {
      if (!(error instanceof CheckError)) throw error;
      report(error.draft);
    }
  }
}

function checkerFor({ memory, environment }: Compilation, source: string): ConditionChecker {
  const known = memory.checkers.get(source);
  if (known !== undefined) return known;
  const checker = new ConditionChecker({ environment, source, usage: 'condition' });
  memory.checkers.set(source, checker);
  return checker;
}

function eventCodesOf(compilation: Compilation, rule: CompiledRule): Set<number> {
  const { events } = compilation.environment;
  if (rule.entry.source !== DEFAULT_SOURCE) return new Set([events.pluginCode]);
  if (rule.resolved === undefined) return new Set();
  const codes = compilation.memory.eventCodes.of(rule.resolved);
  if (codes.size > MANY_EVENTS && rule.entry.warnEventTypes) {
    const { context } = rule.entry;
    const message =
      'the condition admits more than 100 types of events, which costs time: restrict it with evt.type';
    compilation.report({ code: 'LOAD_NO_EVTTYPE', message, location: context.location, length: 1, context });
  }
  return codes;
}

export function finishRules({ rules, environment }: Compilation): void {
  for (const rule of rules) {
    const { entry, condition, segments, eventCodes, output, extraFields } = rule;
    if (rule.skipped || condition === undefined || segments === undefined || eventCodes === undefined)
      continue;
    rule.checked = {
      name: entry.name,
      description: entry.description,
      priority: entry.priority,
      source: entry.source,
      tags: [...entry.tags].sort(),
      enabled: entry.enabled,
      capture: entry.capture,
      captureDuration: entry.captureDuration,
      condition,
      ...(rule.text === undefined ? {} : { written: rule.text.text }),
      output: output?.text ?? '',
      outputSegments: segments,
      ...(extraFields === undefined || extraFields.length === 0 ? {} : { extraFields }),
      eventCodes: eventCodes.union(new Set([environment.events.asyncCode])),
      location: entry.context.location,
    };
  }
}
