/** What "lanner import sigma" says of a conversion. */
import type { Conversion, ConvertedRule } from './convert.ts';

/** How many rules of each log source were tried, and what has become of them. */
export interface SourceCount {
  readonly source: string;
  readonly tried: number;
  readonly converted: number;
  readonly inPart: number;
  readonly notConverted: number;
}

export function countBySource(rules: readonly ConvertedRule[]): SourceCount[] {
  const sources = [...new Set(rules.map(({ source }) => source))].sort();
  return sources.map((source) =>
    countOf(
      source,
      rules.filter((rule) => rule.source === source),
    ),
  );
}

function countOf(source: string, rules: readonly ConvertedRule[]): SourceCount {
  const count = (outcome: ConvertedRule['outcome']): number =>
    rules.filter((rule) => rule.outcome === outcome).length;
  return {
    ...{ source, tried: rules.length, converted: count('converted') },
    ...{ inPart: count('in part'), notConverted: count('not converted') },
  };
}

/** The report in lines: what was left out of which rule, what could not be converted, and the numbers. */
export function reportText({ rules, unreadable, leftAside }: Conversion): string {
  const part = rules.filter(({ outcome }) => outcome === 'in part');
  const none = rules.filter(({ outcome }) => outcome === 'not converted');
  const total = countOf('all', rules);
  const sections = [
    section(
      'cannot be read',
      unreadable.map(({ location, message }) => [`${place(location)}: ${message}`]),
    ),
    section('converted in part', part.map(ruleLines)),
    section('not converted', none.map(ruleLines)),
    section(
      'left aside',
      [...leftAside].map(([why, count]) => [`${count} ${why}`]),
    ),
    [...countBySource(rules), total].map(countLine).join('\n'),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

function section(title: string, entries: readonly (readonly string[])[]): string {
  return entries.length === 0 ? '' : [`${title}:`, ...entries.flat().map((line) => `  ${line}`)].join('\n');
}

function ruleLines({ title, location, reasons }: ConvertedRule): string[] {
  return [
    `${place(location)}: ${title || '(without a title)'}`,
    ...reasons.map((reason) => `  ${reason.location.line}:${reason.location.column}: ${reason.message}`),
  ];
}

function place({ file, line }: { readonly file: string; readonly line: number }): string {
  return `${file}:${line}`;
}

function countLine({ source, tried, converted, inPart, notConverted }: SourceCount): string {
  return `${source}: ${converted + inPart} of ${tried} converted${inPart > 0 ? `, ${inPart} of them in part` : ''}${notConverted > 0 ? `, ${notConverted} not` : ''}`;
}

/** The same for programs. */
export function reportData({ rules, unreadable, leftAside }: Conversion): object {
  return {
    rules: rules.map(({ outcome, title, id, location, source, name, reasons }) => ({
      ...{ outcome, title, id, file: location.file, line: location.line, source, rule: name },
      reasons: reasons.map((reason) => ({
        ...{ file: reason.location.file, line: reason.location.line },
        ...{ column: reason.location.column, message: reason.message },
      })),
    })),
    unreadable: unreadable.map(({ location, message }) => ({
      ...{ file: location.file, line: location.line, message },
    })),
    left_aside: Object.fromEntries(leftAside),
    counts: countBySource(rules).map(({ source, tried, converted, inPart, notConverted }) => ({
      ...{ source, tried, converted, in_part: inPart, not_converted: notConverted },
    })),
  };
}
