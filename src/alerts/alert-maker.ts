/** Makes alerts from rules that matched. */
import { toText } from '../events/bytes.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRule, ExtraField } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import type { AlertField, RuleAlert } from './alert.ts';
import { type CompiledOutput, compileField, compileOutput } from './output.ts';

type FieldReader = (context: EventContext) => AlertField;

interface CompiledRule {
  readonly output: CompiledOutput;
  readonly extraFields: readonly FieldReader[];
}

/** Makes the alerts of one rule set; the output of a rule is compiled when the rule matches first. */
export class AlertMaker {
  readonly #catalog: FieldCatalog<Field>;
  readonly #hostname: string | undefined;
  readonly #compiled = new Map<CheckedRule, CompiledRule>();

  /** `hostname` takes the place of the name of the machine that the events come from. */
  constructor(catalog: FieldCatalog<Field>, hostname?: string) {
    this.#catalog = catalog;
    this.#hostname = hostname;
  }

  /** The alert of `rule` for the event in `context`. Everything is copied out of the event. */
  make(rule: CheckedRule, context: EventContext): RuleAlert {
    const { output, extraFields } = this.#compile(rule);
    const fields = new Map(output.fields(context).map((field) => [field.key, field]));
    for (const read of extraFields) {
      const field = read(context);
      fields.set(field.key, field);
    }
    return {
      kind: 'rule',
      rule: rule.name,
      priority: rule.priority,
      source: rule.source,
      tags: rule.tags,
      time: context.event.timestamp,
      hostname: this.#hostname ?? toText(context.system.hostname),
      message: toText(output.message(context)),
      fields: [...fields.values()],
    };
  }

  #compile(rule: CheckedRule): CompiledRule {
    let compiled = this.#compiled.get(rule);
    if (!compiled) {
      compiled = {
        output: compileOutput(rule.outputSegments, this.#catalog),
        extraFields: (rule.extraFields ?? []).map((extra) => this.#extraField(extra)),
      };
      this.#compiled.set(rule, compiled);
    }
    return compiled;
  }

  #extraField({ key, segments, raw }: ExtraField): FieldReader {
    const [only] = segments;
    if (raw && only?.kind === 'value') return compileField(key, only.expression, this.#catalog);
    const { message } = compileOutput(segments, this.#catalog);
    return (context) => ({ key, type: 'CHARBUF', value: toText(message(context)) });
  }
}
