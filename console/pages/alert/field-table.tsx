import type { AlertField } from '../../../src/server/api-types.ts';
import { Untrusted } from '../../text/untrusted.tsx';
import { addressOf, type ListFilter } from '../alerts/filters.ts';

/** Fields whose values are filters. */
const FILTERS: Readonly<Record<string, ListFilter>> = {
  'proc.name': 'process',
  'container.id': 'container',
  'container.name': 'container',
  'k8s.pod.name': 'pod',
  'ka.target.pod.name': 'pod',
};

export function FieldTable({
  fields,
  tags,
}: {
  readonly fields: readonly AlertField[];
  readonly tags: readonly string[];
}) {
  return (
    <>
      <table class="fields">
        <thead class="unseen">
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Value</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ name, value, about }) => (
            <tr key={name}>
              <th scope="row" title={about}>
                <code>{name}</code>
              </th>
              <td>
                <Value name={name} value={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {fields.length === 0 && <p class="muted">The output of the rule names no fields.</p>}
      {tags.length > 0 && (
        <ul class="chips" aria-label="Tags">
          {tags.map((tag) => (
            <li key={tag}>
              <a class="chip" href={addressOf({ tag: [tag] })}>
                <Untrusted text={tag} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Value({ name, value }: Pick<AlertField, 'name' | 'value'>) {
  if (value === null) return <span class="muted">none</span>;
  const text = Array.isArray(value) ? value.join(', ') : String(value);
  const filter = FILTERS[name];
  if (filter === undefined || text === '' || text === '<NA>' || text === 'host')
    return (
      <code>
        <Untrusted text={text} />
      </code>
    );
  return (
    <a href={addressOf({ [filter]: [text] })} title={`Alerts of this ${filter}`}>
      <code>
        <Untrusted text={text} />
      </code>
    </a>
  );
}
