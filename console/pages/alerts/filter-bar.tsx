import type { Signal } from '@preact/signals';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { PRIORITIES } from '../../../src/rules/checked.ts';
import type { AlertFilter } from '../../../src/server/api-types.ts';
import { Untrusted, visibleText } from '../../text/untrusted.tsx';
import { changed, isEmpty, isPriority, keyOf, LIST_FILTERS, withoutValue } from './filters.ts';
import { MoreFilters } from './more-filters.tsx';

const AGES: readonly (readonly [string, string])[] = [
  ['', 'any time'],
  ['15m', 'last 15 minutes'],
  ['1h', 'last hour'],
  ['6h', 'last 6 hours'],
  ['24h', 'last 24 hours'],
  ['7d', 'last 7 days'],
  ['30d', 'last 30 days'],
];

/** How long after the last key a search begins. */
const TYPING_MS = 350;

interface Props {
  readonly filter: AlertFilter;
  /** `replace` while one is typing. */
  readonly onChange: (filter: AlertFilter, replace?: boolean) => void;
  /** Absent where nothing new can come. */
  readonly isPaused: Signal<boolean> | undefined;
}

export function FilterBar({ filter, onChange, isPaused }: Props) {
  const [isOpen, setOpen] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef(0);
  const latest = useRef(filter);
  latest.current = filter;
  const search = (): void => {
    clearTimeout(timer.current);
    const text = field.current?.value.trim() ?? '';
    // Other filters may have changed since the key was pressed.
    if (text !== (latest.current.text ?? '')) onChange(changed(latest.current, { text }), true);
  };
  const choose = (next: AlertFilter): void => {
    setOpen(false);
    onChange(next);
  };
  useLayoutEffect(() => {
    const { current: input } = field;
    // What is typed stays as it is; another text has come with the address.
    if (input !== null && input.value.trim() !== (filter.text ?? '')) input.value = filter.text ?? '';
  }, [filter.text]);
  useLayoutEffect(() => () => clearTimeout(timer.current), []);
  const age = AGES.some(([value]) => value === (filter.since ?? '')) && filter.until === undefined;
  return (
    <search class="filters" aria-label="Alerts">
      <form
        class="filter-row"
        onSubmit={(event) => {
          event.preventDefault();
          search();
        }}
      >
        <input
          ref={field}
          type="search"
          aria-label="Search in alerts"
          placeholder="Search: words, or “words in quotes”   /"
          spellcheck={false}
          autocomplete="off"
          onInput={() => {
            clearTimeout(timer.current);
            timer.current = window.setTimeout(search, TYPING_MS);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
        />
        <select
          aria-label="Time"
          value={age ? (filter.since ?? '') : 'own'}
          onChange={({ currentTarget: { value } }) => {
            if (value === 'own') setOpen(true);
            else onChange(changed(filter, { since: value, until: undefined }));
          }}
        >
          {AGES.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
          <option value="own">from … to …</option>
        </select>
        <select
          aria-label="Priority"
          value={filter.priority ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange(changed(filter, { priority: isPriority(value) ? value : undefined }))
          }
        >
          <option value="">any priority</option>
          {PRIORITIES.slice(0, -1).map((name) => (
            <option key={name} value={name}>
              {name === 'Emergency' ? name : `${name} or worse`}
            </option>
          ))}
        </select>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          Filters
        </button>
        {isPaused !== undefined && (
          <button
            type="button"
            class="pause"
            aria-pressed={isPaused.value}
            title="New alerts wait until they are asked for (p)"
            onClick={() => {
              isPaused.value = !isPaused.value;
            }}
          >
            {isPaused.value ? 'Paused' : 'Pause'}
          </button>
        )}
      </form>
      <Chips filter={filter} onChange={onChange} />
      {isOpen && <MoreFilters key={keyOf(filter)} filter={filter} onChange={choose} />}
    </search>
  );
}

/** What is looked for besides text, each to be taken away. */
function Chips({ filter, onChange }: Pick<Props, 'filter' | 'onChange'>) {
  const chips = LIST_FILTERS.flatMap((name) =>
    (filter[name] ?? []).map((value) => ({ name, value, without: () => withoutValue(filter, name, value) })),
  );
  const times = (['since', 'until'] as const).flatMap((name) => {
    const value = filter[name];
    return value === undefined || AGES.some(([age]) => age === value) ? [] : [{ name, value }];
  });
  if (chips.length + times.length === 0) return null;
  return (
    <ul class="chips" aria-label="Filters in use">
      {times.map(({ name, value }) => (
        <li key={name}>
          <button
            type="button"
            class="chip"
            onClick={() => onChange(changed(filter, { [name]: undefined }))}
            aria-label={`Remove ${name} ${value}`}
          >
            <span class="muted">{name}</span> {value.replace('T', ' ').replace('Z', ' UTC')} ×
          </button>
        </li>
      ))}
      {chips.map(({ name, value, without }) => (
        <li key={`${name} ${value}`}>
          <button
            type="button"
            class="chip"
            onClick={() => onChange(without())}
            aria-label={`Remove ${name} ${visibleText(value)}`}
          >
            <span class="muted">{name}</span> <Untrusted text={value} most={80} /> ×
          </button>
        </li>
      ))}
      {!isEmpty(filter) && (
        <li>
          <button type="button" class="quiet" onClick={() => onChange({})}>
            Clear all
          </button>
        </li>
      )}
    </ul>
  );
}
