/** What a rule says of itself: severity, tags, whose it is. */
import { type SigmaDocument, textAt, textsAt } from './documents.ts';

/** Sigma's levels, from the least severe. */
export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

/** Sigma's states of a rule. */
export const STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'] as const;
export type Status = (typeof STATUSES)[number];

export const PRIORITIES: Readonly<Record<Level, string>> = {
  informational: 'INFORMATIONAL',
  low: 'NOTICE',
  medium: 'WARNING',
  high: 'ERROR',
  critical: 'CRITICAL',
};

/** The level of a rule; medium where it says none. */
export function levelOf({ map }: SigmaDocument): Level {
  const level = textAt(map, 'level')?.toLowerCase();
  return LEVELS.find((each) => each === level) ?? 'medium';
}

/** The status of a rule; test where it says none. */
export function statusOf({ map }: SigmaDocument): Status {
  const status = textAt(map, 'status')?.toLowerCase();
  return STATUSES.find((each) => each === status) ?? 'test';
}

/** The day of a rule's last change, as YYYY-MM-DD; `undefined` where it says none. */
export function changedOn({ map }: SigmaDocument): string | undefined {
  const days = ['date', 'modified'].flatMap((key) => {
    const [, year, month, day] = /^(\d{4})[-/](\d\d)[-/](\d\d)$/.exec(textAt(map, key) ?? '') ?? [];
    return year === undefined ? [] : [`${year}-${month}-${day}`];
  });
  return days.sort().at(-1);
}

/** Tags as Lanner's rules have them: `T1059.004`, `mitre_execution`; those of other kinds as they are. */
export function tagsOf({ map }: SigmaDocument, kind: string): string[] {
  const tags = textsAt(map, 'tags').map((tag) => {
    const [, attack] = /^attack\.(.+)$/i.exec(tag) ?? [];
    if (attack === undefined) return tag.toLowerCase();
    return /^[a-z]{1,2}\d/i.test(attack)
      ? attack.toUpperCase()
      : `mitre_${attack.toLowerCase().replaceAll('-', '_')}`;
  });
  return [...new Set(['sigma', kind, ...tags])];
}

export function isAboutReading({ map }: SigmaDocument): boolean {
  return textsAt(map, 'tags').some((tag) => /^attack\.(?:discovery|collection)$/i.test(tag));
}

/** What is known of a rule, one line each, for whoever reads the file. */
export function remarksOf(document: SigmaDocument): string[] {
  const { map, id, location } = document;
  const dates = [textAt(map, 'date'), textAt(map, 'modified')].filter(Boolean).join(', changed ');
  return [
    `${document.title} (${levelOf(document)}, ${statusOf(document)})`,
    ...line('id', id),
    ...line('from', `${location.file}:${location.line}`),
    ...line('author', authorOf(document)),
    ...line('date', dates),
    ...line('license', textAt(map, 'license')),
    ...textsAt(map, 'references').map((reference) => `reference: ${reference}`),
    ...textsAt(map, 'falsepositives').map((text) => `false positives: ${text}`),
  ];
}

function line(name: string, text: string | undefined): string[] {
  return text ? [`${name}: ${text}`] : [];
}

export function authorOf({ map }: SigmaDocument): string | undefined {
  return textsAt(map, 'author').join(', ') || undefined;
}
