/** Reads alert lines of real Falco back into alerts. */
import type { AlertField, AlertValue, RuleAlert } from '../../src/alerts/alert.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import type { Priority } from '../../src/rules/checked.ts';

export interface GoldenAlert {
  readonly alert: RuleAlert;
  /** The whole text line; `undefined` when Falco was told to leave it out. */
  readonly output: string | undefined;
}

interface Line {
  readonly hostname: string;
  readonly output?: string;
  readonly output_fields: Readonly<Record<string, AlertValue>>;
  readonly priority: Priority;
  readonly rule: string;
  readonly source: string;
  readonly tags: readonly string[];
  readonly time: string;
}

/** Parses one JSON line; large integers stay exact. */
export function parseGoldenAlert(line: string): GoldenAlert {
  const parsed = JSON.parse(line, exactIntegers) as Line;
  const { hostname, output, output_fields, priority, rule, source, tags } = parsed;
  const message =
    output === undefined ? '' : output.slice(output.indexOf(`: ${priority} `) + priority.length + 3);
  const fields = Object.entries(output_fields).map(
    ([key, value]): AlertField => ({
      key,
      value,
      type: FIELD_CATALOG.find(key.replace(/\[.*/, ''))?.field.type ?? 'CHARBUF',
    }),
  );
  const time = nanoseconds(parsed.time);
  return {
    output,
    alert: { kind: 'rule', rule, priority, source, tags, time, hostname, message, fields },
  };
}

function exactIntegers(this: unknown, _key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? BigInt(context?.source as string)
    : value;
}

/** `2026-11-21T19:41:52.828833529Z` as nanoseconds since the epoch. */
function nanoseconds(time: string): bigint {
  return BigInt(Date.parse(`${time.slice(0, 19)}Z`)) * 1_000_000n + BigInt(time.slice(20, 29));
}
