/** Judged conditions in words. */
import type { EvidencePart } from '../alerts/evidence.ts';
import { deciding, type Judged, type JudgedPart, type Reason, reasonsOf } from '../matcher/explain.ts';
import type { Verdict } from './judge-events.ts';
import { shownValue } from './literal-catalog.ts';

/** Longest text of a check that is shown; lists can be long. */
const WIDTH = 100;
/** So many reasons are shown. */
const MOST_REASONS = 12;

/** One line for each check that decided. */
export function reasonLines(judged: JudgedPart): string[] {
  const reasons = reasonsOf(judged);
  const lines = reasons.slice(0, MOST_REASONS).map(reasonText);
  const rest = reasons.length - lines.length;
  return rest === 0 ? lines : [...lines, `and ${rest} more`];
}

function reasonText({ check, macros }: Reason): string {
  const within = macros.map(({ text }) => text).join(' > ');
  const { file, line, column } = check.part.location;
  const where = `${within === '' ? '' : `in ${within}, `}${file}:${line}:${column}`;
  return `${checkText(check)} (${where})`;
}

/** The check, whether it holds, and the value that decided. */
export function checkText(check: JudgedPart): string {
  return `${shortened(check.part.text)} is ${check.holds}${valueNote(check)}`;
}

function valueNote({ part: { condition }, value }: JudgedPart): string {
  if (!('left' in condition)) return '';
  const { left } = condition;
  const name = left.kind === 'field' ? '' : `${left.name}() `;
  return value === undefined
    ? `: ${name}missing`
    : `: ${name}value ${shortened(shownValue(value, left.type))}`;
}

export function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1)}…`;
}

/** The whole condition as an indented tree, each part with its value and whether it holds. */
export function treeLines(judged: JudgedPart, depth = 0): string[] {
  const { part, operands } = judged;
  const indent = '  '.repeat(depth);
  const mark = judged.holds ? 'true ' : 'false';
  const text =
    part.kind === 'check'
      ? `${shortened(part.text)}${valueNote(judged)}`
      : part.kind === 'macro'
        ? `${part.text} (macro)`
        : part.kind;
  return [`${mark} ${indent}${text}`, ...operands.flatMap((operand) => treeLines(operand, depth + 1))];
}

/** What decided in a condition that was kept with an alert, one line each. */
export function keptReasonLines(condition: EvidencePart): string[] {
  const look = ({ kind, holds, operands = [] }: EvidencePart): Judged<EvidencePart> => ({
    ...{ kind, holds, operands },
  });
  const reasons = deciding(condition, look);
  const lines = reasons.slice(0, MOST_REASONS).map(({ check, macros }) => {
    const within = macros.length === 0 ? '' : ` (in ${macros.map(({ text }) => text).join(' > ')})`;
    return `${shortened(check.text)} is ${check.holds}${keptValueNote(check)}${within}`;
  });
  return reasons.length === lines.length ? lines : [...lines, `and ${reasons.length - lines.length} more`];
}

/** A condition that was kept with an alert, as {@link treeLines}. */
export function keptTreeLines(part: EvidencePart, depth = 0): string[] {
  const { kind, text, holds, operands = [] } = part;
  const shown =
    kind === 'check'
      ? `${shortened(text)}${keptValueNote(part)}`
      : kind === 'macro'
        ? `${text} (macro)`
        : kind;
  const line = `${holds ? 'true ' : 'false'} ${'  '.repeat(depth)}${shown}`;
  return [line, ...operands.flatMap((operand) => keptTreeLines(operand, depth + 1))];
}

function keptValueNote({ value }: EvidencePart): string {
  if (value === undefined) return '';
  return value === null ? ': missing' : `: value ${shortened(value)}`;
}

/** What the rule made of an event: the verdict, what decided, and the whole condition. */
export function verdictText(rule: string, { fired, origin, judged }: Verdict): string {
  const tree = treeLines(judged).map((line) => `  ${line}`);
  const reasons = reasonLines(judged).map((line) => `  ${line}`);
  // A condition can hold for events that the rule is never asked about.
  const odd = !fired && judged.holds ? ['  the rule is not asked about events of this source or type'] : [];
  return [
    `"${rule}" ${fired ? 'fires' : 'does not fire'} at ${origin}:`,
    ...odd,
    ...reasons,
    '',
    ...tree,
  ].join('\n');
}

/** The tree as plain data. */
export function treeData({ part, holds, value, operands }: JudgedPart): object {
  const { kind, text, condition, location } = part;
  const { file, line, column } = location;
  const shown =
    'left' in condition && kind === 'check'
      ? { value: value === undefined ? null : shownValue(value, condition.left.type) }
      : {};
  const below = operands.length === 0 ? {} : { operands: operands.map(treeData) };
  return { kind, text, place: `${file}:${line}:${column}`, holds, ...shown, ...below };
}
