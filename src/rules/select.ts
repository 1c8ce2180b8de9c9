/** Which rules of a loaded set are enabled: their own key, then the configuration's selection. */
import { type CheckedRule, PRIORITIES } from './checked.ts';
import type { LoadOptions, RuleSelection } from './options.ts';

/**
 * The rules with `enabled` as the options have it. As in Falco, a rule that the selection turns on (or on
 * again) is tried after all others: it moves to the end.
 */
export function selectRules(rules: readonly CheckedRule[], options: LoadOptions): CheckedRule[] {
  const { minimumPriority = 'Debug', selection = [] } = options;
  const least = PRIORITIES.indexOf(minimumPriority);
  const isSevere = (rule: CheckedRule): boolean => PRIORITIES.indexOf(rule.priority) <= least;
  const enabled = new Set(rules.filter((rule) => rule.enabled && isSevere(rule)));
  const moved = new Set<CheckedRule>();
  for (const entry of selection) {
    for (const rule of rules) {
      if (!isSelected(rule, entry)) continue;
      if (!entry.enable) enabled.delete(rule);
      else if (isSevere(rule) && !enabled.has(rule)) {
        enabled.add(rule);
        moved.delete(rule);
        moved.add(rule);
      }
    }
  }
  return [...rules.filter((rule) => !moved.has(rule)), ...moved].map((rule) =>
    enabled.has(rule) === rule.enabled ? rule : { ...rule, enabled: !rule.enabled },
  );
}

function isSelected(rule: CheckedRule, selection: RuleSelection): boolean {
  if (selection.tag !== undefined) return rule.tags.includes(selection.tag);
  return selection.rule !== undefined && matchesWildcard(selection.rule, rule.name);
}

/** Whether `text` fits a pattern in which `*` stands for any text. Linear in both. */
export function matchesWildcard(pattern: string, text: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern === text;
  if (!text.startsWith(first) || text.length < first.length + last.length) return false;
  let at = first.length;
  const end = text.length - last.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return at <= end && text.endsWith(last);
}
