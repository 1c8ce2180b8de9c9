/** What the configuration has to say about the rules. */
import type { Priority } from './checked.ts';

/** Turns rules on or off after loading; later entries win. Exactly one of `rule` and `tag` is given. */
export interface RuleSelection {
  readonly enable: boolean;
  /** Name of a rule; `*` stands for any text. */
  readonly rule?: string;
  /** Every rule with this tag. */
  readonly tag?: string;
}

/** Adds to the output of rules (`append_output`). */
export interface OutputAddition {
  /** Only rules of this source, with all of these tags, of this name; absent: all rules. */
  readonly source?: string;
  readonly tags?: readonly string[];
  readonly rule?: string;
  /** Text that is put behind the output, after a blank. */
  readonly format?: string;
  readonly fields?: readonly AddedField[];
}

export interface AddedField {
  readonly key: string;
  /** Format, or the name of a field if `raw`. */
  readonly format: string;
  /** The value in its own JSON type instead of text. */
  readonly raw: boolean;
}

export interface LoadOptions {
  /** Rules less severe than this are loaded but not enabled. */
  readonly minimumPriority?: Priority;
  readonly selection?: readonly RuleSelection[];
  readonly outputs?: readonly OutputAddition[];
}

/** Whether an addition is for a rule. */
export function isMeantFor(
  addition: OutputAddition,
  rule: { readonly name: string; readonly source: string; readonly tags: ReadonlySet<string> },
): boolean {
  return (
    (addition.source === undefined || addition.source === rule.source) &&
    (addition.rule === undefined || addition.rule === rule.name) &&
    (addition.tags ?? []).every((tag) => rule.tags.has(tag))
  );
}
