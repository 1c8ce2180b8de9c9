/** Stages that put macros in place of their names. */

import type { Context } from '../problem.ts';
import { nearest } from '../suggest.ts';
import type { ConditionNode, MacroNode, Span } from '../syntax/nodes.ts';
import { HEIGHT_LIMIT, macroReferences, SIZE_LIMIT, substitute } from './macros.ts';
import { type Compilation, type CompiledMacro, reportDraft } from './state.ts';

/**
 * Resolves macros in the order in which they need one another, with a stack of our own: chains of
 * macros may be long.
 */
export function resolveMacros(compilation: Compilation): void {
  const { macros } = compilation;
  const state = new Map<CompiledMacro, 'open' | 'done'>();
  for (const macro of macros.values()) {
    const stack = [macro];
    for (let current = stack.at(-1); current !== undefined; current = stack.at(-1)) {
      if (state.get(current) === 'done' || current.parsed === undefined) {
        stack.pop();
        continue;
      }
      const needed = state.get(current) === 'open' ? [] : neededBy(current, macros);
      state.set(current, 'open');
      const loop = needed.find((other) => state.get(other) === 'open');
      if (loop !== undefined) {
        reportLoop(compilation, stack, current, loop);
        for (const member of stack) state.set(member, 'done');
        break;
      }
      const waiting = needed.filter((other) => !state.has(other) && other.parsed !== undefined);
      if (waiting.length > 0) {
        stack.push(...waiting);
        continue;
      }
      const visible = (name: string): CompiledMacro | undefined =>
        visibleTo(current as CompiledMacro, name, macros);
      current.resolved = resolve(compilation, current.parsed, current.entry.context, visible);
      state.set(current, 'done');
      stack.pop();
    }
  }
}

export function resolveRules(compilation: Compilation): void {
  const { macros, rules } = compilation;
  for (const rule of rules) {
    if (rule.parsed === undefined) continue;
    rule.resolved = resolve(compilation, rule.parsed, rule.entry.context, (name) => macros.get(name));
  }
}

function neededBy(macro: CompiledMacro, macros: ReadonlyMap<string, CompiledMacro>): CompiledMacro[] {
  if (macro.parsed === undefined) return [];
  return macroReferences(macro.parsed).flatMap(({ name }) => visibleTo(macro, name, macros) ?? []);
}

/** A macro sees those that were defined before its own last change. */
function visibleTo(
  { entry }: CompiledMacro,
  name: string,
  macros: ReadonlyMap<string, CompiledMacro>,
): CompiledMacro | undefined {
  const other = macros.get(name);
  return other !== undefined && other.entry.index < entry.visibility ? other : undefined;
}

function reportLoop(
  compilation: Compilation,
  stack: readonly CompiledMacro[],
  from: CompiledMacro,
  to: CompiledMacro,
): void {
  const chain = [...stack.slice(stack.indexOf(to)), to].map(({ entry }) => entry.name).join(' → ');
  const at = macroReferences(from.parsed as ConditionNode).find(({ name }) => name === to.entry.name);
  const message = `reference loop in macro '${to.entry.name}': ${chain}`;
  reportDraft(compilation, 'LOAD_ERR_VALIDATE', { message, at: at as MacroNode }, from.entry.context);
}

/** The tree with macros put in; `undefined` when one is missing (reported) or itself wrong. */
function resolve(
  compilation: Compilation,
  node: ConditionNode,
  context: Context,
  find: (name: string) => CompiledMacro | undefined,
): ConditionNode | undefined {
  const references = macroReferences(node);
  const meanings: ConditionNode[] = [];
  let failed = false;
  for (const reference of references) {
    const macro = find(reference.name);
    if (macro === undefined) reportUnknown(compilation, reference, context);
    else macro.used = true;
    if (macro?.resolved === undefined) failed = true;
    else meanings.push(macro.resolved);
  }
  if (failed) return undefined;
  const known = compilation.memory.resolved.get(node);
  if (known !== undefined && sameNodes(known.meanings, meanings)) return known.node;
  const resolved = substitute(node, (reference) => meanings[references.indexOf(reference)] ?? reference);
  if (isTooLarge(compilation, resolved, node, context)) return undefined;
  compilation.memory.resolved.set(node, { meanings, node: resolved });
  return resolved;
}

function sameNodes(a: readonly ConditionNode[], b: readonly ConditionNode[]): boolean {
  return a.length === b.length && a.every((node, index) => node === b[index]);
}

function reportUnknown(compilation: Compilation, reference: MacroNode, context: Context): void {
  const { name } = reference;
  if (compilation.brokenNames.has(name)) return;
  const { macros, lists } = compilation;
  const message = macros.has(name)
    ? `undefined macro '${name}': ${isOfMacro(context, name) ? 'a macro cannot contain itself' : 'it is defined only after this macro'}`
    : lists.has(name)
      ? `undefined macro '${name}': it is the name of a list`
      : `undefined macro '${name}'`;
  const suggestion =
    macros.has(name) || compilation.suggestions === 0 ? undefined : nearest(name, macros.keys());
  compilation.suggestions = Math.max(0, compilation.suggestions - 1);
  reportDraft(compilation, 'LOAD_ERR_VALIDATE', { message, at: reference, suggestion }, context);
}

function isOfMacro(context: Context | undefined, name: string): boolean {
  if (context === undefined) return false;
  return (context.itemType === 'macro' && context.itemName === name) || isOfMacro(context.parent, name);
}

function isTooLarge(compilation: Compilation, node: ConditionNode, at: Span, context: Context): boolean {
  const { height, size } = node;
  if (height <= HEIGHT_LIMIT && size <= SIZE_LIMIT) return false;
  const message =
    height > HEIGHT_LIMIT
      ? `the condition is nested more than ${HEIGHT_LIMIT} deep with its macros`
      : `the condition has more than ${SIZE_LIMIT} checks with its macros`;
  const start = { text: at.text, start: at.start, end: at.start + 1 };
  reportDraft(compilation, 'LOAD_ERR_COMPILE_CONDITION', { message, at: start }, context);
  return true;
}
