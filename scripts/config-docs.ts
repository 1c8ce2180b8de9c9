/** Writes the reference part of docs/configuration.md anew from the schema of the configuration. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { configurationReference } from '../src/config/documentation.ts';

export const PAGE = resolve(import.meta.dirname, '..', 'docs', 'configuration.md');
const HEADING = '## All keys\n\n';

/** The page with the reference as it must be now. */
export function currentPage(page: string): string {
  const start = page.indexOf(HEADING);
  if (start < 0) throw new Error(`${PAGE} has no heading "All keys"`);
  return page.slice(0, start) + HEADING + configurationReference();
}

if (import.meta.main) writeFileSync(PAGE, currentPage(readFileSync(PAGE, 'utf8')));
