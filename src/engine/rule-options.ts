/** What the configuration says of rules, as the rule language takes it. */
import type { Config } from '../config/schema.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import { withStaticFields } from '../fields/static.ts';
import type { RuleEnvironment } from '../rules/environment.ts';
import type { LoadOptions, OutputAddition, RuleSelection } from '../rules/options.ts';
import { suggestedOutput } from '../rules/suggested-output.ts';

/** The fields that rules may use, those of `static_fields` among them. */
export function configuredFields({ static_fields }: Pick<Config, 'static_fields'>): FieldCatalog<Field> {
  return static_fields.size === 0 ? FIELD_CATALOG : withStaticFields(FIELD_CATALOG, static_fields);
}

export function ruleOptions(config: Config, environment: RuleEnvironment): LoadOptions {
  return {
    minimumPriority: config.priority,
    selection: config.rules.flatMap(selections),
    outputs: config.append_output.flatMap((entry) => additions(entry, environment)),
  };
}

/** An entry with a name and a tag selects the rules of either. */
function selections({ enable, disable }: Config['rules'][number]): RuleSelection[] {
  const selected: RuleSelection[] = [];
  for (const [enabling, rules] of [
    [true, enable],
    [false, disable],
  ] as const) {
    if (rules?.rule !== undefined) selected.push({ enable: enabling, rule: rules.rule });
    if (rules?.tag !== undefined) selected.push({ enable: enabling, tag: rules.tag });
  }
  return selected;
}

function additions(
  { match, extra_output, extra_fields, suggested_output }: Config['append_output'][number],
  environment: RuleEnvironment,
): OutputAddition[] {
  const meant = {
    tags: match.tags,
    ...(match.rule === undefined ? {} : { rule: match.rule }),
  };
  const own: OutputAddition = {
    ...meant,
    ...(match.source === undefined ? {} : { source: match.source }),
    ...(extra_output === undefined ? {} : { format: extra_output }),
    fields: extra_fields.flat(),
  };
  const suggested = suggestedOutput(environment, meant);
  const isSuggested = suggested_output && (match.source ?? suggested.source) === suggested.source;
  return isSuggested ? [own, suggested] : [own];
}
