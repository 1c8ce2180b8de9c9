/**
 * Results of loading in Falco's shapes: JSON, a one-line summary, and the long text with the chain of
 * items and a snippet. For tools that were built for Falco; people are better served by report.ts.
 */
import type { FileResult } from './load.ts';
import {
  type Context,
  ERROR_CODES,
  type ErrorCode,
  type ItemType,
  isError,
  LINT_CODES,
  type LintCode,
  type Problem,
  WARNING_CODES,
  type WarningCode,
} from './problem.ts';
import type { SourceFile } from './source/source-file.ts';

/** Widest piece of a line that a snippet shows. */
const SNIPPET_WIDTH = 160;

export interface FalcoPosition {
  readonly name: string;
  /** Lines and columns count from 0, as YAML marks do. */
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

export interface FalcoLocation {
  readonly item_type: ItemType;
  readonly item_name: string;
  readonly position: FalcoPosition;
}

export interface FalcoProblem {
  readonly code: string;
  readonly codedesc: string;
  readonly message: string;
  readonly context: { readonly locations: readonly FalcoLocation[]; readonly snippet: string };
  readonly deprecated_field?: string;
  /** What was probably meant; Falco has no such key. */
  readonly suggestion?: string;
}

export interface FalcoResult {
  readonly name: string;
  readonly successful: boolean;
  readonly schema_valid: boolean;
  readonly schema_warnings: readonly string[];
  readonly errors: readonly FalcoProblem[];
  readonly warnings: readonly FalcoProblem[];
}

/** One entry of `falco_load_results`. */
export function falcoResult(result: FileResult): FalcoResult {
  const { errors, warnings } = split(result);
  return {
    name: result.name,
    successful: errors.length === 0,
    schema_valid: result.schemaWarnings.length === 0,
    schema_warnings: result.schemaWarnings,
    errors: errors.map((problem) => falcoProblem(problem, result.source)),
    warnings: warnings.map((problem) => falcoProblem(problem, result.source)),
  };
}

/** `name: Ok`, or what is wrong by code. */
export function falcoSummary(result: FileResult): string {
  const { errors, warnings } = split(result);
  const lines = [verdict(result)];
  const { schemaWarnings } = result;
  if (schemaWarnings.length > 0) {
    lines.push(` ${schemaWarnings.length} schema warnings: [${schemaWarnings.join(' ')}]`);
  }
  for (const [what, problems] of [
    ['errors', errors],
    ['warnings', warnings],
  ] as const) {
    if (problems.length === 0) continue;
    const codes = problems.map((problem) => `${problem.code} (${shortText(problem)})`);
    lines.push(` ${problems.length} ${what}: [${codes.join(' ')}]`);
  }
  return lines.join('\n');
}

/** All problems with their items and snippets. */
export function falcoDetails(result: FileResult): string {
  const { errors, warnings } = split(result);
  const lines = [verdict(result)];
  if (result.schemaWarnings.length > 0) {
    lines.push(`${result.schemaWarnings.length} Schema warnings:`);
    for (const warning of result.schemaWarnings) lines.push('------', warning);
    lines.push('------');
  }
  for (const [what, problems] of [
    ['Errors', errors],
    ['Warnings', warnings],
  ] as const) {
    if (problems.length === 0) continue;
    lines.push(`${problems.length} ${what}:`);
    for (const problem of problems) {
      const { locations, snippet } = falcoProblem(problem, result.source).context;
      lines.push(chainText(locations), '------', `${snippet}------`);
      lines.push(`${problem.code} (${shortText(problem)}): ${problem.message}`);
    }
  }
  return `${lines.join('\n')}\n`.replace(/^([^\n]*)\n$/, '$1');
}

function split({ problems }: FileResult): { errors: Problem[]; warnings: Problem[] } {
  return {
    errors: problems.filter(isError),
    warnings: problems.filter((problem) => !isError(problem)),
  };
}

function verdict(result: FileResult): string {
  const { errors, warnings } = split(result);
  if (errors.length > 0) return `${result.name}: Invalid`;
  return warnings.length > 0 ? `${result.name}: Ok, with warnings` : `${result.name}: Ok`;
}

function chainText(locations: readonly FalcoLocation[]): string {
  return locations
    .map(({ item_type, item_name, position: { name, line, column } }, index) => {
      const item = item_name === '' ? item_type : `${item_type} '${item_name}'`;
      return `${index === 0 ? 'In ' : '    '}${item}: (${name}:${line}:${column})`;
    })
    .join('\n');
}

function shortText({ code, deprecatedField }: Problem): string {
  if (code in ERROR_CODES) return ERROR_CODES[code as ErrorCode];
  if (code in LINT_CODES) return LINT_CODES[code as LintCode];
  const [short] = WARNING_CODES[code as WarningCode];
  return deprecatedField === undefined ? short : `${short}: field '${deprecatedField}'`;
}

/** As in Falco, the short text for errors and the long one for warnings. */
function longText({ code }: Problem): string {
  if (code in ERROR_CODES) return ERROR_CODES[code as ErrorCode];
  if (code in LINT_CODES) return LINT_CODES[code as LintCode];
  return WARNING_CODES[code as WarningCode][1];
}

function falcoProblem(problem: Problem, source: SourceFile): FalcoProblem {
  const { message, deprecatedField, suggestion } = problem;
  const locations = chain(problem.context).map(falcoLocation);
  if (problem.condition !== undefined) locations.push(conditionLocation(problem, locations));
  const context = { locations, snippet: snippetOf(problem, source) };
  return {
    code: problem.code,
    codedesc: longText(problem),
    message,
    context,
    ...(deprecatedField === undefined ? {} : { deprecated_field: deprecatedField }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function chain(context: Context): Context[] {
  const links: Context[] = [];
  for (let link: Context | undefined = context; link !== undefined; link = link.parent) links.unshift(link);
  return links;
}

function falcoLocation({ itemType, itemName, location }: Context): FalcoLocation {
  const { file, line, column, offset } = location;
  const position = { name: file, line: line - 1, column: column - 1, offset };
  return { item_type: itemType, item_name: itemName, position };
}

/** Falco names a place in a condition by the condition's beginning, and adds the place to that of its item. */
function conditionLocation({ condition }: Problem, parents: readonly FalcoLocation[]): FalcoLocation {
  const { text, offset } = condition ?? { text: '', offset: 0 };
  const before = text.slice(0, offset);
  const line = (before.match(/[\r\n]/g)?.length ?? 0) + 1;
  const column = offset - Math.max(before.lastIndexOf('\n'), before.lastIndexOf('\r'));
  const parent = parents.at(-1)?.position ?? { line: 0, column: 0, offset: 0 };
  const short = text.length > 20 ? `${text.slice(0, 17)}...` : text;
  return {
    item_type: 'condition expression',
    item_name: '',
    position: {
      name: `"${short.replace(/[\r\n]/g, ' ')}"`,
      line: parent.line + line,
      column: parent.column + column,
      offset: parent.offset + offset,
    },
  };
}

/** The line around the place, and a caret under it. */
function snippetOf({ condition, context, location }: Problem, source: SourceFile): string {
  const text = condition?.text ?? source.text;
  const offset =
    condition?.offset ?? (location.file === source.name ? location.offset : context.location.offset);
  if (text === '') return '<No context available>\n';
  let at = offset;
  while (at > 0 && (at >= text.length || text.charAt(at) === '\n')) at--;
  const half = SNIPPET_WIDTH / 2;
  let from = at;
  while (from > 0 && text.charAt(from - 1) !== '\n' && at - from < half) from--;
  let to = at;
  while (to + 1 < text.length && text.charAt(to + 1) !== '\n' && to - at < half) to++;
  let line = text.slice(from, to + 1);
  if (line === '' || line === '\n') return '<No context available>\n';
  if (at - from >= half) line = `...${line.slice(3)}`;
  if (to - at >= half) line = `${line.slice(0, -3)}...`;
  return `${line}\n${' '.repeat(at - from)}^\n`;
}
