/** Settings about rules: which are on (`rules`), and what their outputs get (`append_output`). */
import type { AddedField } from '../rules/options.ts';
import { entries, flag, list, optional, type Shape, section, text } from './shape.ts';

const RULES = section({
  /** Name of a rule; `*` stands for any text. */
  rule: optional(text('')),
  /** Every rule with this tag. */
  tag: optional(text('')),
});

/** `enable` or `disable`, with `rule`, `tag`, or both for the rules of either. */
export const RULE_SELECTION = section({ enable: optional(RULES), disable: optional(RULES) });

const RAW_FIELD = text('');
const FORMATTED_FIELDS = entries(text(''));

/** A field's name, whose value goes into the alert in its own type; or keys with a format each. */
const EXTRA_FIELDS: Shape<readonly AddedField[]> = {
  fallback: [],
  read(node, path, findings) {
    if (node.kind !== 'map') {
      const name = RAW_FIELD.read(node, path, findings);
      return name === '' ? [] : [{ key: name, format: name, raw: true }];
    }
    const formats = FORMATTED_FIELDS.read(node, path, findings);
    return [...formats].map(([key, format]) => ({ key, format, raw: false }));
  },
};

export const OUTPUT_ADDITION = section({
  /** Which rules are meant: those for which all that is given here holds. */
  match: section({ source: optional(text('')), tags: list(text(''), []), rule: optional(text('')) }),
  /** Text behind the output. */
  extra_output: optional(text('')),
  extra_fields: list(EXTRA_FIELDS, []),
  /** Adds the fields that tell which container an event comes from. */
  suggested_output: flag(false),
});
