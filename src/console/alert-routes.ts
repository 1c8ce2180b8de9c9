/** Routes about alerts of the store. */
import type { Evidence } from '../alerts/evidence.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { AlertDetail, AlertField, Counts } from '../server/api-types.ts';
import { Refusal } from '../server/refusal.ts';
import { type ApiRequest, JsonText, type Route } from '../server/route.ts';
import type { ConsoleParts } from './console.ts';
import { cursorIn, filterOf, numberIn } from './filter-query.ts';
import type { RuleOfAlert } from './rule-answers.ts';
import type { FoundAlert } from './search.ts';

const COUNTED_BY: readonly Counts['by'][] = ['rule', 'priority', 'container', 'pod', 'process'];

export function alertRoutes(parts: ConsoleParts): Route[] {
  const { search } = parts;
  const needs = 'store';
  return [
    {
      ...{ method: 'GET', path: '/api/alerts', needs },
      async answer({ query }) {
        const filter = filterOf(query, ['limit', 'cursor']);
        const limit = numberIn(query, 'limit', { fallback: 100, least: 1, most: 500 });
        const from = cursorIn(query);
        return new JsonText(await search.ask<string>({ kind: 'page', filter, limit, from }));
      },
    },
    {
      ...{ method: 'GET', path: '/api/alerts/*', needs },
      answer: (request) => alertDetail(request, parts),
    },
    {
      ...{ method: 'GET', path: '/api/timeline', needs },
      answer({ query }) {
        const filter = filterOf(query, ['spans']);
        const spans = numberIn(query, 'spans', { fallback: 100, least: 10, most: 500 });
        return search.ask({ kind: 'timeline', filter, spans });
      },
    },
    {
      ...{ method: 'GET', path: '/api/counts', needs },
      async answer({ query }) {
        const by = COUNTED_BY.find((name) => name === query.get('by'));
        if (by === undefined)
          throw new Refusal(400, `by: give one of ${COUNTED_BY.join(', ')}`, { counted: 'malformed' });
        const filter = filterOf(query, ['by', 'limit']);
        const limit = numberIn(query, 'limit', { fallback: 20, least: 1, most: 200 });
        return search.ask<object>({ kind: 'counts', filter, by, limit });
      },
    },
  ];
}

async function alertDetail({ name }: ApiRequest, { search, rules }: ConsoleParts): Promise<AlertDetail> {
  if (!/^\d{1,15}$/.test(name)) throw new Refusal(404, 'there is no such alert');
  const found = await search.ask<FoundAlert | undefined>({ kind: 'alert', id: Number(name) });
  if (found === undefined)
    throw new Refusal(404, 'this alert is not in the store, or not any more: the oldest go when it is full');
  const { item, message, line, fields, evidence, earlier, similar, similarCount } = found;
  // What the alert tells is worth more than what its rule is today.
  const now = await rules
    .ask<RuleOfAlert | undefined>({ kind: 'source', name: item.rule })
    .catch(() => undefined);
  return {
    alert: item,
    message,
    json: line,
    fields: fields.map(withMeaning),
    ...evidenceOf(evidence, now),
    rule: now?.rule ?? null,
    ...{ earlier, similar, similarCount },
    tuneCommand: `lanner tune --rule ${quoted(item.rule)}`,
  };
}

function evidenceOf(
  evidence: Evidence | undefined,
  now: RuleOfAlert | undefined,
): Pick<AlertDetail, 'evidence' | 'evidenceReason'> {
  if (evidence === undefined)
    return {
      evidence: null,
      evidenceReason: 'nothing was kept with this alert beside its line: see docs/store.md',
    };
  const { digest, ...rest } = evidence;
  const ruleChanged = digest === null || now === undefined ? null : digest !== now.digest;
  return { evidence: { ...rest, ruleChanged } };
}

function withMeaning({ name, value }: AlertField): AlertField {
  const [plain = name] = name.split('[');
  const about = FIELD_CATALOG.find(plain)?.field.description;
  return { name, value, ...(about === undefined ? {} : { about }) };
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
