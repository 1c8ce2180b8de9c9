/** What a test of a rule consists of. The tables beside this file hold them, grouped as the rule files are. */

/**
 * Where a case runs:
 * - `container`: in a privileged container, by the script that is its first process
 * - `host`: on the host, in mount and network namespaces of its own (see places.ts for what lies over what)
 */
export type Place = 'container' | 'host';

export interface RuleCase {
  readonly rule: string;
  /** What happens, and why that is an attack or why it is legitimate: the name of the test. */
  readonly because: string;
  readonly place: Place;
  /** Shell commands that make it happen; they must succeed. */
  readonly does: string;
}

/** Behaviour that must raise the rule's alert. */
export interface Violation extends RuleCase {
  /** Fields by which the alert of this case is told from others, as they must appear in it. */
  readonly shows: Readonly<Record<string, string | number | RegExp>>;
}

/** The legitimate twin of a violation, which must raise no alert at all. */
export type Twin = RuleCase;
