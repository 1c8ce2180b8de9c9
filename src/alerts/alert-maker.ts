/** Makes alerts from rules that matched. */
import { type ByteString, toText } from '../events/bytes.ts';
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRule, ExtraField } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import type { AlertField, RuleAlert } from './alert.ts';
import { compileField, compileOutput, type Reader, readerOfAll } from './output.ts';

interface CompiledRule {
  readonly message: Reader<ByteString[]>;
  readonly fields: Reader<AlertField[]>;
}

/** An alert whose event may be gone, while some of its values are still to come. */
export interface HeldAlert {
  /** A container engine may still have something to say that the alert tells. */
  readonly isLate: boolean;
  /** The alert with what is known by now. */
  finish(): RuleAlert;
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
    return this.hold(rule, context).finish();
  }

  /** As {@link make}, but what container engines tell is read when the alert is finished. */
  hold(rule: CheckedRule, context: EventContext): HeldAlert {
    const { message, fields } = this.#compile(rule);
    const isLate = message.isLate || fields.isLate;
    const finishMessage = message.hold(context);
    const finishFields = fields.hold(context);
    const { thread, system, event } = context;
    const time = event.wallTime;
    // The context is filled anew for the next event. Late fields read nothing of it but these.
    const later = isLate ? { thread, system, event, descriptor: undefined } : context;
    return {
      isLate,
      finish: () => ({
        kind: 'rule',
        rule: rule.name,
        priority: rule.priority,
        source: rule.source,
        tags: rule.tags,
        time,
        hostname: this.#hostname ?? toText(system.hostname),
        message: toText(finishMessage(later).join('')),
        fields: finishFields(later),
      }),
    };
  }

  #compile(rule: CheckedRule): CompiledRule {
    let compiled = this.#compiled.get(rule);
    if (!compiled) {
      const output = compileOutput(rule.outputSegments, this.#catalog);
      const extra = (rule.extraFields ?? []).map((each) => this.#extraField(each));
      const fields = new Map([...output.fields, ...extra]);
      compiled = { message: readerOfAll(output.message), fields: readerOfAll([...fields.values()]) };
      this.#compiled.set(rule, compiled);
    }
    return compiled;
  }

  #extraField({ key, segments, raw }: ExtraField): [string, Reader<AlertField>] {
    const [only] = segments;
    if (raw && only?.kind === 'value') return [key, compileField(key, only.expression, this.#catalog)];
    const text = readerOfAll(compileOutput(segments, this.#catalog).message);
    return [
      key,
      {
        isLate: text.isLate,
        hold(context) {
          const finish = text.hold(context);
          return (later) => ({ key, type: 'CHARBUF', value: toText(finish(later).join('')) });
        },
      },
    ];
  }
}
