/** Filters of Sigma's: exceptions that stand in a document of their own and name the rules that they are for. */
import type { YamlMap } from '../rules/source/yaml.ts';
import { type SigmaDocument, textAt, textsAt } from './documents.ts';

export interface Filter {
  readonly document: SigmaDocument;
  readonly body: YamlMap;
  /** Ids and names of rules; absent for all. */
  readonly rules: ReadonlySet<string> | undefined;
  /** The condition says what still alerts, not what no longer does. */
  readonly keeps: boolean;
}

/**
 * The filter of a document; none where it is not one. Sigma's specification gives the condition of what is to be
 * excepted, its tools that of what remains, with `not` in front: a filter only ever takes away, so `not` tells.
 */
export function filterOf(document: SigmaDocument): Filter[] {
  const body = document.map.entries.get('filter')?.value;
  if (body?.kind !== 'map') return [];
  const rules = textsAt(body, 'rules');
  const isForAll = rules.length === 1 && rules[0]?.toLowerCase() === 'any';
  return [
    {
      ...{ document, body },
      rules: isForAll ? undefined : new Set(rules),
      keeps: /^[\s(]*not\b/i.test(textAt(body, 'condition') ?? ''),
    },
  ];
}

/** Whether a filter is for a rule: it names it, and what it says of the log source is so. */
export function applies({ document, rules }: Filter, rule: SigmaDocument): boolean {
  const { product, category, service } = document.logsource;
  const fits = (wanted: string | undefined, has: string | undefined): boolean =>
    wanted === undefined || wanted === has;
  const { logsource } = rule;
  if (!fits(product, logsource.product) || !fits(category, logsource.category)) return false;
  if (!fits(service, logsource.service)) return false;
  return rules === undefined || [rule.id, rule.name].some((each) => each !== undefined && rules.has(each));
}
