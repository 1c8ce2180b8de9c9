import { useLayoutEffect, useState } from 'preact/hooks';
import type { RuleItem } from '../../../src/server/api-types.ts';
import { ruleAddress } from '../../router.ts';
import { addShortcuts } from '../../shell/shortcuts.ts';
import { briefNumber, shareText, wholeText } from '../../text/number.ts';
import { Priority } from '../../text/priority.tsx';
import { Time } from '../../text/time.tsx';
import { Untrusted } from '../../text/untrusted.tsx';
import { type Column, nextSort, type Order } from './sorting.ts';

/** So many rows are in the page at first. */
const FIRST = 300;

const COLUMNS: readonly { readonly column: Column; readonly title: string; readonly about?: string }[] = [
  { column: 'name', title: 'Rule' },
  { column: 'priority', title: 'Priority' },
  { column: 'enabled', title: 'State' },
  { column: 'day', title: '24 h', about: 'Alerts of the last 24 hours' },
  { column: 'all', title: 'All', about: 'Alerts in the store' },
  { column: 'last', title: 'Last fired' },
  { column: 'evaluations', title: 'Evaluated', about: 'How often the condition had to be evaluated' },
  { column: 'share', title: 'Cost', about: 'Share of the time of all rules' },
];

interface Props {
  readonly rules: readonly RuleItem[];
  readonly order: Order | undefined;
  readonly onSort: (sort: string) => void;
}

export function RuleTable({ rules, order, onSort }: Props) {
  const [most, setMost] = useState(FIRST);
  useLayoutEffect(
    () =>
      addShortcuts([
        { keys: 'j', action: () => moveFocus(1) },
        { keys: 'k', action: () => moveFocus(-1) },
      ]),
    [],
  );
  if (rules.length === 0) return <p class="empty">No rule fits.</p>;
  return (
    <>
      <table class="rule-table">
        <thead>
          <tr>
            {COLUMNS.map(({ column, title, about }) => (
              <th
                key={column}
                scope="col"
                class={`c-${column}`}
                aria-sort={
                  order?.column !== column ? undefined : order.descending ? 'descending' : 'ascending'
                }
              >
                <button
                  type="button"
                  class="sort"
                  title={about}
                  onClick={() => onSort(nextSort(order, column))}
                >
                  {title}
                  <span aria-hidden="true">
                    {order?.column === column ? (order.descending ? ' ▾' : ' ▴') : ''}
                  </span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rules.slice(0, most).map((rule) => (
            <Row key={rule.name} rule={rule} />
          ))}
        </tbody>
      </table>
      {rules.length > most && (
        <p>
          <button type="button" onClick={() => setMost(Number.POSITIVE_INFINITY)}>
            Show all {wholeText(rules.length)}
          </button>
        </p>
      )}
    </>
  );
}

function Row({ rule }: { readonly rule: RuleItem }) {
  const { name, priority, enabled, fired, cost } = rule;
  return (
    <tr class={enabled ? '' : 'is-off'}>
      <th scope="row" class="c-name">
        <a href={ruleAddress(name)}>
          <Untrusted text={name} />
        </a>
      </th>
      <td class="c-priority">
        <Priority priority={priority} />
      </td>
      <td class="c-enabled">{enabled ? 'on' : 'off'}</td>
      <td class="number c-day">{count(fired?.day)}</td>
      <td class="number c-all">{count(fired?.all)}</td>
      <td class="c-last">
        {fired === null || fired.last === null ? (
          <span class="muted">never</span>
        ) : (
          <Time time={fired.last} as="age" />
        )}
      </td>
      <td class="number c-evaluations">{cost === null ? '–' : briefNumber(cost.evaluations)}</td>
      <td class="number c-share">
        {cost === null ? (
          '–'
        ) : (
          <>
            <meter min={0} max={1} value={cost.share} aria-hidden="true" />
            <span class="share">{shareText(cost.share)}</span>
          </>
        )}
      </td>
    </tr>
  );
}

function count(value: number | undefined) {
  if (value === undefined) return '–';
  return value === 0 ? <span class="muted">0</span> : wholeText(value);
}

/** To the link of the next row, or the one before. */
function moveFocus(step: number): void {
  const links = [...document.querySelectorAll<HTMLElement>('.rule-table tbody a')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
}
