/** Which fields exceptions compare, and what they make of the values that were seen. */
import type { PastAlert, PastValue } from './history.ts';

/** One comparison of an exception: `field` with a value, or with any of several. */
export interface Comparison {
  readonly field: string;
  readonly operator: '=' | '!=' | 'in' | 'startswith';
  readonly values: readonly string[];
  /** What it lets through beside what was seen, in words; absent when that is nothing. */
  readonly broader?: string;
}

/**
 * Who did it: of each line the first field that the alert has. Alerts that differ in one of these are of different
 * kinds. Fields in a line that the rule's output does not name at all are passed over.
 */
const KINDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  syscall: [
    ['proc.exepath', 'proc.name'],
    ['proc.pexepath', 'proc.pname'],
  ],
  k8s_audit: [['ka.user.name'], ['ka.target.resource'], ['ka.target.namespace']],
};

/** What was done with which thing: compared where few were seen. */
const OBJECTS: Readonly<Record<string, readonly string[]>> = {
  syscall: ['fd.name', 'proc.cmdline', 'fd.sport', 'fd.rport'],
  k8s_audit: ['ka.verb', 'ka.target.name'],
};

const FEW = 5;
/** A folder that is not deeper stands for too much: `/etc/`, `/var/lib/`. */
const LEAST_DEPTH = 3;

/** What text a literal of the rule language can hold as it is. */
const WRITABLE = /^[^\\"'\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\ufffd-\uffff]{1,1000}$/u;

export function isWritable(text: string): boolean {
  return WRITABLE.test(text);
}

/** Comparisons that tell the alert's kind from others; a text says why there are none. */
export function kindOf(alert: PastAlert): readonly Comparison[] | string {
  const { fields, source } = alert;
  const lines = KINDS[source];
  if (lines === undefined) return `there is nothing that tells alerts of ${source} apart`;
  const found: Comparison[] = [];
  for (const line of lines) {
    const told = line.filter((name) => fields.has(name));
    if (told.length === 0) continue;
    const field = told.find((name) => comparable(fields.get(name)) !== undefined);
    if (field === undefined) return `${told.join(' and ')} cannot be compared`;
    found.push({ field, operator: '=', values: [comparable(fields.get(field)) as string] });
  }
  if (found.length === 0 || (source === 'syscall' && !isProgram(found[0] as Comparison)))
    return 'the output of the rule does not name the program (proc.exepath or proc.name)';
  return [...found, ...placeOf(alert)];
}

/** In which container: by its image, since containers come and go. */
function placeOf({ fields }: PastAlert): Comparison[] {
  const image = comparable(fields.get('container.image.repository'));
  if (image !== undefined) return [{ field: 'container.image.repository', operator: '=', values: [image] }];
  const id = fields.get('container.id');
  if (typeof id !== 'string' || id === '') return [];
  if (id === 'host') return [{ field: 'container.id', operator: '=', values: ['host'] }];
  const broader = 'any container (the alerts do not tell images: append_output can add them)';
  return [{ field: 'container.id', operator: '!=', values: ['host'], broader }];
}

function isProgram({ field }: Comparison): boolean {
  return field === 'proc.exepath' || field === 'proc.name';
}

/** Fields of which {@link objectComparison} wants to know all values. */
export function objectFields(source: string): readonly string[] {
  return OBJECTS[source] ?? [];
}

/** A comparison that holds for all of the values; `undefined` where only one that says too much would. */
export function objectComparison(field: string, values: ReadonlySet<PastValue>): Comparison | undefined {
  const texts = [...values].map(comparable);
  if (texts.length === 0 || !texts.every((text) => text !== undefined)) return undefined;
  if (field === 'fd.name' && !texts.every((text) => text.startsWith('/'))) return undefined;
  if (texts.length === 1) return { field, operator: '=', values: texts };
  if (texts.length <= FEW) return { field, operator: 'in', values: texts.sort() };
  if (field !== 'fd.name') return undefined;
  const folder = commonFolder(texts);
  if (folder.split('/').length - 2 < LEAST_DEPTH) return undefined;
  const broader = `any file below ${folder} (${texts.length} were seen)`;
  return { field, operator: 'startswith', values: [folder], broader };
}

/** The deepest folder that has all files below it, with a slash at its end. */
function commonFolder(paths: readonly string[]): string {
  let [common = ''] = paths;
  for (const path of paths) while (!path.startsWith(common)) common = common.slice(0, -1);
  return common.slice(0, common.lastIndexOf('/') + 1);
}

function comparable(value: PastValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = String(value);
  return isWritable(text) ? text : undefined;
}
