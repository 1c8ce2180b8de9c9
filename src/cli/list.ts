/** Flags that list what there is: `--list`, `--list-events`, `-i`. */
import { IGNORED_EVENTS } from '../engine/traced-events.ts';
import { listEvents } from '../events/listing.ts';
import { FIELD_SOURCES, type ListingFormat, listFields } from '../fields/listing.ts';
import { fail } from './fail.ts';
import { printLine } from './print.ts';

export interface ListOptions {
  /** `true` for all sources. */
  readonly list?: string | true;
  readonly listEvents?: boolean;
  readonly format?: string;
  readonly markdown?: boolean;
  /** Names alone. */
  readonly N?: boolean;
  readonly verbose?: boolean;
}

const FORMATS: readonly ListingFormat[] = ['text', 'markdown', 'json'];

export function printFields(options: ListOptions): void {
  const format = listingFormat(options);
  const source = options.list === true ? undefined : options.list;
  if (source !== undefined && !FIELD_SOURCES.includes(source)) {
    fail(`there is no event source "${source}"; there are ${FIELD_SOURCES.join(', ')}`);
  }
  const { N: namesOnly = false, verbose = false } = options;
  printLine(listFields({ format, source, namesOnly, verbose }).trimEnd());
}

export function printEvents(options: ListOptions): void {
  const isAvailable = ({ name }: { readonly name: string }): boolean => !IGNORED_EVENTS.has(name);
  printLine(listEvents({ format: listingFormat(options), isAvailable }).trimEnd());
}

export function printIgnoredEvents(): void {
  printLine('Ignored events:');
  for (const name of IGNORED_EVENTS) printLine(`- ${name}`);
}

function listingFormat({ format, markdown }: ListOptions): ListingFormat {
  if (format !== undefined && markdown) fail('--format and --markdown cannot be given together');
  if (markdown) return 'markdown';
  const known = FORMATS.find((entry) => entry === (format ?? 'text'));
  return known ?? fail(`there is no format "${format}"; there are ${FORMATS.join(', ')}`);
}
