/** Runs the tests of a test file: what rules raise, what they tell, and where they stay silent. */
import type { AlertValue, RuleAlert } from '../alerts/alert.ts';
import type { Config } from '../config/schema.ts';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { loadRuleFiles, readRuleFiles } from '../engine/rule-files.ts';
import { ruleOptions } from '../engine/rule-options.ts';
import type { CheckedRule } from '../rules/checked.ts';
import { isError, type LoadOutcome, loadRules } from '../rules/load.ts';
import { nearest } from '../rules/suggest.ts';
import type { Coverage } from './coverage.ts';
import { reasonLines } from './explanation-text.ts';
import { EventJudge, type Explained, NearestEvent, type Raised } from './judge-events.ts';
import { hint } from './reading.ts';
import type { SceneInput, ScenePlayer } from './scene-player.ts';
import type { ShownInput } from './stage.ts';
import type { ExpectedField, RuleTest, TestFile } from './test-file.ts';

/** What is wrong in a test, where, and why it came so. */
export interface TestFailure {
  /** `file:line:column` in the test file. */
  readonly place: string;
  readonly message: string;
  readonly why: readonly string[];
}

export interface TestResult {
  readonly file: string;
  readonly name: string;
  readonly place: string;
  /** None: the test has passed, unless it was skipped. */
  readonly failures: readonly TestFailure[];
  /** Why it could not be run here. */
  readonly skipped?: string;
}

/** What tests are run with. */
export interface TestTools {
  readonly coverage?: Coverage | undefined;
  /** Acts out scenes; without it tests with scenes are skipped. */
  readonly scenes?: ScenePlayer | undefined;
}

/** The rules of a test file. */
export interface TestedRules {
  readonly paths: readonly string[];
  /** Loaded from the paths, without errors. */
  readonly outcome: LoadOutcome;
  readonly config: Config;
}

/** Loads the rules of tests. Problems are in the outcome. */
export function loadTestedRules(paths: readonly string[], config: Config): TestedRules {
  return { paths, config, outcome: loadRuleFiles(paths, config) };
}

/** Runs all tests of a file, in order. */
export async function runTestFile(
  { name, tests }: TestFile,
  rules: TestedRules,
  tools: TestTools = {},
): Promise<TestResult[]> {
  const judge = new EventJudge(rules.outcome);
  tools.coverage?.add(judge);
  const results: TestResult[] = [];
  for (const test of tests) {
    const outcome = await runTest(test, rules, judge, tools);
    results.push({ file: name, name: test.name, place: test.place, ...outcome });
  }
  return results;
}

type Outcome = Pick<TestResult, 'failures' | 'skipped'>;

async function runTest(
  test: RuleTest,
  rules: TestedRules,
  plainJudge: EventJudge,
  tools: TestTools,
): Promise<Outcome> {
  const unknown = unknownNames(test, rules.outcome);
  if (unknown.length > 0) return { failures: unknown };
  const overridden = test.macros.length + test.lists.length === 0 ? undefined : withOverrides(test, rules);
  if (Array.isArray(overridden)) return { failures: overridden };
  const judge = overridden === undefined ? plainJudge : new EventJudge(overridden);
  const { input } = test;
  const judged =
    input.kind === 'scene'
      ? await judgeScene(input, test, judge, tools)
      : await judgeShown(input, judge, tools.coverage);
  if ('failures' in judged) return judged;
  tools.coverage?.expect(test.rules.map(({ text }) => text));
  const { raised, nearest: nearestTo } = judged;
  return {
    failures: [
      ...(await missingAlerts(test, judge, raised, nearestTo)),
      ...unexpectedAlerts(test, raised),
      ...test.fields.flatMap((field) => wrongField(field, test, raised) ?? []),
    ],
  };
}

/** What the rules made of the events, and how near a rule that stayed silent came to a match. */
interface Judgement {
  readonly raised: readonly Raised[];
  readonly nearest: (rule: CheckedRule) => Promise<Explained | undefined>;
}

async function judgeShown(
  input: ShownInput,
  judge: EventJudge,
  coverage: Coverage | undefined,
): Promise<Judgement | Outcome> {
  try {
    const raised = await judge.judge(input, coverage && ((context) => coverage.see(judge, context)));
    return { raised, nearest: (rule) => judge.nearest(rule, input) };
  } catch (error) {
    if (input.kind === 'events') throw error;
    return { failures: [failure(input.place, `the events cannot be read: ${(error as Error).message}`)] };
  }
}

/** A scene happens once: what may be asked of its events is noted while it is played. */
async function judgeScene(
  input: SceneInput,
  { rules }: RuleTest,
  judge: EventJudge,
  { coverage, scenes }: TestTools,
): Promise<Judgement | Outcome> {
  if (scenes === undefined) return { failures: [], skipped: 'scenes are not played here' };
  const expected = judge.rules.filter(({ name }) => rules.some(({ text }) => text === name));
  const nearestTo = new Map(expected.map((rule) => [rule, new NearestEvent(rule, judge)]));
  const matches = new Map<string, Explained>();
  const play = await scenes.play(input, judge.rules, (context, matched) => {
    const origin = `event ${context.event.number} of the scene`;
    coverage?.see(judge, context);
    for (const each of nearestTo.values()) each.see(context, origin);
    for (const rule of matched) {
      const judged = matches.has(rule.name) ? undefined : judge.explain(rule, context);
      if (judged) matches.set(rule.name, { origin, judged });
    }
  });
  if (play.kind === 'skipped') return { failures: [], skipped: play.reason };
  if (play.kind === 'failed') return { failures: [failure(input.place, play.reason)] };
  const raised = play.alerts.flatMap((alert): Raised[] => {
    const rule = judge.rules.find(({ name }) => name === alert.rule);
    const { origin = 'the scene', judged = undefined } = matches.get(alert.rule) ?? {};
    return rule === undefined ? [] : [{ rule, alert, origin, judged }];
  });
  return { raised, nearest: async (rule) => nearestTo.get(rule)?.found };
}

