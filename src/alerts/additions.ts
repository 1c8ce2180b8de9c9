/** What configuration adds to the outputs of rules: `append_output`, `-p`, and suggested fields. */
import type { Expression, FieldExpression, OutputSegment } from '../rules/checked.ts';

export interface OutputAddition {
  /** Rules that it is for: all of the given must agree, all of the given tags must be among the rule's. */
  readonly match: {
    readonly rule?: string;
    readonly source?: string;
    readonly tags?: readonly string[];
  };
  /** Appended to the message after a space; may be empty. */
  readonly output: readonly OutputSegment[];
  readonly fields: readonly AddedField[];
}

/** An extra entry of `output_fields`: a value with its own type, or text made by a format. */
export type AddedField =
  | { readonly key: string; readonly expression: Expression }
  | { readonly key: string; readonly format: readonly OutputSegment[] };

/** Whether an addition is for a rule. */
export function isFor(
  { match }: OutputAddition,
  rule: { readonly name: string; readonly source: string; readonly tags: readonly string[] },
): boolean {
  return (
    (match.rule === undefined || match.rule === rule.name) &&
    (match.source === undefined || match.source === rule.source) &&
    (match.tags ?? []).every((tag) => rule.tags.includes(tag))
  );
}

/** Segments that print fields as `container_id=… container_name=…`, as suggested fields are appended. */
export function suggestedOutput(fields: readonly FieldExpression[]): OutputSegment[] {
  return fields.flatMap((expression, index): OutputSegment[] => {
    const { name } = expression.field;
    const separator = index === 0 ? '' : ' ';
    return [
      { kind: 'text', text: `${separator}${name.replaceAll('.', '_')}=` },
      { kind: 'value', expression, source: name, width: undefined },
    ];
  });
}
