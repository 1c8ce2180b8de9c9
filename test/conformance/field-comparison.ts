/**
 * Values of fields against those that real Falco printed, for every event of a capture, through the model,
 * the rule language and the alert formatter: a rule that matches everything names all fields.
 */
import { AlertMaker } from '../../src/alerts/alert-maker.ts';
import { DEFAULT_FORMAT, formatJson } from '../../src/alerts/format.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import type { CheckedRule } from '../../src/rules/checked.ts';
import { allRules, replayCapture } from './replayed.ts';

type Values = Readonly<Record<string, unknown>>;

/** One value that differs. */
export interface Deviation {
  readonly number: number;
  readonly type: string;
  readonly field: string;
  readonly ours: string;
  readonly falcos: string;
}

export interface Comparison {
  events: number;
  /** Values compared and values equal, by field. */
  readonly fields: Map<string, { compared: number; equal: number }>;
  readonly deviations: Deviation[];
}

/** Compares a capture with golden alert lines, each of which holds the fields of one event. */
export async function compareFields(capture: string, lines: readonly string[]): Promise<Comparison> {
  const golden = new Map<string, Values>();
  for (const line of lines) {
    const values = outputFields(line);
    golden.set(String(values['evt.num']), values);
  }
  const first = golden.values().next().value ?? {};
  const rule = ruleNaming(Object.keys(first));
  const maker = new AlertMaker(FIELD_CATALOG);
  const comparison: Comparison = { events: 0, fields: new Map(), deviations: [] };
  const seen = new Set<string>();
  await replayCapture(capture, (context) => {
    const number = String(context.event.number);
    const expected = golden.get(number);
    seen.add(number);
    const actual = outputFields(formatJson(maker.make(rule, context), DEFAULT_FORMAT));
    if (expected) compareEvent(comparison, context.event.number, expected, actual);
    else
      addDeviation(
        comparison,
        context.event.number,
        context.event.type.name,
        '(event)',
        'judged',
        'not judged',
      );
  });
  for (const [number, values] of golden)
    if (!seen.has(number))
      addDeviation(comparison, Number(number), String(values['evt.type']), '(event)', 'not judged', 'judged');
  return comparison;
}

function compareEvent(comparison: Comparison, number: number, expected: Values, actual: Values): void {
  comparison.events++;
  for (const [field, value] of Object.entries(expected)) {
    let count = comparison.fields.get(field);
    if (!count) {
      count = { compared: 0, equal: 0 };
      comparison.fields.set(field, count);
    }
    count.compared++;
    const ours = text(actual[field]);
    const falcos = text(value);
    if (ours === falcos) count.equal++;
    else addDeviation(comparison, number, String(expected['evt.type']), field, ours, falcos);
  }
}

function addDeviation(
  { deviations }: Comparison,
  number: number,
  type: string,
  field: string,
  ours: string,
  falcos: string,
): void {
  deviations.push({ number, type, field, ours, falcos });
}

function text(value: unknown): string {
  return typeof value === 'bigint' ? String(value) : (JSON.stringify(value) ?? 'absent');
}

/** Large integers stay exact. */
function outputFields(line: string): Values {
  const parsed = JSON.parse(line, function (this: unknown, _key, value, context?: { source?: string }) {
    const isInexact = typeof value === 'number' && !Number.isSafeInteger(value);
    return isInexact && /^-?\d+$/.test(context?.source ?? '') ? BigInt(context?.source ?? 0) : value;
  });
  return parsed.output_fields;
}

/** A rule that matches every event and whose output names `fields`. */
function ruleNaming(fields: readonly string[]): CheckedRule {
  const output = fields.map((field) => `%${field}`).join(' ');
  const text = `- rule: all\n  desc: d\n  condition: evt.num > 0\n  priority: INFO\n  output: ${JSON.stringify(output)}\n`;
  const [rule] = allRules([{ name: 'all.yaml', text }]);
  if (!rule) throw new Error('no rule');
  return rule;
}

/** Sums over the fields that `wanted` names, or over all. */
export function totals(
  { fields }: Comparison,
  isWanted: (field: string) => boolean = () => true,
): { readonly compared: number; readonly equal: number } {
  let compared = 0;
  let equal = 0;
  for (const [field, count] of fields) {
    if (!isWanted(field)) continue;
    compared += count.compared;
    equal += count.equal;
  }
  return { compared, equal };
}

/** `field[0]` and `field.name` of a field with an argument both belong to `field`. */
export function isOneOf(names: ReadonlySet<string>, written: string): boolean {
  const bare = written.replace(/\[.*/, '');
  return names.has(FIELD_CATALOG.find(bare)?.field.name ?? bare);
}

/** Deviations as lines for people: one for each field, with how often and an example. */
export function describeDeviations(deviations: readonly Deviation[]): string[] {
  return [...Map.groupBy(deviations, ({ field }) => field)].map(([field, list]) => {
    const { number, type, ours, falcos } = list[0] as Deviation;
    return `${field}: ${list.length} differ; event ${number} (${type}): ${cut(ours)}, Falco ${cut(falcos)}`;
  });
}

function cut(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
