/** Completion within conditions and outputs: what the grammar expects, and what fits to the types. */
import type { FieldInfo } from '../fields/field-info.ts';
import { operatorsFor } from '../rules/check/types.ts';
import { DEFAULT_SOURCE } from '../rules/environment.ts';
import { ALL_OPERATORS, isStringOperator, MODIFIERS, TRANSFORMERS } from '../rules/syntax/operators.ts';
import type { CompletionItem } from './completion.ts';
import {
  type Expected,
  type ScannedCondition,
  scanCondition,
  type TokenContext,
} from './condition-tokens.ts';
import {
  fieldDocumentation,
  operatorDescription,
  TRANSFORMER_DOCUMENTATION,
  typeLabel,
} from './documentation.ts';
import { knownValues } from './known-values.ts';
import type { PlacedItem, Workspace } from './workspace.ts';

/** Items for the word that is being written. */
export interface Draft {
  readonly word: string;
  readonly items: readonly CompletionItem[];
}

/** `before` is the condition up to the cursor. */
export function completeCondition(workspace: Workspace, item: PlacedItem | undefined, before: string): Draft {
  const scanned = scanCondition(before);
  const { word, context } = wordAtEnd(before, scanned);
  return { word, items: itemsFor(workspace, sourceOf(workspace, item), context, word, item) };
}

/** What is being written, and what was expected where it begins. */
function wordAtEnd(
  before: string,
  { tokens, after }: ScannedCondition,
): { word: string; context: TokenContext } {
  const last = tokens.at(-1);
  if (last === undefined || last.end < before.length || last.kind === 'punctuation') {
    return { word: '', context: after };
  }
  if (last.kind === 'string') {
    const quote = last.text.charAt(0);
    const closed = last.text.length > 1 && last.text.endsWith(quote);
    return closed ? { word: '', context: NOWHERE } : { word: last.text.slice(1), context: last.context };
  }
  // Directly behind a symbol a value begins.
  if (last.kind === 'operator' && !/[a-z]$/.test(last.text)) return { word: '', context: after };
  return { word: last.text, context: last.context };
}

/** Behind a text that is closed nothing is offered before a blank. */
const NOWHERE: TokenContext = { expected: 'argument', left: undefined, operator: undefined, depth: 0 };

function itemsFor(
  workspace: Workspace,
  source: string,
  context: TokenContext,
  word: string,
  item: PlacedItem | undefined,
): readonly CompletionItem[] {
  switch (context.expected) {
    case 'operand':
      return [
        ...fieldItems(workspace, source, 'condition', word),
        ...macroItems(workspace, item),
        ...transformerItems(TRANSFORMERS),
        { label: 'not', kind: 'keyword', documentation: 'The opposite of what follows.', rank: 3 },
      ];
    case 'transformer operand':
      return [...fieldItems(workspace, source, 'condition', word), ...transformerItems(TRANSFORMERS)];
    case 'operator':
      return operators(workspace, context.left);
    case 'value':
    case 'number':
    case 'list':
    case 'list item':
      return valueItems(
        workspace,
        context.expected,
        context.left === undefined ? undefined : fieldOf(workspace, context.left),
      );
    case 'connective':
      return [
        { label: 'and', kind: 'keyword', documentation: 'Both must hold.', rank: 0 },
        { label: 'or', kind: 'keyword', documentation: 'One of both must hold.', rank: 1 },
      ];
    case 'argument':
      return argumentItems(workspace, context.left);
  }
}

/** Fields that rules of the source can use, and parameters behind `evt.arg.` once that is written. */
function fieldItems(
  workspace: Workspace,
  source: string,
  usage: 'condition' | 'output',
  word: string,
): CompletionItem[] {
  const { environment } = workspace;
  const fields = environment.fields.fields
    .filter((field) => isOffered(field, source, usage))
    .map((field): CompletionItem => {
      const required = field.argument.presence === 'required';
      const dotted = environment.fields.dotted?.has(field.name) === true;
      return {
        label: field.name,
        kind: 'field',
        detail: typeLabel(field),
        documentation: fieldDocumentation(field),
        ...(required ? { insert: `${field.name}${dotted ? '.' : '['}` } : {}),
        // What these rules use often comes first.
        rank: 1 - workspace.timesUsed(field.name) / 10_000,
      };
    });
  return [...fields, ...dottedItems(environment.fields.dotted, word)];
}

