/** Stages that turn text into syntax trees. */
import { checkExpression } from '../check/check-expression.ts';
import { CheckError } from '../check/draft.ts';
import type { ConditionProperty } from '../items/items.ts';
import type { Context } from '../problem.ts';
import { MappedText, type TextPart, whole } from '../source/mapped-text.ts';
import type { ScalarText } from '../source/scalar-text.ts';
import type { ConditionNode } from '../syntax/nodes.ts';
import { parseCondition, parseExpression } from '../syntax/parser.ts';
import { ConditionError, Scanner } from '../syntax/scanner.ts';
import { addExceptions } from './exceptions.ts';
import { CompiledLists, ExpansionError } from './lists.ts';
import { type Compilation, reportDraft } from './state.ts';

export function expandLists(compilation: Compilation): void {
  compilation.lists = new CompiledLists(compilation.collection.lists);
}

export function parseMacros(compilation: Compilation): void {
  const { collection, memory } = compilation;
  compilation.macros = new Map();
  for (const entry of collection.macros.values()) {
    const known = memory.texts.get(entry);
    const text = known?.visibility === entry.visibility ? known.text : joinTexts(entry.condition);
    memory.texts.set(entry, { visibility: entry.visibility, text });
    const context = entry.condition[0]?.context ?? entry.context;
    const parsed = parse(compilation, text, context);
    if (parsed !== undefined) memory.owners.set(parsed.text, entry.context);
    compilation.macros.set(entry.name, { entry, text, parsed, resolved: undefined, used: false });
  }
}

export function parseRules(compilation: Compilation): void {
  const { collection, environment, memory, report } = compilation;
  compilation.rules = [];
  for (const entry of collection.rules.values()) {
    const skipped = !environment.sources.includes(entry.source);
    const rule = { entry, skipped };
    compilation.rules.push(rule);
    if (skipped) continue;
    const known = memory.texts.get(entry);
    const text =
      known?.visibility === entry.visibility
        ? known.text
        : addExceptions(
            joinTexts(entry.condition),
            entry,
            (field) => testField(compilation, entry.source, field),
            report,
          );
    if (text === undefined) continue;
    memory.texts.set(entry, { visibility: entry.visibility, text });
    const context = entry.condition[0]?.context ?? entry.context;
    Object.assign(rule, { text, parsed: parse(compilation, text, context) });
  }
}

/** A text and what was appended to it, with blanks between. */
export function joinTexts(properties: readonly ConditionProperty[]): MappedText {
  const parts: (TextPart | string)[] = [];
  for (const { text } of properties) {
    if (parts.length > 0) parts.push(' ');
    parts.push(whole(text));
  }
  return MappedText.join(parts);
}

/** Puts lists in and parses; what is wrong is reported. */
function parse(compilation: Compilation, text: MappedText, context: Context): ConditionNode | undefined {
  const { memory, lists } = compilation;
  try {
    const expanded = lists.expand(text);
    const known = memory.parsed.get(text);
    if (known?.expanded === expanded.text) return known.node;
    const node = parseCondition(expanded);
    memory.parsed.set(text, { expanded: expanded.text, node });
    return node;
  } catch (error) {
    if (error instanceof ConditionError) {
      const { message, suggestion } = error;
      reportDraft(compilation, 'LOAD_ERR_COMPILE_CONDITION', { message, at: error, suggestion }, context);
    } else if (error instanceof ExpansionError) {
      const at = { text, start: 0, end: 1 };
      reportDraft(compilation, 'LOAD_ERR_COMPILE_CONDITION', { message: error.message, at }, context);
    } else {
      throw error;
    }
    return undefined;
  }
}

/** What is wrong with the field of an exception, if anything. */
function testField(
  { environment }: Compilation,
  source: string,
  field: ScalarText,
): { message: string; suggestion?: string | undefined } | undefined {
  const scanner = new Scanner(MappedText.of(field));
  try {
    const node = parseExpression(scanner);
    if (node === undefined || !scanner.atEnd) return { message: 'it is neither a field nor a transformer' };
    checkExpression(node, { environment, source, usage: 'condition' });
    return undefined;
  } catch (error) {
    if (error instanceof CheckError) return error.draft;
    if (error instanceof ConditionError) return error;
    throw error;
  }
}
