/** Settings about rules: which are on (`rules`), and what their outputs get (`append_output`). */
import type { AddedField } from '../rules/options.ts';
import { key, section } from './section.ts';
import { entries, flag, list, optional, type Shape, text } from './shape.ts';

const RULES = section({
  rule: key('Name of a rule; `*` stands for any text.', optional(text(''))),
  tag: key('Every rule with this tag.', optional(text(''))),
});

const SELECTION = section({
  enable: key('Turns these rules on; with a name and a tag, the rules of either.', optional(RULES)),
  disable: key('Turns these rules off.', optional(RULES)),
});

/** An entry that names no rules is a slip, and an error as in Falco. */
export const RULE_SELECTION: typeof SELECTION = {
  ...SELECTION,
  read(node, path, findings) {
    const selection = SELECTION.read(node, path, findings);
    const named = [selection.enable, selection.disable].some((rules) => rules?.rule || rules?.tag);
    if (node.kind === 'map' && !named)
      findings.errors.push(`${node.place}: ${path} names no rule and no tag under enable or disable`);
    return selection;
  },
};

const RAW_FIELD = text('');
const FORMATTED_FIELDS = entries(text(''));

/** A field's name, whose value goes into the alert in its own type; or keys with a format each. */
const EXTRA_FIELDS: Shape<readonly AddedField[]> = {
  fallback: [],
  expected: 'the name of a field, or a mapping of names to formats',
  schema: { anyOf: [RAW_FIELD.schema, FORMATTED_FIELDS.schema] },
  read(node, path, findings) {
    if (node.kind !== 'map') {
      const name = RAW_FIELD.read(node, path, findings);
      return name === '' ? [] : [{ key: name, format: name, raw: true }];
    }
    const formats = FORMATTED_FIELDS.read(node, path, findings);
    return [...formats].map(([key, format]) => ({ key, format, raw: false }));
  },
};

const MATCH = section({
  source: key('Event source of the rule.', optional(text(''))),
  tags: key('Tags, all of which the rule has.', list(text(''), [])),
  rule: key('Name of the rule.', optional(text(''))),
});

export const OUTPUT_ADDITION = section({
  match: key('Which rules are meant: those for which all that is given here holds.', MATCH),
  extra_output: key('Text behind the output, which may have fields in it.', optional(text(''))),
  extra_fields: key(
    'More `output_fields` of JSON alerts: names of fields, or `name: format`.',
    list(EXTRA_FIELDS, []),
  ),
  suggested_output: key('Adds the fields that tell which container an event comes from.', flag(false)),
});
