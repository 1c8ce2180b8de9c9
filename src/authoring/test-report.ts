/** Results of tests, for people and for programs. */
import type { CoveredCheck, RuleCoverage } from './coverage.ts';
import { shortened } from './explanation-text.ts';
import type { TestFailure, TestResult } from './run-tests.ts';

export const REPORT_FORMATS = ['text', 'tap', 'junit', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface TestRun {
  readonly results: readonly TestResult[];
  /** Of the rules that tests expect, and the names of rules that none expects; absent when not asked for. */
  readonly coverage?:
    | { readonly rules: readonly RuleCoverage[]; readonly untested: readonly string[] }
    | undefined;
}

/** The report without the newline at its end. */
export function testReport(run: TestRun, format: ReportFormat): string {
  switch (format) {
    case 'text':
      return textReport(run);
    case 'tap':
      return tapReport(run);
    case 'junit':
      return junitReport(run);
    case 'json':
      return JSON.stringify(run);
  }
}

export function hasFailed({ results }: TestRun): boolean {
  return results.some(({ failures }) => failures.length > 0);
}

function textReport({ results, coverage }: TestRun): string {
  const failed = results.filter(({ failures }) => failures.length > 0);
  const lines = failed.flatMap((result) => [
    `failed: ${result.name} (${result.place})`,
    ...result.failures.flatMap((failure) => failureLines(failure).map((line) => `  ${line}`)),
    '',
  ]);
  if (coverage) lines.push(...coverageLines(coverage.rules, coverage.untested), '');
  const files = new Set(results.map(({ file }) => file)).size;
  const summary = failed.length === 0 ? 'all passed' : `${failed.length} failed`;
  lines.push(`${count(results.length, 'test')} in ${count(files, 'file')}: ${summary}`);
  return lines.join('\n');
}

function failureLines({ place, message, why }: TestFailure): string[] {
  return [`${place}: ${message}`, ...why.map((line) => `  ${line}`)];
}

function coverageLines(rules: readonly RuleCoverage[], untested: readonly string[]): string[] {
  const lines = rules.flatMap(({ rule, checks }) => {
    const half = checks.filter(({ wasTrue, wasFalse }) => !wasTrue || !wasFalse);
    const full = checks.length - half.length;
    return [
      `${rule}: ${full} of ${count(checks.length, 'check')} seen true and false`,
      ...half.map(
        (check) =>
          `  ${lack(check)}: ${shortened(check.text)} (${[...check.macros, check.place].join(' > ')})`,
      ),
    ];
  });
  const names = untested.map((rule) => `  ${rule}`);
  if (names.length > 0) lines.push(`${count(names.length, 'rule')} that no test expects:`, ...names);
  return lines;
}

function lack({ wasTrue, wasFalse }: CoveredCheck): string {
  if (wasTrue) return 'never false';
  return wasFalse ? 'never true' : 'never asked';
}

/** Test Anything Protocol, version 14. */
function tapReport({ results, coverage }: TestRun): string {
  const lines = ['TAP version 14', `1..${results.length}`];
  for (const [index, { name, file, failures }] of results.entries()) {
    const isRight = failures.length === 0;
    // A # begins a directive.
    const title = `${file}: ${name}`.replace(/\s+/g, ' ').replace(/[\\#]/g, '\\$&');
    lines.push(`${isRight ? 'ok' : 'not ok'} ${index + 1} - ${title}`);
    if (isRight) continue;
    lines.push('  ---', '  failures:');
    for (const { place, message, why } of failures) {
      lines.push(`    - at: ${JSON.stringify(place)}`, `      message: ${JSON.stringify(message)}`);
      lines.push(`      why: ${JSON.stringify(why)}`);
    }
    lines.push('  ...');
  }
  if (coverage) {
    lines.push(...coverageLines(coverage.rules, coverage.untested).map((line) => `# ${line}`));
  }
  return lines.join('\n');
}

function junitReport({ results }: TestRun): string {
  const suites = [...Map.groupBy(results, ({ file }) => file)].map(([file, tests]) => {
    const cases = tests.map(
      ({ name, failures }) =>
        `    <testcase classname="${xml(file)}" name="${xml(name)}"${
          failures.length === 0 ? '/>' : `>\n${failures.map(junitFailure).join('\n')}\n    </testcase>`
        }`,
    );
    const failed = tests.filter(({ failures }) => failures.length > 0).length;
    const counts = `tests="${tests.length}" failures="${failed}"`;
    return `  <testsuite name="${xml(file)}" ${counts}>\n${cases.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>`;
}

function junitFailure(failure: TestFailure): string {
  const text = failureLines(failure).join('\n');
  return `      <failure message="${xml(failure.message)}">${xml(text)}</failure>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function xml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML cannot have them, not even escaped.
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
  );
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
