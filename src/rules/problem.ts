/**
 * What can be wrong with rules. Codes are Falco's (7 errors, 15 warnings), so that tools which read
 * them keep working; `LINT_*` codes are Lanner's own and come from `lanner check` only.
 */
import type { Location } from './location.ts';

/** Errors: the rule set is not usable. The text is the short form that Falco prints in brackets. */
export const ERROR_CODES = {
  LOAD_ERR_FILE_READ: 'File read error',
  LOAD_ERR_YAML_PARSE: 'YAML parse error',
  LOAD_ERR_YAML_VALIDATE: 'Error validating internal structure of YAML file',
  LOAD_ERR_COMPILE_CONDITION: 'Error compiling condition',
  LOAD_ERR_COMPILE_OUTPUT: 'Error compiling output',
  LOAD_ERR_VALIDATE: 'Error validating rule/macro/list/exception objects',
  LOAD_ERR_EXTENSION: 'Error in extension item',
} as const;

/** Warnings: short form, and an explanation in one or two sentences. */
export const WARNING_CODES = {
  LOAD_UNKNOWN_SOURCE: [
    'Unknown event source',
    'The rule is for an event source that is not there. The rule is left out.',
  ],
  LOAD_UNSAFE_NA_CHECK: [
    'Unsafe <NA> comparison in condition',
    'A missing value is not the text <NA>. Test for a missing value with the operator exists.',
  ],
  LOAD_NO_EVTTYPE: [
    'Condition has no event-type restriction',
    'The rule can match so many types of events that it costs much. Restrict it with evt.type.',
  ],
  LOAD_UNKNOWN_FILTER: [
    'Unknown field or event-type in condition or output',
    'The rule uses a field or an event type that does not exist; because of skip-if-unknown-filter it is left out without an error.',
  ],
  LOAD_UNUSED_MACRO: ['Unused macro', 'No rule and no macro uses the macro.'],
  LOAD_UNUSED_LIST: ['Unused list', 'No rule, macro or list uses the list.'],
  LOAD_UNKNOWN_ITEM: ['Unknown rules file item', 'The item is of no known kind. It is left out.'],
  LOAD_DEPRECATED_ITEM: ['Used deprecated item', 'Something is used that will go away in the future.'],
  LOAD_WARNING_EXTENSION: ['Warning in extension item', 'An extension item has a warning.'],
  LOAD_APPEND_NO_VALUES: [
    'Overriding/appending with no values',
    'An exception is changed without giving it any values.',
  ],
  LOAD_EXCEPTION_NAME_NOT_UNIQUE: [
    'Multiple exceptions defined with the same name',
    'Two exceptions of one rule have the same name.',
  ],
  LOAD_INVALID_MACRO_NAME: ['Invalid macro name', 'The name of the macro cannot be used in a condition.'],
  LOAD_INVALID_LIST_NAME: ['Invalid list name', 'The name of the list cannot be used in a condition.'],
  LOAD_COMPILE_CONDITION: [
    'Warning in rule condition',
    'The condition works, but probably not as it was meant, or slower than need be.',
  ],
  LOAD_UNKNOWN_KEY: [
    'Unknown key in item definition',
    'The item has a key that means nothing here. The key is left out of account; it may be a typing error.',
  ],
} as const;

/** Lints of `lanner check`. */
export const LINT_CODES = {
  LINT_NEVER_FIRES: 'Rule can never fire',
  LINT_SHADOWED: 'Rule is shadowed by an earlier rule',
  LINT_LIST_ITEM: 'List item looks like a typing error',
  LINT_EXCEPTION: 'Exception does nothing, or has a key that does nothing',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
export type WarningCode = keyof typeof WARNING_CODES;
export type LintCode = keyof typeof LINT_CODES;
export type ProblemCode = ErrorCode | WarningCode | LintCode;

/** What a place in a rule file is, in the words that Falco uses in its results. */
export type ItemType =
  | 'value for'
  | 'exceptions'
  | 'exception'
  | 'exception values'
  | 'exception value'
  | 'rules content'
  | 'rules content item'
  | 'required_engine_version'
  | 'required plugin versions'
  | 'required plugin versions entry'
  | 'required plugin versions alternative'
  | 'list'
  | 'list item'
  | 'macro'
  | 'macro condition'
  | 'rule'
  | 'rule condition'
  | 'condition expression'
  | 'rule output'
  | 'rule output expression'
  | 'rule priority'
  | 'overrides'
  | 'extension item';

/** One link of the chain from the file down to the place of a problem. */
export interface Context {
  readonly parent: Context | undefined;
  readonly itemType: ItemType;
  /** Name of the rule, macro, list, exception or key; empty where there is none. */
  readonly itemName: string;
  readonly location: Location;
}

/** A change of a file's text that repairs a problem: replace `[start, end)` (offsets) by `text`. */
export interface TextEdit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where in a condition a problem lies: what Falco's results give beside the place in the file. */
export interface ConditionPlace {
  readonly text: string;
  readonly offset: number;
}

export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  /** The exact place. */
  readonly location: Location;
  /** How many characters at the place are meant; at least 1. */
  readonly length: number;
  readonly context: Context;
  /** The macro that the place lies in, where that is not the item of the context. */
  readonly within?: Context | undefined;
  /** What was probably meant: `did you mean container.id?` */
  readonly suggestion?: string | undefined;
  readonly condition?: ConditionPlace | undefined;
  /** Of a deprecated field: its name. */
  readonly deprecatedField?: string | undefined;
  readonly fix?: TextEdit | undefined;
}

/** Whether a problem makes the rule set unusable. */
export function isError(problem: Problem): boolean {
  return problem.code in ERROR_CODES;
}

/** Whether a problem is one that only `lanner check` tells. */
export function isLint(problem: Problem): boolean {
  return problem.code in LINT_CODES;
}

/** Takes problems as they are found. */
export type Report = (problem: Problem) => void;

/** Problems in the order of the files and of their places in them. */
export function inFileOrder(
  problems: readonly Problem[],
  files: readonly { readonly name: string }[],
): Problem[] {
  const order = new Map(files.map(({ name }, index) => [name, index]));
  const fileOf = ({ location }: Problem): number => order.get(location.file) ?? files.length;
  return problems.toSorted((a, b) => fileOf(a) - fileOf(b) || a.location.offset - b.location.offset);
}
