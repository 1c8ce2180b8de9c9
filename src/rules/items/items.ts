/** Items of rule files as they are written: the specification that the compiler works on. */
import type { Priority } from '../checked.ts';
import type { Context } from '../problem.ts';
import type { ScalarText } from '../source/scalar-text.ts';

export interface ListItem {
  readonly kind: 'list';
  readonly name: string;
  readonly items: readonly ScalarText[];
  readonly append: boolean;
  readonly context: Context;
}

export interface MacroItem {
  readonly kind: 'macro';
  readonly name: string;
  readonly condition: ScalarText;
  readonly append: boolean;
  readonly context: Context;
  readonly conditionContext: Context;
}

/** Everything that a rule may say of itself; what is absent was not said. */
export interface RuleProperties {
  readonly condition?: ConditionProperty;
  readonly output?: ConditionProperty;
  readonly description?: string;
  readonly priority?: Priority;
  readonly enabled?: boolean;
  readonly capture?: boolean;
  readonly captureDuration?: number;
  readonly warnEventTypes?: boolean;
  readonly skipIfUnknownFilter?: boolean;
  readonly tags?: readonly string[];
  readonly exceptions?: readonly ExceptionItem[];
}

/** A text with the context for what may be wrong in it. */
export interface ConditionProperty {
  readonly text: ScalarText;
  readonly context: Context;
}

/** A rule from scratch. */
export interface RuleItem {
  readonly kind: 'rule';
  readonly name: string;
  /** Empty when the item does not say. */
  readonly source: string;
  readonly properties: RuleProperties &
    Required<Pick<RuleProperties, 'condition' | 'output' | 'description' | 'priority'>>;
  readonly context: Context;
}

/** Changes of an earlier rule: first what is appended, then what is replaced. */
export interface RuleChangeItem {
  readonly kind: 'change';
  readonly name: string;
  readonly source: string;
  readonly append: RuleProperties | undefined;
  readonly replace: RuleProperties | undefined;
  readonly context: Context;
}

/** Deprecated form that only turns an earlier rule on or off. */
export interface RuleToggleItem {
  readonly kind: 'toggle';
  readonly name: string;
  readonly enabled: boolean;
  readonly context: Context;
}

/** A text, or a list of such, as an exception gives its fields, operators and values. */
export type ExceptionEntry =
  | { readonly kind: 'text'; readonly text: ScalarText }
  | { readonly kind: 'list'; readonly items: readonly ExceptionEntry[]; readonly start: number };

export interface ExceptionItem {
  readonly name: string;
  readonly fields: ExceptionEntry | undefined;
  readonly comps: ExceptionEntry | undefined;
  readonly values: readonly ExceptionEntry[];
  readonly context: Context;
}

export interface EngineRequirement {
  readonly kind: 'engine version';
  readonly version: string;
  readonly context: Context;
}

export interface PluginRequirement {
  readonly kind: 'plugin version';
  /** The first is the one asked for, the others do as well. */
  readonly alternatives: readonly { readonly name: string; readonly version: string }[];
  readonly context: Context;
}

export type Item =
  | ListItem
  | MacroItem
  | RuleItem
  | RuleChangeItem
  | RuleToggleItem
  | EngineRequirement
  | PluginRequirement;
