/** Makes alerts from rules that matched. */
import { toText } from '../events/bytes.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRule, OutputSegment } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import { type AddedField, isFor, type OutputAddition } from './additions.ts';
import type { AlertField, RuleAlert } from './alert.ts';
import { type CompiledOutput, compileField, compileOutput } from './output.ts';

type FieldReader = (context: EventContext) => AlertField;

interface CompiledRule {
  readonly output: CompiledOutput;
  readonly addedFields: readonly FieldReader[];
}

/** Makes the alerts of one rule set; the output of a rule is compiled when the rule matches first. */
export class AlertMaker {
  readonly #catalog: FieldCatalog<Field>;
  readonly #additions: readonly OutputAddition[];
  readonly #compiled = new Map<CheckedRule, CompiledRule>();

  constructor(catalog: FieldCatalog<Field>, additions: readonly OutputAddition[] = []) {
    this.#catalog = catalog;
    this.#additions = additions;
  }

  /** The alert of `rule` for the event in `context`. Everything is copied out of the event. */
  make(rule: CheckedRule, context: EventContext): RuleAlert {
    const { output, addedFields } = this.#compile(rule);
    const fields = new Map(output.fields(context).map((field) => [field.key, field]));
    for (const read of addedFields) {
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
      hostname: context.system.hostname,
      message: toText(output.message(context)),
      fields: [...fields.values()],
    };
  }

  #compile(rule: CheckedRule): CompiledRule {
    let compiled = this.#compiled.get(rule);
    if (!compiled) {
      const additions = this.#additions.filter((addition) => isFor(addition, rule));
      const segments = additions.reduce(appendOutput, rule.outputSegments);
      compiled = {
        output: compileOutput(segments, this.#catalog),
        addedFields: additions.flatMap(({ fields }) => fields.map((field) => this.#addedField(field))),
      };
      this.#compiled.set(rule, compiled);
    }
    return compiled;
  }

  #addedField(added: AddedField): FieldReader {
    if ('expression' in added) return compileField(added.key, added.expression, this.#catalog);
    const { message } = compileOutput(added.format, this.#catalog);
    return (context) => ({ key: added.key, type: 'CHARBUF', value: toText(message(context)) });
  }
}

function appendOutput(
  segments: readonly OutputSegment[],
  { output }: OutputAddition,
): readonly OutputSegment[] {
  return output.length === 0 ? segments : [...segments, { kind: 'text', text: ' ' }, ...output];
}
