/** What `append_output` with `suggested_output: true` adds: the fields that tell where an event comes from. */
import type { RuleEnvironment } from './environment.ts';
import { DEFAULT_SOURCE } from './environment.ts';
import type { OutputAddition } from './options.ts';

/** Fields that Falco's container plugin suggests, in their order there. */
const SUGGESTED_FIELDS = [
  'container.id',
  'container.name',
  'container.image.repository',
  'container.image.tag',
  'k8s.pod.name',
  'k8s.ns.name',
];

/** `container_id=%container.id …` for the rules that `match` means; rules of other sources get nothing. */
export function suggestedOutput(
  { fields }: Pick<RuleEnvironment, 'fields'>,
  match: Pick<OutputAddition, 'rule' | 'tags'> = {},
): OutputAddition {
  const known = SUGGESTED_FIELDS.filter((name) => fields.find(name) !== undefined);
  const format = known.map((name) => `${name.replaceAll('.', '_')}=%${name}`).join(' ');
  return { ...match, source: DEFAULT_SOURCE, ...(format === '' ? {} : { format }) };
}
