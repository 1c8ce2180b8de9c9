/** Exceptions as a rule file: what people read and put beside their rules. */
import type { Comparison } from './comparisons.ts';
import type { Proposal } from './proposals.ts';

/** An exception that a rule has already: its name, fields and operators. */
export interface PresentException {
  readonly name: string;
  readonly fields: readonly string[];
  readonly operators: readonly string[];
}

const NAME = 'tuned';
const WIDTH = 240;

/**
 * The text of a file that appends the proposals to their rules. Where a rule has an exception with the same fields
 * and operators, values are added to that. With `isBare`, without comments.
 */
export function overrideFile(
  proposals: readonly Proposal[],
  present: (rule: string) => readonly PresentException[],
  isBare = false,
): string {
  const rules = [...Map.groupBy(proposals, ({ rule }) => rule)];
  return rules.map(([rule, own]) => ruleItem(rule, own, present(rule), isBare)).join('\n');
}

function ruleItem(
  rule: string,
  proposals: readonly Proposal[],
  present: readonly PresentException[],
  isBare: boolean,
): string {
  const taken = new Set(present.map(({ name }) => name));
  const forms = [...Map.groupBy(proposals, ({ comparisons }) => formOf(comparisons))];
  const exceptions = forms.map(([form, own]) => {
    const same = present.find(({ fields, operators }) => form === JSON.stringify([fields, operators]));
    return exception(same?.name ?? freeName(taken), own, same === undefined, isBare);
  });
  return [
    `- rule: ${JSON.stringify(rule)}`,
    '  exceptions:',
    ...exceptions,
    '  override:',
    '    exceptions: append',
    '',
  ].join('\n');
}

function formOf(comparisons: readonly Comparison[]): string {
  return JSON.stringify([comparisons.map(({ field }) => field), comparisons.map(({ operator }) => operator)]);
}

function freeName(taken: Set<string>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? NAME : `${NAME}_${count}`;
    if (taken.has(name)) continue;
    taken.add(name);
    return name;
  }
}

function exception(name: string, proposals: readonly Proposal[], isNew: boolean, isBare: boolean): string {
  const [first] = proposals;
  const { comparisons = [] } = first ?? {};
  const form = [
    `      fields: [${comparisons.map(({ field }) => field).join(', ')}]`,
    `      comps: [${comparisons.map(({ operator }) => JSON.stringify(operator)).join(', ')}]`,
  ];
  return [
    `    - name: ${JSON.stringify(name)}`,
    ...(isNew ? form : []),
    '      values:',
    ...proposals.flatMap((proposal) => [...(isBare ? [] : comments(proposal)), values(proposal)]),
  ].join('\n');
}

/** Quoted twice: for YAML, and for the rule language, where a bare word may be the name of a list. */
function values({ comparisons }: Proposal): string {
  const quoted = comparisons.map(({ operator, values }) => {
    const texts = values.map((value) => `'"${value}"'`);
    return operator === 'in' ? `[${texts.join(', ')}]` : texts.join();
  });
  return `        - [${quoted.join(', ')}]`;
}

function comments({ count, first, last, priority, examples, broader }: Proposal): string[] {
  const times = first === last ? isoTime(first) : `${isoTime(first)} to ${isoTime(last)}`;
  return [
    `${count} ${count === 1 ? 'alert' : 'alerts'} (${priority}), ${times}:`,
    ...examples.map((text) => `  ${text}`),
    ...(broader.length > 0 ? ['broader than what was seen: it holds for'] : []),
    ...broader.map((text) => `  ${text}`),
  ].map((line) => `        # ${oneLine(line)}`);
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** What would end a comment, or write to a terminal, or is no character in YAML, is told as a dot. */
function oneLine(text: string): string {
  const clean = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/gu, '·');
  return clean.length > WIDTH ? `${clean.slice(0, WIDTH).replace(/[\ud800-\udbff]$/, '')}…` : clean;
}