function failure(place: string, message: string, why: readonly string[] = []): TestFailure {
  return { place, message, why };
}

/** Names in a test that its rules do not have. */
function unknownNames({ rules, macros, lists }: RuleTest, { compiled }: LoadOutcome): TestFailure[] {
  const check = (
    what: string,
    uses: readonly { readonly name: string; readonly place: string }[],
    known: readonly string[],
  ): TestFailure[] =>
    uses
      .filter(({ name }) => !known.includes(name))
      .map(({ name, place }) => failure(place, `there is no ${what} "${name}"${hint(nearest(name, known))}`));
  return [
    ...check(
      'rule',
      rules.map(({ text, place }) => ({ name: text, place })),
      compiled.rules.map(({ entry }) => entry.name),
    ),
    ...check('macro', macros, [...compiled.macros.keys()]),
    ...check(
      'list',
      lists,
      [...compiled.lists.all].map(({ name }) => name),
    ),
  ];
}

/** The rules with the macros and lists of the test; failures where these have errors. */
function withOverrides(test: RuleTest, { paths, config }: TestedRules): LoadOutcome | TestFailure[] {
  const environment = ruleEnvironment();
  // JSON is YAML, one line for each override, so that the line of a problem tells which it is.
  const overrides = [...test.macros, ...test.lists];
  const items = overrides.map((override) =>
    'items' in override
      ? { list: override.name, items: override.items, override: { items: 'replace' } }
      : { macro: override.name, condition: override.text, override: { condition: 'replace' } },
  );
  const name = `overrides of test "${test.name}"`;
  const text = items.map((item) => `- ${JSON.stringify(item)}\n`).join('');
  const files = [...readRuleFiles(paths), { name, text }];
  const outcome = loadRules(files, environment, ruleOptions(config, environment));
  if (outcome.ok) return outcome;
  return outcome.problems.filter(isError).map(({ location, message, suggestion }) => {
    const own = location.file === name ? overrides[location.line - 1] : undefined;
    return failure(own?.place ?? test.place, `${message}${hint(suggestion)}`);
  });
}

/** Rules that are expected and have raised nothing. */
async function missingAlerts(
  test: RuleTest,
  judge: EventJudge,
  raised: readonly Raised[],
  nearestTo: Judgement['nearest'],
): Promise<TestFailure[]> {
  const failures: TestFailure[] = [];
  for (const { text: name, place } of test.rules) {
    if (raised.some(({ rule }) => rule.name === name)) continue;
    failures.push(failure(place, `"${name}" did not fire`, await whySilent(name, judge, nearestTo)));
  }
  return failures;
}

async function whySilent(
  name: string,
  judge: EventJudge,
  nearestTo: Judgement['nearest'],
): Promise<string[]> {
  const rule = judge.rules.find((each) => each.name === name);
  if (rule === undefined) return ['the rule was left out: its source is not there'];
  if (!rule.enabled) return ['the rule is disabled'];
  const nearestEvent = await nearestTo(rule);
  if (nearestEvent === undefined) return ['no event is of a type that the rule is about'];
  return [`at ${nearestEvent.origin}`, ...reasonLines(nearestEvent.judged)];
}

function unexpectedAlerts(test: RuleTest, raised: readonly Raised[]): TestFailure[] {
  const expected = new Set(test.rules.map(({ text }) => text));
  const unexpected = Map.groupBy(
    raised.filter(({ rule }) => !expected.has(rule.name)),
    ({ rule }) => rule.name,
  );
  return [...unexpected].map(([name, alerts]) => {
    const [first] = alerts;
    const times = alerts.length === 1 ? '' : ` ${alerts.length} times`;
    const why = first?.judged ? reasonLines(first.judged) : [];
    return failure(test.place, `"${name}" fired${times}, unexpectedly`, [`at ${first?.origin}`, ...why]);
  });
}

function wrongField(
  { key, text, rule, place }: ExpectedField,
  { rules }: RuleTest,
  raised: readonly Raised[],
): TestFailure | undefined {
  const alerts = raised.filter(({ rule: { name } }) =>
    rule === undefined ? rules.some((each) => each.text === name) : name === rule,
  );
  // That nothing fired has been told.
  if (alerts.length === 0) return undefined;
  const values = alerts.map(({ alert }) => fieldText(alert, key));
  if (values.includes(text ?? MISSING)) return undefined;
  const told = values.filter((value) => value !== undefined);
  const expected = text === undefined ? 'expected to be missing' : `expected ${JSON.stringify(text)}`;
  if (told.length === 0) {
    const [first] = alerts;
    const known = first?.alert.fields.map((field) => field.key) ?? [];
    return failure(place, `no alert tells ${key}${hint(nearest(key, known))}`, [
      `its fields: ${known.join(', ')}`,
    ]);
  }
  const actual = [...new Set(told)].map((value) => (value === MISSING ? 'missing' : JSON.stringify(value)));
  return failure(place, `${key}: ${expected}, but it is ${actual.join(', ')}`);
}

const MISSING = Symbol('missing');

/** Text of a field of an alert; `undefined` when the alert does not have it. */
function fieldText({ fields }: RuleAlert, key: string): string | typeof MISSING | undefined {
  const found = fields.find((field) => field.key === key);
  if (found === undefined) return undefined;
  return found.value === null ? MISSING : plainText(found.value);
}

function plainText(value: AlertValue): string {
  return Array.isArray(value) ? value.map(plainText).join(',') : String(value);
}
