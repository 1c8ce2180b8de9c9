/**
 * Problems for people: what is wrong, the line with a caret under the exact place, and what was
 * probably meant.
 *
 *     error: unknown field container.is: did you mean container.id?
 *       --> rules.yaml:12:14 in macro container
 *        |
 *     12 |   condition: container.is != host
 *        |              ^^^^^^^^^^^^
 *        = LOAD_ERR_COMPILE_CONDITION
 */
import type { FileResult } from './load.ts';
import { type Context, isError, type Problem } from './problem.ts';
import type { SourceFile } from './source/source-file.ts';

export interface ReportOptions {
  /** Escape sequences for a terminal; none by default. */
  readonly colour?: boolean;
}

/** Widest piece of a line that is shown. */
const WIDTH = 120;

/** All problems, in the order of the files, errors and warnings as they come. */
export function reportProblems(
  problems: readonly Problem[],
  files: readonly Pick<FileResult, 'source'>[],
  options: ReportOptions = {},
): string {
  const sources = new Map(files.map(({ source }) => [source.name, source]));
  return problems
    .map((problem) => reportProblem(problem, sources.get(problem.location.file), options))
    .join('\n');
}

/** `2 errors, 1 warning`. */
export function countProblems(problems: readonly Problem[]): string {
  const errors = problems.filter(isError).length;
  const warnings = problems.length - errors;
  return [count(errors, 'error'), count(warnings, 'warning')].filter((part) => part !== '').join(', ');
}

function count(number: number, what: string): string {
  return number === 0 ? '' : `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** One problem; `source` is the file that it lies in. */
export function reportProblem(
  problem: Problem,
  source: SourceFile | undefined,
  { colour = false }: ReportOptions = {},
): string {
  const paint = colour ? PAINTED : PLAIN;
  const { location, message, suggestion, code } = problem;
  const error = isError(problem);
  const level = error ? paint.error('error') : paint.warning('warning');
  const hint = suggestion === undefined ? '' : `: did you mean ${paint.hint(printable(suggestion))}?`;
  const where = `${location.file}:${location.line}:${location.column}`;
  const margin = ' '.repeat(Math.max(2, String(location.line).length));
  const lines = [
    `${level}: ${paint.bold(printable(message).replace(/[.:]$/, ''))}${hint}`,
    `${margin}${paint.dim('-->')} ${where}${itemText(problem)}`,
  ];
  if (source !== undefined)
    lines.push(...excerpt(problem, source, margin, error ? paint.error : paint.warning, paint));
  lines.push(`${margin} ${paint.dim(`= ${code}`)}`, '');
  return lines.join('\n');
}

/** The item that the problem is in: ` in rule X`, ` in macro M used by rule X`. */
function itemText({ context, within }: Problem): string {
  const user = itemNames(context);
  const owner = within === undefined ? '' : itemNames(within);
  if (owner !== '' && owner !== user) return ` in ${owner} used by ${user}`;
  return user === '' ? '' : ` in ${user}`;
}

function itemNames(context: Context): string {
  const names: string[] = [];
  for (let link: Context | undefined = context; link !== undefined; link = link.parent) {
    if (link.itemName !== '' && ['rule', 'macro', 'list', 'exception'].includes(link.itemType)) {
      names.push(`${link.itemType} ${printable(link.itemName)}`);
    }
  }
  return names.join(' of ');
}

function excerpt(
  { location, length }: Problem,
  source: SourceFile,
  margin: string,
  mark: (text: string) => string,
  paint: typeof PLAIN,
): string[] {
  const line = source.line(location.line);
  if (line.trim() === '') return [];
  const column = location.column - 1;
  // Long lines are cut around the place.
  const from = line.length <= WIDTH ? 0 : Math.max(0, Math.min(column - WIDTH / 2, line.length - WIDTH));
  const shown = line.slice(from, from + WIDTH);
  const before = from > 0 ? '…' : '';
  const after = from + WIDTH < line.length ? '…' : '';
  const indent = before + shown.slice(0, column - from);
  const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - (column - from))));
  const gutter = String(location.line).padStart(margin.length);
  return [
    `${margin} ${paint.dim('|')}`,
    `${paint.dim(`${gutter} |`)} ${before}${printable(shown)}${after}`,
    `${margin} ${paint.dim('|')} ${indent.replace(/[^\t]/g, ' ')}${mark(carets)}`,
  ];
}

/** Text without characters that could steer a terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to show
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]/g, '\u00b7');
}

type Paint = (text: string) => string;

const ESCAPE = '\u001b[';

function painted(codes: string): Paint {
  return (text) => `${ESCAPE}${codes}m${text}${ESCAPE}0m`;
}

const plain: Paint = (text) => text;
const PLAIN = { error: plain, warning: plain, hint: plain, bold: plain, dim: plain };
const PAINTED: typeof PLAIN = {
  error: painted('1;31'),
  warning: painted('1;33'),
  hint: painted('1;32'),
  bold: painted('1'),
  dim: painted('2'),
};