function isOffered(field: FieldInfo, source: string, usage: 'condition' | 'output'): boolean {
  if (field.hidden || field.deprecated) return false;
  if (usage === 'condition' ? field.outputOnly : field.conditionOnly) return false;
  return field.sources.length === 0 || field.sources.includes(source);
}

function dottedItems(dotted: Workspace['environment']['fields']['dotted'], word: string): CompletionItem[] {
  return [...(dotted ?? [])].flatMap(([field, { names }]) =>
    names === undefined || !word.startsWith(`${field}.`)
      ? []
      : [...names].map(
          ([name, type]): CompletionItem => ({
            label: `${field}.${name}`,
            kind: 'field',
            detail: type.toLowerCase(),
            rank: 2,
          }),
        ),
  );
}

function macroItems({ names }: Workspace, item: PlacedItem | undefined): CompletionItem[] {
  return [...names.macros].flatMap(([label, definitions]): CompletionItem[] => {
    const definition = definitions.findLast(({ index }) => !index.isChange) ?? definitions[0];
    if (definition === undefined || definition === item) return [];
    return [
      { label, kind: 'macro', detail: definition.file, documentation: conditionCode(definition), rank: 0 },
    ];
  });
}

function conditionCode({ index }: PlacedItem): string {
  const value = index.tree?.entries.find(({ key }) => key.value === 'condition')?.value;
  if (value?.kind !== 'scalar') return '';
  return `\`\`\`condition\n${value.value.trim()}\n\`\`\``;
}

function transformerItems(names: readonly string[]): CompletionItem[] {
  return names.map((name) => ({
    label: name,
    kind: 'transformer',
    documentation: TRANSFORMER_DOCUMENTATION[name] ?? '',
    insert: `${name}(`,
    rank: 2,
  }));
}

/** The operators that work on what is on the left. */
function operators(workspace: Workspace, left: string | undefined): readonly CompletionItem[] {
  const type = leftType(workspace, left);
  const fitting = type === undefined ? undefined : operatorsFor(type.type, type.isList);
  if (type?.equalsUpTo) return OPERATOR_ITEMS.filter(({ label }) => label === '=');
  return OPERATOR_ITEMS.filter(({ label }) => {
    if (label === 'exists' || fitting === undefined) return true;
    const [operator = ''] = label.split(' ');
    return fitting.has(operator);
  });
}

/** All operators with what they mean, those with a modifier among them. */
export const OPERATOR_ITEMS: readonly CompletionItem[] = ALL_OPERATORS.flatMap(
  (name, rank): CompletionItem[] => {
    const plain: CompletionItem = {
      label: name,
      kind: 'operator',
      documentation: operatorDescription(name),
      rank,
    };
    if (!isStringOperator(name) || !/^[a-z]/.test(name)) return [plain];
    return [
      plain,
      ...MODIFIERS.map(
        (modifier): CompletionItem => ({
          label: `${name} ${modifier}`,
          kind: 'operator',
          documentation: operatorDescription(`${name} ${modifier}`),
          insert: `${name} ${modifier} (`,
          rank: rank + 100,
        }),
      ),
    ];
  },
);

function leftType(workspace: Workspace, left: string | undefined): FieldInfo | undefined {
  if (left === undefined) return undefined;
  const found = fieldOf(workspace, left);
  if (found !== undefined || !left.includes('(')) return found;
  return TRANSFORMED[left.slice(0, left.indexOf('('))];
}

/** The field that a text begins with, with the type that its argument gives it. */
export function fieldOf(workspace: Workspace, written: string): FieldInfo | undefined {
  const name = written.split('[', 1)[0] ?? '';
  const reference = workspace.findField(name);
  if (reference === undefined) return undefined;
  return reference.type === undefined ? reference.field : { ...reference.field, type: reference.type };
}

const TEXT_RESULT: FieldInfo = {
  name: '',
  type: 'CHARBUF',
  isList: false,
  argument: { presence: 'none' },
  description: '',
  fieldClass: '',
  sources: [],
};
const NUMBER_RESULT: FieldInfo = { ...TEXT_RESULT, type: 'UINT64' };
/** What transformers give. */
const TRANSFORMED: Readonly<Record<string, FieldInfo>> = {
  ...Object.fromEntries(TRANSFORMERS.map((name) => [name, TEXT_RESULT])),
  len: NUMBER_RESULT,
};

