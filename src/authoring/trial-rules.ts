/** The rules of `lanner try`: one condition, or the rules of a file, with the macros and lists of other files. */

import type { Config } from '../config/schema.ts';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { configuredFields } from '../engine/rule-options.ts';
import { isError, type LoadOutcome, loadRules, type Problem, type RuleFile } from '../rules/load.ts';
import { reportProblem } from '../rules/report.ts';
import { SourceFile } from '../rules/source/source-file.ts';

/** What the event lines of a condition tell, unless a format is given. */
export const DEFAULT_OUTPUT = '%evt.num %evt.time %evt.cpu %proc.name (%thread.tid) %evt.type %evt.args';
const AUDIT_OUTPUT = '%evt.num %evt.time %ka.user.name %ka.verb %ka.uri %ka.response.code';

/** The same by event source. */
export function defaultOutput(source: string): string {
  return source === 'k8s_audit' ? AUDIT_OUTPUT : DEFAULT_OUTPUT;
}

/** What is tried: a condition with the output of its lines, or a file with whole rules. */
export type Trial =
  | { readonly kind: 'condition'; readonly text: string; readonly output: string; readonly source: string }
  | {
      readonly kind: 'file';
      readonly file: RuleFile;
      /** Only this rule, of whatever file, with what the file changes of it; otherwise all rules of the file. */
      readonly rule?: string | undefined;
    };

export interface TrialRules {
  /** The rule set has the tried rules alone, enabled. */
  readonly outcome: LoadOutcome;
  /** What is wrong with the trial, ready to be shown; problems of the other files are none of it. */
  readonly errors: readonly string[];
}

/** Name of the condition, as of a file, in messages. */
const CONDITION = 'condition';
const OUTPUT = 'output';
const RULE = 'lanner try';
/** The lines before the condition, and the blanks before each of its lines. */
const HEAD = 6;
const INDENT = 4;

/** Loads what is tried after the files that its macros and lists may come from. */
export function loadTrial(trial: Trial, others: readonly RuleFile[], config: Config): TrialRules {
  const environment = ruleEnvironment(configuredFields(config));
  const own = trial.kind === 'file' ? trial.file : { name: CONDITION, text: ruleText(trial) };
  const outcome = loadRules([...others, own], environment);
  const named = new Set(
    outcome.compiled.rules
      .filter(({ entry }) => entry.context.location.file === own.name)
      .map(({ entry }) => entry.name),
  );
  const only = trial.kind === 'file' ? trial.rule : undefined;
  const rules = outcome.ruleSet.rules
    .filter(({ name }) => (only === undefined ? named.has(name) : name === only))
    .map((rule) => ({ ...rule, enabled: true }));
  const problems = outcome.problems.filter(
    (problem) => isError(problem) && problem.location.file === own.name,
  );
  const source = outcome.files.at(-1)?.source;
  return {
    outcome: { ...outcome, ruleSet: { rules } },
    errors: problems.map((problem) =>
      trial.kind === 'file' ? reportProblem(problem, source) : reportOfCondition(problem, trial),
    ),
  };
}

/** A literal block keeps every character of the condition in its place, however it is quoted. */
function ruleText({ text, output, source }: Extract<Trial, { kind: 'condition' }>): string {
  const head = [
    `- rule: ${RULE}`,
    `  desc: "-"`,
    `  priority: DEBUG`,
    `  source: ${JSON.stringify(source)}`,
    `  output: ${JSON.stringify(output)}`,
    `  condition: |2`,
  ];
  const lines = text.split('\n').map((line) => ' '.repeat(INDENT) + line);
  return `${[...head, ...lines].join('\n')}\n`;
}

/** The problem at its place in what was typed. */
function reportOfCondition(
  problem: Problem,
  { text, output }: Extract<Trial, { kind: 'condition' }>,
): string {
  const { location } = problem;
  const isOutput = location.line <= HEAD;
  const source = new SourceFile(isOutput ? OUTPUT : CONDITION, isOutput ? output : text);
  const shifted = {
    file: source.name,
    line: isOutput ? 1 : location.line - HEAD,
    // The output is quoted: its text begins behind the key and the quotation mark.
    column: Math.max(1, isOutput ? location.column - '  output: "'.length : location.column - INDENT),
    offset: location.offset,
  };
  const context = { ...problem.context, parent: undefined, itemName: '' };
  return reportProblem({ ...problem, location: shifted, context, within: undefined }, source);
}

/** A place in the rule that was made of a condition, as a place in what was typed. */
export function placeInCondition({ line, column }: { readonly line: number; readonly column: number }): {
  readonly line: number;
  readonly column: number;
} {
  return { line: Math.max(1, line - HEAD), column: Math.max(1, line > HEAD ? column - INDENT : 1) };
}

/** Places in a line of text that lie in the condition, as places in what was typed. */
export function withPlacesInCondition(line: string): string {
  return line.replace(
    /\bcondition:(\d+):(\d+)\b/g,
    (_, row: string, column: string) => `${CONDITION}:${Number(row) - HEAD}:${Number(column) - INDENT}`,
  );
}
