/** What a word of a rule file means, in Markdown. */
import { describeRule } from '../rules/describe.ts';
import { fieldOf } from './complete-condition.ts';
import { fieldDocumentation, operatorDescription, TRANSFORMER_DOCUMENTATION } from './documentation.ts';
import { keysAt } from './keys.ts';
import { TACTIC_TAGS } from './known-values.ts';
import { definitionsOf, symbolAt } from './names.ts';
import type { PlacedUse, Workspace } from './workspace.ts';

export interface Hover {
  readonly start: number;
  readonly end: number;
  /** Markdown. */
  readonly text: string;
}

/** What is told of the word at an offset, if anything is known. */
export function hover(workspace: Workspace, file: string, offset: number): Hover | undefined {
  const symbol = symbolAt(workspace, file, offset);
  if (symbol !== undefined) {
    const { start, end } = symbol.place;
    const [definition] = definitionsOf(workspace, symbol);
    const text = DESCRIBERS[symbol.kind](workspace, symbol.name);
    return {
      start,
      end,
      text: [text, definedAt(workspace, definition)].filter((part) => part !== '').join('\n\n'),
    };
  }
  for (const use of workspace.usesAt(file, offset)) {
    const text = wordText(workspace, use);
    if (text !== undefined) return { start: use.start, end: use.end, text };
  }
  return undefined;
}

function definedAt(workspace: Workspace, definition: PlacedUse | undefined): string {
  if (definition === undefined) return '';
  const line = workspace.textOf(definition.file).slice(0, definition.start).split('\n').length;
  return `Defined in ${definition.file}, line ${line}.`;
}

const DESCRIBERS = { rule: ruleText, macro: macroText, list: listText } as const;

function macroText(workspace: Workspace, name: string): string {
  const macro = workspace.outcome.compiled.macros.get(name);
  const changes = (workspace.names.macros.get(name) ?? []).filter(({ index }) => index.isChange).length;
  const note = changes === 0 ? '' : '\n\nOther items change it; this is what comes out.';
  const condition = macro?.text.text.trim();
  return `**${name}** (macro)${condition === undefined ? '' : `\n\n${code(condition)}`}${note}`;
}

/** So many items of a list are shown. */
const MOST_ITEMS = 40;

function listText(workspace: Workspace, name: string): string {
  const list = [...workspace.outcome.compiled.lists.all].find((known) => known.name === name);
  if (list === undefined) return `**${name}** (list)`;
  const items = list.items.map(({ text }) => text);
  const shown = items.slice(0, MOST_ITEMS).join(', ');
  const rest = items.length > MOST_ITEMS ? `, and ${items.length - MOST_ITEMS} more` : '';
  const count = `${items.length} ${items.length === 1 ? 'item' : 'items'}`;
  return `**${name}** (list of ${count})${items.length === 0 ? '' : `\n\n${code(shown + rest)}`}`;
}

/** What a rule watches, in plain words. */
function ruleText(workspace: Workspace, name: string): string {
  const rule = describeRule(workspace.outcome.compiled, name);
  if (rule === undefined) return `**${name}** (rule)`;
  const { info, details } = rule;
  const events = details.events.filter((event) => event !== 'asyncevent');
  const sentences = [
    `Raises an alert of priority ${info.priority}${info.enabled ? '' : ', but is disabled'}.`,
    info.source !== 'syscall'
      ? `Watches events of ${info.source}.`
      : events.length > MOST_EVENTS
        ? `Watches ${events.length} types of events.`
        : `Watches ${listed(events)}.`,
    `Looks at ${listed(details.condition_fields)}.`,
    details.macros.length === 0 ? '' : `Uses the macros ${listed(details.macros)}.`,
    details.exception_names.length === 0 ? '' : `Has the exceptions ${listed(details.exception_names)}.`,
    info.tags.length === 0 ? '' : `Tags: ${listed(info.tags)}.`,
  ];
  return `**${name}** (rule)\n\n${info.description.trim()}\n\n${sentences.filter((part) => part !== '').join(' ')}`;
}

const MOST_EVENTS = 12;

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.map((name) => `\`${name}\``).join(', ');
}

function code(text: string): string {
  return `\`\`\`condition\n${text}\n\`\`\``;
}

function wordText(workspace: Workspace, { use, item }: PlacedUse): string | undefined {
  switch (use.kind) {
    case 'field': {
      const field = fieldOf(workspace, use.name);
      return field === undefined ? undefined : fieldDocumentation(field);
    }
    case 'operator':
      return operatorDescription(use.name) === ''
        ? undefined
        : `**${use.name}**\n\n${operatorDescription(use.name)}`;
    case 'transformer':
      return TRANSFORMER_DOCUMENTATION[use.name];
    case 'key': {
      const path = use.of === undefined || use.of === '' ? [] : use.of.split('.');
      const key = keysAt(item.index.kind, path).find(({ name }) => name === use.name);
      return key && `**${key.name}**\n\n${key.description}`;
    }
    case 'tag': {
      const tactic = TACTIC_TAGS.find(([tag]) => tag === use.name);
      if (tactic !== undefined) return `Tactic of MITRE ATT&CK: ${tactic[1]}.`;
      return /^T\d{4}(?:\.\d{3})?$/.test(use.name) ? 'Technique of MITRE ATT&CK.' : undefined;
    }
    case 'value':
      return valueText(workspace, use.of, use.name);
    default:
      return undefined;
  }
}

function valueText(workspace: Workspace, field: string | undefined, value: string): string | undefined {
  const { environment } = workspace;
  if (field === 'evt.type') {
    return environment.events.codes(value).length > 0 ? `Event \`${value}\`.` : undefined;
  }
  const port = environment.services.get(value);
  const isPort = field !== undefined && workspace.findField(field)?.field.type === 'PORT';
  return isPort && port !== undefined ? `Port ${port}.` : undefined;
}
