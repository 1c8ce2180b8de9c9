/** Reads and checks rule files for the console in a thread of its own: large sets take seconds. */
import { workerData } from 'node:worker_threads';
import type { EditorText, RuleDetail, Rules } from '../server/api-types.ts';
import { answering } from './answering.ts';
import { attackMatrix } from './attack.ts';
import { RuleAnswers, type RuleSettings } from './rule-answers.ts';
import { counter, firedOf, type RuleCounts, wholeCost } from './rule-counts.ts';
import { hashOf } from './rules-file.ts';

/** Rules that are listed. */
const MOST_RULES = 10_000;

/** Answers that may be long are texts of JSON, which nobody need put together elsewhere. */
export type RuleQuestion =
  | { readonly kind: 'rules'; readonly counts: RuleCounts }
  | { readonly kind: 'rule'; readonly name: string; readonly counts: RuleCounts }
  | { readonly kind: 'source'; readonly name: string }
  | { readonly kind: 'attack'; readonly fired: string | undefined }
  | { readonly kind: 'files' }
  | { readonly kind: 'file'; readonly name: string }
  | { readonly kind: 'validate'; readonly text: string }
  | { readonly kind: 'toggled'; readonly name: string; readonly enabled: boolean; readonly text: string };

const answers = new RuleAnswers(workerData as RuleSettings);

answering((question: RuleQuestion) => {
  switch (question.kind) {
    case 'rules':
      return rules(question.counts);
    case 'rule':
      return rule(question.name, question.counts);
    case 'source':
      return answers.source(question.name);
    case 'attack':
      return JSON.stringify(attackMatrix(answers.tagged(), firedOf(question)));
    case 'files':
      return answers.files();
    case 'file':
      return file(question.name);
    case 'validate':
      return answers.validate(question.text);
    case 'toggled':
      return answers.toggled(question.name, question.enabled, question.text);
  }
});

/** {@link Rules} */
function rules(counts: RuleCounts): string {
  const { rules, loaded } = answers.rules();
  const counted = counter(counts);
  return JSON.stringify({
    rules: rules.slice(0, MOST_RULES).map((each) => ({ ...each, ...counted(each.name) })),
    others: Math.max(0, rules.length - MOST_RULES),
    loaded,
    cost: wholeCost(counts),
  } satisfies Rules);
}

/** {@link RuleDetail} */
function rule(name: string, counts: RuleCounts): string | undefined {
  const known = answers.rule(name);
  return known && JSON.stringify({ ...known, ...counter(counts)(name) } satisfies RuleDetail);
}

/** A file's {@link EditorText}; that of the console's own is for the one to read who writes it. */
function file(name: string): { readonly isOwn: boolean; readonly json: string } | undefined {
  const found = answers.file(name);
  if (found === undefined) return undefined;
  const { text, isOwn } = found;
  if (isOwn) return { isOwn, json: '' };
  return { isOwn, json: JSON.stringify({ name, text, hash: hashOf(text), isOwn } satisfies EditorText) };
}
