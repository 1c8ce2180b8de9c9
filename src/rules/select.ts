/** Which rules of a loaded set are enabled: their own key, then the configuration's selection. */
import { type CheckedRule, PRIORITIES } from './checked.ts';
import type { LoadOptions, RuleSelection } from './options.ts';

/** The rules with `enabled` as the options have it. */
export function selectRules(rules: readonly CheckedRule[], options: LoadOptions): CheckedRule[] {
  const { minimumPriority = 'Debug', selection = [] } = options;
  const least = PRIORITIES.indexOf(minimumPriority);
  return rules.map((rule) => {
    const severe = PRIORITIES.indexOf(rule.priority) <= least;
    const chosen = selection.reduce(
      (enabled, entry) => (isSelected(rule, entry) ? entry.enable : enabled),
      rule.enabled,
    );
    const enabled = severe && chosen;
    return enabled === rule.enabled ? rule : { ...rule, enabled };
  });
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
