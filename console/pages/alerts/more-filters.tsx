/** Filters that are not needed all the time: names, a time of one's own, and what is most frequent. */
import { useId, useState } from 'preact/hooks';
import type { AlertFilter, Counts } from '../../../src/server/api-types.ts';
import { getJson } from '../../data/api.ts';
import { useResource } from '../../data/resource.ts';
import { Loaded } from '../../shell/notices.tsx';
import { wholeText } from '../../text/number.ts';
import { dayText } from '../../text/time.tsx';
import { Untrusted } from '../../text/untrusted.tsx';
import { asQuery, changed, keyOf, LIST_FILTERS, type ListFilter, withValue } from './filters.ts';

interface Props {
  readonly filter: AlertFilter;
  readonly onChange: (filter: AlertFilter) => void;
}

const COUNTED = ['rule', 'process', 'container', 'pod'] as const;

export function MoreFilters({ filter, onChange }: Props) {
  const id = useId();
  const [name, setName] = useState<ListFilter>('rule');
  return (
    <div class="more-filters">
      <form
        class="filter-row"
        onSubmit={(event) => {
          event.preventDefault();
          const value = String(new FormData(event.currentTarget).get('value') ?? '').trim();
          if (value !== '') onChange(withValue(filter, name, value));
        }}
      >
        <select
          aria-label="What to filter by"
          value={name}
          onChange={({ currentTarget: { value } }) =>
            setName(LIST_FILTERS.find((other) => other === value) ?? 'rule')
          }
        >
          {LIST_FILTERS.map((other) => (
            <option key={other} value={other}>
              {other}
            </option>
          ))}
        </select>
        <input
          name="value"
          aria-label={`Name of the ${name}`}
          placeholder="name; * is any text"
          autocomplete="off"
        />
        <button type="submit">Add filter</button>
      </form>
      <form
        class="filter-row"
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          onChange(changed(filter, { since: utcOf(data.get('since')), until: utcOf(data.get('until')) }));
        }}
      >
        <label for={`${id}from`}>From</label>
        <input
          id={`${id}from`}
          type="datetime-local"
          name="since"
          step="1"
          defaultValue={localOf(filter.since)}
        />
        <label for={`${id}to`}>to</label>
        <input
          id={`${id}to`}
          type="datetime-local"
          name="until"
          step="1"
          defaultValue={localOf(filter.until)}
        />
        <button type="submit">Show</button>
      </form>
      <div class="most-frequent">
        {COUNTED.map((by) => (
          <MostFrequent key={by} by={by} filter={filter} onChange={onChange} />
        ))}
      </div>
    </div>
  );
}

function MostFrequent({ by, filter, onChange }: Props & { readonly by: (typeof COUNTED)[number] }) {
  const resource = useResource(`${by} ${keyOf(filter)}`, (signal) =>
    getJson<Counts>('/api/counts', { ...asQuery(filter), by, limit: 8 }, signal),
  );
  return (
    <section aria-label={`Most frequent: ${by}`}>
      <h2>{by}</h2>
      <Loaded resource={resource}>
        {({ counts, others }) => (
          <ul>
            {counts.length === 0 && <li class="muted">none</li>}
            {counts.map(({ name, count }) => (
              <li key={name}>
                <button type="button" class="quiet" onClick={() => onChange(withValue(filter, by, name))}>
                  <Untrusted text={name} most={60} />
                </button>
                <span class="count">{wholeText(count)}</span>
              </li>
            ))}
            {others.names > 0 && (
              <li class="muted">
                <span>{wholeText(others.names)} others</span>
                <span class="count">{wholeText(others.count)}</span>
              </li>
            )}
          </ul>
        )}
      </Loaded>
    </section>
  );
}

/** What the browser's field wants: local time. Ages are none. */
function localOf(text: string | undefined): string {
  const time = Date.parse(text ?? '');
  if (Number.isNaN(time)) return '';
  return `${dayText(time * 1000)}T${new Date(time).toTimeString().slice(0, 8)}`;
}

function utcOf(value: FormDataEntryValue | null): string | undefined {
  const time = Date.parse(String(value ?? ''));
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace('.000Z', 'Z');
}
