/** Puts the schema of Lanner's configuration into that of the Helm chart's values, so that Helm refuses what Lanner would. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CONFIG_SCHEMA } from '../src/config/documentation.ts';

export const CHART_SCHEMA = resolve(
  import.meta.dirname,
  '..',
  'deploy',
  'helm',
  'lanner',
  'values.schema.json',
);

/** The text of the chart's schema as it must be now. The file is kept in the chart, whose releases hold it: meanings are left out. */
export function currentChartSchema(): string {
  const schema = JSON.parse(readFileSync(CHART_SCHEMA, 'utf8'));
  schema.definitions.configuration = withoutMeanings(CONFIG_SCHEMA);
  // In YAML a mapping without keys is null, which Helm's merging of values could not do with.
  schema.definitions.configuration.type = 'object';
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}

// biome-ignore lint/suspicious/noExplicitAny: a JSON schema has all shapes.
function withoutMeanings(schema: any): any {
  if (Array.isArray(schema)) return schema.map(withoutMeanings);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([name, value]) => !(ANNOTATIONS.has(name) && !isSchema(name, value)),
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutMeanings(value)]));
}

const ANNOTATIONS = new Set(['$schema', 'title', 'description', 'default', 'deprecated', 'examples']);

/** A key of the configuration may be called like an annotation. */
function isSchema(name: string, value: unknown): boolean {
  return name !== 'default' && typeof value === 'object' && value !== null;
}
