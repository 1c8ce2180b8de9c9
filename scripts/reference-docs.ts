/** Writes the reference parts of pages in docs/, and the schema of the Helm chart, anew from the tables in the code. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { flagsReference } from '../src/cli/flags.ts';
import { configurationReference } from '../src/config/documentation.ts';
import { CHART_SCHEMA, currentChartSchema } from './chart-schema.ts';

export interface Page {
  readonly file: string;
  /** Heading of the last part of the page, which is written anew. */
  readonly heading: string;
  readonly reference: () => string;
}

export const PAGES: readonly Page[] = [
  { file: page('configuration.md'), heading: '## All keys\n\n', reference: configurationReference },
  { file: page('command-line.md'), heading: '## All flags\n\n', reference: flagsReference },
];

/** The text of a page with the reference as it must be now. */
export function currentText({ file, heading, reference }: Page): string {
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(heading);
  if (start < 0) throw new Error(`${file} lacks the heading ${heading.trim()}`);
  return text.slice(0, start) + heading + reference();
}

function page(name: string): string {
  return resolve(import.meta.dirname, '..', 'docs', name);
}

if (import.meta.main) {
  for (const each of PAGES) writeFileSync(each.file, currentText(each));
  writeFileSync(CHART_SCHEMA, currentChartSchema());
}
