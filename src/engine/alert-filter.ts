/** Which alerts an output gets. */
import { type Alert, severity, sourceOf, tagsOf } from '../alerts/alert.ts';
import type { AlertFilter } from '../config/receiver-settings.ts';
import { PRIORITIES } from '../rules/checked.ts';

/** A filter as a function; `undefined` when it lets everything pass. */
export function alertFilter(filter: AlertFilter): ((alert: Alert) => boolean) | undefined {
  const least = PRIORITIES.indexOf(filter.priority);
  const rules = filter.rules.map(pattern);
  const tags = new Set(filter.tags);
  const sources = new Set(filter.sources);
  if (least === PRIORITIES.length - 1 && rules.length + tags.size + sources.size === 0) return undefined;
  return (alert) =>
    severity(alert) <= least &&
    (rules.length === 0 || rules.some((rule) => rule.test(alert.rule))) &&
    (tags.size === 0 || tagsOf(alert).some((tag) => tags.has(tag))) &&
    (sources.size === 0 || sources.has(sourceOf(alert)));
}

/** The name of a rule, with `*` for any text. */
function pattern(text: string): RegExp {
  const literal = text.split('*').map((part) => RegExp.escape(part));
  return new RegExp(`^${literal.join('.*')}$`, 's');
}
