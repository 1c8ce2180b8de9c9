/** What the stages of the compiler hand to one another. */

import type { ConditionChecker } from '../check/check-condition.ts';
import type { Draft } from '../check/draft.ts';
import type { EventCodes } from '../check/event-codes.ts';
import type { CheckedRule, Condition, ExtraField, OutputSegment } from '../checked.ts';
import type { Collection, MacroEntry, RuleEntry } from '../collection.ts';
import type { RuleEnvironment } from '../environment.ts';
import type { LoadOptions } from '../options.ts';
import type { Context, ErrorCode, Report, WarningCode } from '../problem.ts';
import type { MappedText } from '../source/mapped-text.ts';
import { DeferredLocation } from '../source/source-file.ts';
import type { ConditionNode } from '../syntax/nodes.ts';
import type { CompiledLists } from './lists.ts';

export interface CompiledMacro {
  readonly entry: MacroEntry;
  /** As written; lists are still names. */
  readonly text: MappedText;
  /** Lists put in and parsed; `undefined` when that failed. */
  readonly parsed: ConditionNode | undefined;
  /** With macros put in; `undefined` when something is wrong, which was reported. */
  resolved: ConditionNode | undefined;
  used: boolean;
}

/** A rule on its way; each stage adds its part. A stage that fails leaves its part `undefined`. */
export interface CompiledRule {
  readonly entry: RuleEntry;
  /** Of a source that is not there, or left out because of skip-if-unknown-filter. */
  skipped: boolean;
  /** As written, with exceptions. */
  text?: MappedText;
  parsed?: ConditionNode | undefined;
  resolved?: ConditionNode | undefined;
  condition?: Condition | undefined;
  /** Output with what the configuration adds. */
  output?: MappedText;
  segments?: OutputSegment[] | undefined;
  extraFields?: ExtraField[];
  /** Without that of asynchronous events, unless the condition names one. */
  eventCodes?: ReadonlySet<number> | undefined;
  checked?: CheckedRule;
}

export interface Compilation {
  readonly environment: RuleEnvironment;
  readonly options: LoadOptions;
  readonly collection: Collection;
  /** Names of items that could not be read: references to them are not reported once more. */
  readonly brokenNames: ReadonlySet<string>;
  readonly report: Report;
  readonly memory: Memory;
  lists: CompiledLists;
  macros: Map<string, CompiledMacro>;
  rules: CompiledRule[];
  /** For how many more unknown macros a suggestion is looked for: it costs time when there are many. */
  suggestions: number;
}

/** What is kept between files, so that compiling again after each file costs little. */
export interface Memory {
  /** Parsed conditions by the text object they were written in; valid while lists expand alike. */
  readonly parsed: WeakMap<object, { readonly expanded: string; readonly node: ConditionNode }>;
  readonly resolved: WeakMap<
    ConditionNode,
    { readonly meanings: readonly ConditionNode[]; readonly node: ConditionNode }
  >;
  readonly texts: WeakMap<object, { readonly visibility: number; readonly text: MappedText }>;
  /** Macros by the text of their conditions. */
  readonly owners: WeakMap<MappedText, Context>;
  readonly checkers: Map<string, ConditionChecker>;
  readonly eventCodes: EventCodes;
}

/** Reports what the checker found, as a problem at its exact place. */
export function reportDraft(
  { report, memory }: Pick<Compilation, 'report' | 'memory'>,
  code: ErrorCode | WarningCode,
  { message, at, suggestion }: Draft,
  context: Context,
): void {
  const location = new DeferredLocation(at.text, at.start);
  const length = Math.max(1, at.end - at.start);
  const condition = { text: at.text.text, offset: at.start };
  const within = memory.owners.get(at.text);
  report({ code, message, location, length, context, within, suggestion, condition });
}
