/** What people and programs read of the schema: the table of docs/configuration.md, and `--config-schema`. */
import { SCHEMA } from './schema.ts';
import type { JsonSchema, Key, Keys } from './shape.ts';

/** The JSON schema of the configuration. */
export const CONFIG_SCHEMA: JsonSchema & { readonly $schema: string; readonly title: string } = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Configuration of Lanner',
  ...SCHEMA.schema,
};

interface Row {
  readonly path: string;
  readonly key: Key<unknown>;
}

/** All keys as Markdown: one table of single keys, then one for each section. Ends with a newline. */
export function configurationReference(): string {
  const keys: Keys = SCHEMA.keys ?? {};
  const single = Object.entries(keys).filter(([, { keys }]) => keys === undefined);
  const sections = Object.entries(keys).filter(([, { keys }]) => keys !== undefined);
  const tables = [
    table(single.map(([path, key]) => ({ path, key }))),
    ...sections.map(([path, key]) =>
      [`### ${path}`, '', remarks(key), '', table(rowsOf(path, key))].join('\n'),
    ),
  ];
  return `${tables.join('\n\n')}\n`;
}

/** Paths of all keys that hold values, as `-o` takes them. */
export function configKeys(): readonly string[] {
  return Object.entries(SCHEMA.keys ?? {}).flatMap(([path, key]) =>
    key.keys === undefined ? [path] : rowsOf(path, key).map((row) => row.path),
  );
}

function rowsOf(path: string, { keys = {}, schema }: Key<unknown>): Row[] {
  const prefix = schema.items || schema.anyOf ? `${path}[].` : `${path}.`;
  return Object.entries(keys).flatMap(([name, key]) =>
    key.keys === undefined ? [{ path: prefix + name, key }] : rowsOf(prefix + name, key),
  );
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ path, key }) => `| \`${path}\` | ${cell(defaultText(key))} | ${cell(remarks(key))} |`,
  );
  return ['| Key | Default | Meaning |', '|---|---|---|', ...lines].join('\n');
}

function defaultText({ fallback, fallbackText, schema }: Key<unknown>): string {
  if (fallback === undefined) return '';
  if (fallback instanceof Map) return '`{}`';
  const written = fallbackText ?? fallback;
  const isWord = typeof written === 'string' && (schema.enum !== undefined || fallbackText !== undefined);
  return `\`${isWord ? written : JSON.stringify(written)}\``;
}

/** Meaning, values that fit, and marks. */
function remarks({ about, expected, marks, schema }: Key<unknown>): string {
  const parts = [about];
  const isClear = /^(?:true or false|text|any value|a (?:list|mapping)\b|a path, or)/.test(expected);
  if (!isClear && !schema.enum?.every((word) => about.includes(word))) parts.push(`Takes ${expected}.`);
  if (marks.falco !== undefined) parts.push(`Falco: ${marks.falco}.`);
  if (marks.own) parts.push('*Not in Falco.*');
  if (marks.restart) parts.push('*Takes effect at the next start.*');
  if (marks.idle === 'later') parts.push('*Has no effect yet.*');
  else if (marks.idle !== undefined) parts.push(`*Has no effect: ${marks.idle}.*`);
  return parts.join(' ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
