/** Results of tests, for people and for programs. */
import { type CoverageResult, type CoveredCheck, hasDecided, wasSeen } from './coverage.ts';
import { shortened } from './explanation-text.ts';
import type { TestFailure, TestResult } from './run-tests.ts';

export const REPORT_FORMATS = ['text', 'tap', 'junit', 'json'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface TestRun {
  readonly results: readonly TestResult[];
  /** Absent when not asked for. */
  readonly coverage?: CoverageResult | undefined;
  /** Percentage of checks that must have been seen true and false. */
  readonly coverageMin?: number | undefined;
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

export function hasFailed(run: TestRun): boolean {
  return run.results.some(({ failures }) => failures.length > 0) || isCoveredTooLittle(run);
}

function isCoveredTooLittle({ coverage, coverageMin }: TestRun): boolean {
  return coverage !== undefined && coverageMin !== undefined && percentSeen(coverage) < coverageMin;
}

function percentSeen({ total: { seen, checks } }: CoverageResult): number {
  return checks === 0 ? 100 : (100 * seen) / checks;
}

function textReport(run: TestRun): string {
  const { results, coverage } = run;
  const failed = results.filter(({ failures }) => failures.length > 0);
  const lines = failed.flatMap((result) => [
    `failed: ${result.name} (${result.place})`,
    ...result.failures.flatMap((failure) => failureLines(failure).map((line) => `  ${line}`)),
    '',
  ]);
  if (coverage) lines.push(...coverageLines(coverage, run), '');
  const files = new Set(results.map(({ file }) => file)).size;
  const skipped = results.filter((result) => result.skipped !== undefined);
  const reasons = Map.groupBy(skipped, (result) => result.skipped);
  lines.push(
    ...reasons.entries().map(([reason, tests]) => `skipped ${count(tests.length, 'test')}: ${reason}`),
  );
  const passed =
    failed.length > 0 ? `${failed.length} failed` : skipped.length > 0 ? 'others passed' : 'all passed';
  const summary = skipped.length > 0 ? `${skipped.length} skipped, ${passed}` : passed;
  lines.push(`${count(results.length, 'test')} in ${count(files, 'file')}: ${summary}`);
  return lines.join('\n');
}

function failureLines({ place, message, why }: TestFailure): string[] {
  return [`${place}: ${message}`, ...why.map((line) => `  ${line}`)];
}

function coverageLines({ rules, untested, total }: CoverageResult, run: TestRun): string[] {
  const lines = rules.flatMap(({ rule, checks }) => {
    const seen = checks.filter(wasSeen).length;
    const decided = checks.filter(hasDecided).length;
    return [
      `${rule}: ${seen} of ${count(checks.length, 'check')} seen true and false, ${decided} decided both ways`,
      ...checks.flatMap(checkLines),
    ];
  });
  const names = untested.map((rule) => `  ${rule}`);
  if (names.length > 0) lines.push(`${count(names.length, 'rule')} that no test expects:`, ...names);
  const of = (part: number): string => `${part} (${share(part, total.checks)})`;
  lines.push(
    `coverage: of ${count(total.checks, 'check')}, ${of(total.seen)} seen true and false, ` +
      `${of(total.decided)} decided both ways`,
  );
  if (isCoveredTooLittle(run)) lines.push(`coverage is below ${run.coverageMin} %`);
  return lines;
}

/** What is lacking of a check; nothing when it has decided both ways. */
function checkLines(check: CoveredCheck): string[] {
  const line = (lack: string): string =>
    `  ${lack}: ${shortened(check.text)} (${[...check.macros, check.place].join(' > ')})`;
  const { wasTrue, wasFalse, decidedTrue, decidedFalse } = check;
  if (!wasTrue && !wasFalse) return [line('never asked')];
  return [
    ...(wasTrue ? [] : [line('never true')]),
    ...(wasFalse ? [] : [line('never false')]),
    ...(wasTrue && !decidedTrue ? [line('true, but never what decided')] : []),
    ...(wasFalse && !decidedFalse ? [line('false, but never what decided')] : []),
  ];
}

/** Never rounded up to all. */
function share(part: number, whole: number): string {
  if (whole === 0) return '-';
  return `${(Math.floor((1000 * part) / whole) / 10).toFixed(1)} %`;
}

/** Test Anything Protocol, version 13: readers that are in use refuse later ones. */
function tapReport(run: TestRun): string {
  const { results, coverage } = run;
  const lines = ['TAP version 13', `1..${results.length}`];
  for (const [index, { name, file, failures, skipped }] of results.entries()) {
    const isRight = failures.length === 0;
    const title = tapText(`${file}: ${name}`);
    const directive = skipped === undefined ? '' : ` # SKIP ${tapText(skipped)}`;
    lines.push(`${isRight ? 'ok' : 'not ok'} ${index + 1} - ${title}${directive}`);
    if (isRight) continue;
    lines.push('  ---', '  failures:');
    for (const { place, message, why } of failures) {
      lines.push(`    - at: ${JSON.stringify(place)}`, `      message: ${JSON.stringify(message)}`);
      // One item a line: the YAML of TAP is a small part of YAML.
      if (why.length > 0) lines.push('      why:', ...why.map((line) => `        - ${JSON.stringify(line)}`));
    }
    lines.push('  ...');
  }
  if (coverage) {
    lines.push(...coverageLines(coverage, run).map((line) => `# ${line}`));
  }
  return lines.join('\n');
}

/** In one line; a # begins a directive. */
function tapText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\#]/g, '\\$&');
}

function junitReport({ results }: TestRun): string {
  const suites = [...Map.groupBy(results, ({ file }) => file)].map(([file, tests]) => {
    const cases = tests.map(junitCase);
    const failed = tests.filter(({ failures }) => failures.length > 0).length;
    const skipped = tests.filter((test) => test.skipped !== undefined).length;
    const counts = `tests="${tests.length}" failures="${failed}" errors="0" skipped="${skipped}"`;
    return `  <testsuite name="${xml(file)}" ${counts}>\n${cases.join('\n')}\n  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>`;
}

function junitCase({ file, name, failures, skipped }: TestResult): string {
  const within = [
    ...failures.map(junitFailure),
    ...(skipped === undefined ? [] : [`      <skipped message="${xml(skipped)}"/>`]),
  ];
  const head = `    <testcase classname="${xml(file)}" name="${xml(name)}"`;
  return within.length === 0 ? `${head}/>` : `${head}>\n${within.join('\n')}\n    </testcase>`;
}

function junitFailure(failure: TestFailure): string {
  const text = failureLines(failure).join('\n');
  return `      <failure type="test" message="${xml(failure.message)}">${xml(text)}</failure>`;
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
