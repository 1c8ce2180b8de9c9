/** What a rule watches: events, fields, and the macros and lists of its condition with their places. */
import { eventsOfRule } from '../engine/rule-events.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { CheckedRule, Condition, TransformOperand } from '../rules/checked.ts';
import { describeRules } from '../rules/describe.ts';
import type { CompiledFiles } from '../rules/load.ts';
import type { Location } from '../rules/location.ts';

/** A definition, and where it is: `file:line`. */
export interface PlacedName {
  readonly name: string;
  readonly place: string;
}

export interface WatchedByRule {
  readonly rule: string;
  readonly place: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly priority: string;
  readonly source: string;
  readonly tags: readonly string[];
  /** Names of the events that the rule is asked about; of rules on system calls alone. */
  readonly events: readonly string[];
  /** Fields that the condition reads, with those of macros. */
  readonly fields: readonly string[];
  /** Fields that the alert tells. */
  readonly told: readonly string[];
  /** Checks of the condition, macros put in, and the fields of them that are dear to read. */
  readonly checks: number;
  readonly dear: readonly string[];
  /** Used by the condition, or by macros and lists that it uses. */
  readonly macros: readonly PlacedName[];
  readonly lists: readonly PlacedName[];
}

/** Describes a rule that was loaded without errors; `undefined` when there is none of the name. */
export function watchedByRule(rule: CheckedRule, compiled: CompiledFiles): WatchedByRule | undefined {
  const described = describeRules(compiled);
  const own = described.rules.find(({ info }) => info.name === rule.name);
  if (own === undefined) return undefined;
  const macrosOf = new Map(described.macros.map(({ info, details }) => [info.name, details]));
  const listsOf = new Map(described.lists.map(({ info, details }) => [info.name, details.lists]));
  const macros = reached(own.details.macros, (name) => macrosOf.get(name)?.macros ?? []);
  const named = [...own.details.lists, ...macros.flatMap((name) => macrosOf.get(name)?.lists ?? [])];
  const lists = reached(named, (name) => listsOf.get(name) ?? []);
  return {
    rule: rule.name,
    place: placeOf(rule.location),
    description: rule.description.trim(),
    enabled: rule.enabled,
    priority: rule.priority,
    source: rule.source,
    tags: rule.tags,
    events: rule.source === 'syscall' ? [...eventsOfRule(rule)].sort() : [],
    fields: own.details.condition_fields,
    told: own.details.output_fields,
    ...costOf(rule.condition),
    macros: placed(macros, compiled.collection.macros),
    lists: placed(lists, compiled.collection.lists),
  };
}

/** From this cost on a field is dear: it goes through ancestors, descriptors or long texts. */
const DEAR = 4;

function costOf(condition: Condition): Pick<WatchedByRule, 'checks' | 'dear'> {
  const dear = new Set<string>();
  let checks = 0;
  const read = (operand: TransformOperand): void => {
    if (operand.kind === 'field' && isDear(operand.field.name)) dear.add(operand.field.name);
    if (operand.kind === 'transform') operand.operands.forEach(read);
    if (operand.kind === 'list') operand.items.forEach(read);
  };
  const visit = (node: Condition): void => {
    if (node.kind === 'and' || node.kind === 'or') node.operands.forEach(visit);
    else if (node.kind === 'not') visit(node.operand);
    else {
      checks++;
      read(node.left);
      if (node.kind !== 'exists' && node.right.kind !== 'values') read(node.right);
    }
  };
  visit(condition);
  return { checks, dear: [...dear].sort() };
}

function isDear(field: string): boolean {
  return (FIELD_CATALOG.find(field)?.field.cost ?? 0) >= DEAR;
}

/** The names, and those that they lead to, each once and sorted. */
function reached(names: readonly string[], next: (name: string) => readonly string[]): string[] {
  const found = new Set(names);
  // A set that grows while it is walked is walked to its end.
  for (const name of found) for (const other of next(name)) found.add(other);
  return [...found].sort();
}

function placed(
  names: readonly string[],
  entries: ReadonlyMap<string, { readonly context: { readonly location: Location } }>,
): PlacedName[] {
  return names.flatMap((name) => {
    const entry = entries.get(name);
    return entry === undefined ? [] : [{ name, place: placeOf(entry.context.location) }];
  });
}

function placeOf({ file, line }: Location): string {
  return `${file}:${line}`;
}

/** For people; without what the kernel decides. */
export function watchedText(watched: WatchedByRule): string {
  const { rule, place, description, enabled, priority, source, tags, events, fields, told } = watched;
  const rows: (readonly [string, readonly string[]])[] = [
    ['watches', source === 'syscall' ? events : [`events of ${source}`]],
    ['reads', fields],
    ['macros', watched.macros.map(placedText)],
    ['lists', watched.lists.map(placedText)],
    ['tells', told],
    ['asks', [checksText(watched)]],
    ['priority', [priority]],
    ['tags', tags],
  ];
  return [
    `${rule} (${place})${enabled ? '' : ', disabled'}`,
    ...wrapped(description, '  '),
    '',
    ...rows.flatMap(([title, items]) => row(title, items)),
  ].join('\n');
}

function checksText({ checks, dear }: WatchedByRule): string {
  const count = checks === 1 ? '1 check' : `${checks} checks`;
  return dear.length === 0 ? count : `${count}, dear to read: ${dear.join(' ')}`;
}

function placedText({ name, place }: PlacedName): string {
  return `${name} (${place})`;
}

const TITLE_WIDTH = 12;

function row(title: string, items: readonly string[]): string[] {
  const indent = ' '.repeat(TITLE_WIDTH);
  const [first = '', ...rest] = wrapped(items.join(', ') || 'none', indent);
  return [`  ${title}`.padEnd(TITLE_WIDTH) + first.trimStart(), ...rest];
}

const WIDTH = 100;

function wrapped(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/)) {
    if (line !== indent && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = indent;
    }
    line += line === indent ? word : ` ${word}`;
  }
  return [...lines, line];
}
