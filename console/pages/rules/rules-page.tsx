import { useEffect } from 'preact/hooks';
import type { Rules } from '../../../src/server/api-types.ts';
import { getJson, withQuery } from '../../data/api.ts';
import { rulesChanged } from '../../data/live.ts';
import { useResource } from '../../data/resource.ts';
import { features } from '../../data/session.ts';
import { navigate, query } from '../../router.ts';
import { Loaded, Missing } from '../../shell/notices.tsx';
import { counted, shareText } from '../../text/number.ts';
import { RuleTable } from './rule-table.tsx';
import { orderFrom, ruleMatches, sorted } from './sorting.ts';

/** Costs and counts change while one looks. */
const RENEW_MS = 15_000;

const WHICH = ['all', 'enabled', 'disabled', 'fired'] as const;

export function RulesPage() {
  const feature = features.value?.rules;
  useEffect(() => {
    document.title = 'Rules · Lanner';
  }, []);
  if (feature && !feature.available) return <Missing feature={feature} />;
  return <AllRules />;
}

function AllRules() {
  const resource = useResource('rules', (signal) => getJson<Rules>('/api/rules', {}, signal), RENEW_MS);
  const changed = rulesChanged.value;
  useEffect(() => {
    if (changed !== undefined) resource.reload();
  }, [changed, resource.reload]);
  const find = query.value.get('find') ?? '';
  const which = WHICH.find((name) => name === query.value.get('which')) ?? 'all';
  const order = orderFrom(query.value.get('sort'));
  const go = (change: { readonly find?: string; readonly which?: string; readonly sort?: string }): void => {
    const now = {
      find,
      which: which === 'all' ? undefined : which,
      sort: query.value.get('sort') ?? undefined,
    };
    const next = { ...now, ...change };
    navigate(withQuery('/rules', { ...next, which: next.which === 'all' ? undefined : next.which }), {
      replace: true,
    });
  };
  return (
    <>
      <h1>Rules</h1>
      <search class="filter-row" aria-label="Rules">
        <input
          type="search"
          aria-label="Search in rules"
          placeholder="Search: name, tag, event   /"
          value={find}
          onInput={({ currentTarget }) => go({ find: currentTarget.value })}
        />
        <select
          aria-label="Which rules"
          value={which}
          onChange={({ currentTarget }) => go({ which: currentTarget.value })}
        >
          <option value="all">all</option>
          <option value="enabled">enabled</option>
          <option value="disabled">disabled</option>
          <option value="fired">fired in the last 24 hours</option>
        </select>
        <a class="button" href="/editor">
          Edit own rules
        </a>
      </search>
      <Loaded resource={resource}>
        {({ rules, others, cost }) => {
          const shown = sorted(
            rules.filter(
              (rule) =>
                ruleMatches(rule, find) &&
                (which === 'all' ||
                  (which === 'fired' ? (rule.fired?.day ?? 0) > 0 : rule.enabled === (which === 'enabled'))),
            ),
            order,
          );
          return (
            <>
              <p class="muted">
                {shown.length === rules.length
                  ? counted(rules.length, 'rule')
                  : `${shown.length} of ${counted(rules.length, 'rule')}`}
                {`, ${rules.filter(({ enabled }) => enabled).length} enabled`}
                {others > 0 && `, ${others} more are not listed`}
                {cost !== null &&
                  cost.events > 0 &&
                  `. ${shareText(cost.settled / cost.events)} of events needed no rule to be evaluated.`}
              </p>
              <RuleTable rules={shown} order={order} onSort={(sort) => go({ sort })} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}
