/** For tests: rules of Sigma's as text, what becomes of them, and which events they match then. */
import assert from 'node:assert/strict';
import { EventJudge } from '../authoring/judge-events.ts';
import { readEvents } from '../authoring/test-file.ts';
import { parseConfigText } from '../config/yaml.ts';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import { isError, type LoadOutcome, loadRules } from '../rules/load.ts';
import { type Conversion, type ConversionOptions, convertSigma } from './convert.ts';

const ENVIRONMENT = ruleEnvironment(FIELD_CATALOG);

export const OPTIONS: ConversionOptions = {
  minLevel: 'informational',
  statuses: new Set(['stable', 'test', 'experimental']),
  changedSince: undefined,
  placeholders: new Map(),
  logWords: false,
  prefix: '',
};

export function convert(text: string, options: Partial<ConversionOptions> = {}): Conversion {
  return convertSigma([{ name: 'sigma.yml', text }], ENVIRONMENT, { ...OPTIONS, ...options });
}

/** What has become of the rules, loaded: without an error, whatever they were. */
export function load({ text }: Conversion): LoadOutcome {
  const outcome = loadRules([{ name: 'converted.yaml', text }], ENVIRONMENT);
  assert.deepEqual(outcome.problems.filter(isError), []);
  return outcome;
}

/** A rule on processes with these lines under `detection`. */
export function processRule(detection: string, title = 'Rule'): string {
  return ruleOn('category: process_creation', detection, title);
}

export function ruleOn(logsource: string, detection: string, title = 'Rule'): string {
  const indented = detection.trim().replace(/^/gm, '  ');
  return `title: ${title}\nlogsource:\n  product: linux\n  ${logsource}\ndetection:\n${indented}\n`;
}

/** Which rules each event raises, such as `execve: {proc.exeline: id}`. */
export async function raisedBy(conversion: Conversion, texts: readonly string[]): Promise<string[][]> {
  const events = texts.flatMap((text, index) =>
    readEvents(parseConfigText(text, `event ${index}`, undefined), (place, message) =>
      assert.fail(`${place}: ${message}`),
    ),
  );
  const names = texts.map((): string[] => []);
  for (const { rule, origin } of await new EventJudge(load(conversion)).judge({ kind: 'events', events })) {
    const index = Number(/^event (\d+)/.exec(origin)?.[1]);
    names[index]?.push(rule.name);
  }
  return names;
}

/** A function that tells which rules an event raises. */
export function judgeOf(conversion: Conversion): (event: string) => Promise<string[]> {
  return async (event) => (await raisedBy(conversion, [event]))[0] ?? [];
}

/** Checks that a rule matches all events of the first list and none of the second. */
export async function assertMatches(
  sigma: string,
  events: readonly string[],
  others: readonly string[],
  options: Partial<ConversionOptions> = {},
): Promise<void> {
  const conversion = convert(sigma, options);
  assert.deepEqual(
    conversion.rules.map(({ outcome, reasons }) => [outcome, reasons.map(({ message }) => message)]),
    [['converted', []]],
  );
  const raised = await raisedBy(conversion, [...events, ...others]);
  const matched = [...events, ...others].filter((_, index) => raised[index]?.length === 1);
  assert.deepEqual(matched, events);
}

/** Execs of command lines. */
export function lines(...commands: readonly string[]): string[] {
  return commands.map((command) => `execve: {proc.exeline: ${JSON.stringify(command)}}`);
}

/** Execs of programs. */
export function programs(...paths: readonly string[]): string[] {
  return paths.map((path) => `execve: {proc.exepath: ${JSON.stringify(path)}}`);
}

/** Why the one rule of the text was not converted, each reason behind its line. */
export function refusal(sigma: string): string[] {
  const { rules } = convert(sigma);
  assert.deepEqual(
    rules.map(({ outcome }) => outcome),
    ['not converted'],
  );
  return rules.flatMap(({ reasons }) =>
    reasons.map(({ location, message }) => `${location.line}: ${message}`),
  );
}
