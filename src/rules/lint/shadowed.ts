/**
 * Rules that come too late when the first match wins. A rule is shadowed for certain when an earlier,
 * enabled one asks for nothing that it does not ask for itself: every part of the earlier condition's
 * `and` is a part of the later one's.
 */
import type { CompiledRule } from '../compile/state.ts';
import type { ConditionNode } from '../syntax/nodes.ts';
import { printCondition } from '../syntax/print.ts';

export interface Shadowed {
  readonly rule: CompiledRule;
  readonly by: CompiledRule;
}

export function findShadowed(rules: readonly CompiledRule[]): Shadowed[] {
  const printed = new Map<ConditionNode, string>();
  const candidates = rules.flatMap((rule) => {
    if (rule.checked === undefined || rule.resolved === undefined) return [];
    const { source } = rule.entry;
    return [{ rule, source, parts: new Set(partsOf(rule.resolved, printed)) }];
  });
  const frequency = new Map<string, number>();
  for (const { parts } of candidates) {
    for (const part of parts) frequency.set(part, (frequency.get(part) ?? 0) + 1);
  }
  /** Earlier rules by their rarest part: a rule that they shadow must have it. */
  const earlier = new Map<string, typeof candidates>();
  const shadowed: Shadowed[] = [];
  for (const candidate of candidates) {
    const { rule, source, parts } = candidate;
    const by = [...parts]
      .flatMap((part) => earlier.get(part) ?? [])
      .find((other) => other.source === source && other.parts.isSubsetOf(parts));
    if (by !== undefined) shadowed.push({ rule, by: by.rule });
    if (!rule.entry.enabled) continue;
    const rarest = [...parts].reduce((a, b) => ((frequency.get(b) ?? 0) < (frequency.get(a) ?? 0) ? b : a));
    earlier.set(rarest, [...(earlier.get(rarest) ?? []), candidate]);
  }
  return shadowed;
}

/** The parts of a condition that must all hold. */
function partsOf(node: ConditionNode, printed: Map<ConditionNode, string>): string[] {
  if (node.kind === 'and') return node.operands.flatMap((operand) => partsOf(operand, printed));
  const known = printed.get(node);
  if (known !== undefined) return [known];
  const text = printCondition(node);
  printed.set(node, text);
  return [text];
}
