/** For the tests of this room: the engine with the real vocabulary, and files with a mark where the cursor is. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import type { TextEdit } from '../rules/problem.ts';
import type { CompletionItem } from './completion.ts';
import { RuleLanguage } from './language.ts';

export const ENVIRONMENT = ruleEnvironment();

const ROOT = join(import.meta.dirname, '..', '..');
const UPSTREAM = join(ROOT, '..', 'shared', 'upstream-rules');

/** Why tests of published rules are skipped; false when they are there. */
export const WITHOUT_UPSTREAM = existsSync(UPSTREAM) ? false : 'skipped: ../shared/upstream-rules is absent';

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Lanner's own rules, without their tests. */
export function ownRules(): NamedText[] {
  const paths = globSync('rules/**/*.yaml', { cwd: ROOT }).filter((path) => !path.endsWith('.test.yaml'));
  return paths.sort().map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }));
}

/** Falco's rules, in the order in which they build on one another. */
export function upstreamRules(): NamedText[] {
  if (WITHOUT_UPSTREAM !== false) return [];
  return ['falco_rules', 'falco-incubating_rules', 'falco-sandbox_rules', 'k8s_audit_rules'].map((name) => ({
    name,
    text: readFileSync(join(UPSTREAM, `${name}.yaml`), 'utf8'),
  }));
}

export interface Marked {
  readonly language: RuleLanguage;
  readonly offset: number;
}

/** A file `1.yaml`, with the cursor where the text has `|`; files before it are `a.yaml`, `b.yaml` … */
export function marked(text: string, ...before: string[]): Marked {
  const offset = text.indexOf('|');
  const plain = offset < 0 ? text : text.slice(0, offset) + text.slice(offset + 1);
  const language = new RuleLanguage(ENVIRONMENT);
  const others = before.map((text, index) => ({ name: `${'abcdef'.charAt(index)}.yaml`, text }));
  language.setFiles([...others, { name: '1.yaml', text: plain }]);
  return { language, offset: Math.max(0, offset) };
}

/** Labels of what is offered at `|`. */
export function offered(text: string, ...before: string[]): string[] {
  return offeredItems(text, ...before).map(({ label }) => label);
}

export function offeredItems(text: string, ...before: string[]): readonly CompletionItem[] {
  const { language, offset } = marked(text, ...before);
  return language.complete('1.yaml', offset)?.items ?? [];
}

/** Edits, in any order, applied to a text. */
export function applied(text: string, edits: readonly TextEdit[]): string {
  return edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((result, { start, end, text }) => result.slice(0, start) + text + result.slice(end), text);
}