/** Values that a field can be compared with, and lists. */
export function valueItems(
  workspace: Workspace,
  expected: Expected,
  field: FieldInfo | undefined,
): CompletionItem[] {
  const known = field === undefined ? [] : knownValues(field, workspace);
  const values = known.flatMap(({ values, what }, group) =>
    values.map(
      (label): CompletionItem => ({
        label,
        kind: what === 'event' ? 'event' : 'value',
        detail: what,
        ...(/[\s"'(),=]/.test(label) ? { insert: JSON.stringify(label) } : {}),
        rank: 1 + group,
      }),
    ),
  );
  const lists =
    expected === 'number'
      ? []
      : [...workspace.names.lists].map(
          ([label, [definition]]): CompletionItem => ({
            label,
            kind: 'list',
            detail: definition?.file ?? '',
            ...(expected === 'list' ? { insert: `(${label})` } : {}),
            documentation: listCode(definition),
            // Of use in a list; alone only for a list of one item.
            rank: expected === 'value' ? 5 : 4,
          }),
        );
  const others = expected === 'list item' ? [] : transformerItems(['val', ...TRANSFORMERS]);
  return [...values, ...lists, ...others];
}

function listCode(definition: PlacedItem | undefined): string {
  const value = definition?.index.tree?.entries.find(({ key }) => key.value === 'items')?.value;
  if (value?.kind !== 'sequence') return '';
  const items = value.items.flatMap((item) => (item.kind === 'scalar' ? [item.value] : []));
  const shown = items.slice(0, 12).join(', ');
  return `${items.length} items: ${shown}${items.length > 12 ? ', …' : ''}`;
}

function argumentItems(workspace: Workspace, left: string | undefined): CompletionItem[] {
  const field = left === undefined ? undefined : fieldOf(workspace, left.replace(/\[.*$/s, ''));
  if (field === undefined || field.argument.presence === 'none') return [];
  const names = workspace.environment.fields.dotted?.get(field.name)?.names;
  const keys = [...(names?.keys() ?? [])].map(
    (label): CompletionItem => ({
      label,
      kind: 'value',
      detail: 'parameter',
      rank: 1,
    }),
  );
  if (field.argument.kind === 'key') return keys;
  const numbers = ['0', '1', '2', '3'].map(
    (label): CompletionItem => ({
      label,
      kind: 'value',
      detail: 'index',
      rank: 0,
    }),
  );
  return [...numbers, ...keys];
}

/** The event source of the rule that an item defines or changes. */
function sourceOf(workspace: Workspace, item: PlacedItem | undefined): string {
  if (item === undefined) return DEFAULT_SOURCE;
  if (item.index.source !== undefined) return item.index.source;
  if (item.index.kind === 'rule') {
    const definition = workspace.names.rules
      .get(item.index.name)
      ?.find(({ index }) => index.source !== undefined);
    return definition?.index.source ?? DEFAULT_SOURCE;
  }
  // Macros say no source; that of the fields that they use tells.
  const uses = item.index.uses.filter(({ kind }) => kind === 'field');
  for (const { name } of uses) {
    const sources = workspace.findField(name)?.field.sources ?? [];
    if (sources.length === 1 && sources[0] !== undefined) return sources[0];
  }
  return DEFAULT_SOURCE;
}

/** `before` is the output up to the cursor: behind a `%`, fields and transformers. */
export function completeOutput(workspace: Workspace, item: PlacedItem | undefined, before: string): Draft {
  const source = sourceOf(workspace, item);
  const inTransformer = /%[0-9]*((?:[a-z0-9]+\([^%]*))$/.exec(before);
  if (inTransformer !== null) {
    return completeCondition(workspace, item, inTransformer[1] ?? '');
  }
  const match = /%[0-9]*([\w.]*)$/.exec(before);
  if (match === null) return { word: '', items: [] };
  const word = match[1] ?? '';
  return {
    word,
    items: [...fieldItems(workspace, source, 'output', word), ...transformerItems(TRANSFORMERS)],
  };
}
