/** Routes about rules: what they are, what they do, and changes of the console's own file. */

import { ruleEnvironment } from '../engine/rule-environment.ts';
import { configuredFields } from '../engine/rule-options.ts';
import { vocabularyOf } from '../language/vocabulary.ts';
import type { MatcherProfile } from '../matcher/profile.ts';
import type {
  EditorFile,
  EditorFiles,
  EditorText,
  RuleDetail,
  RuleItem,
  Rules,
} from '../server/api-types.ts';
import { Refusal } from '../server/refusal.ts';
import type { ApiRequest, Route } from '../server/route.ts';
import { attackMatrix } from './attack.ts';
import { fieldOf, textOf } from './body-fields.ts';
import type { ConsoleParts } from './console.ts';
import type { KnownRule, KnownRuleDetail, TaggedRule } from './rule-answers.ts';
import { hashOf } from './rules-file.ts';
import type { Fired } from './search.ts';

/** Rules that are listed. */
const MOST_RULES = 10_000;

export function ruleRoutes(parts: ConsoleParts): Route[] {
  const needs = 'rules';
  return [
    { method: 'GET', path: '/api/rules', needs, answer: () => listRules(parts) },
    { method: 'GET', path: '/api/rules/*', needs, answer: (request) => ruleDetail(request, parts) },
    {
      ...{ method: 'POST', path: '/api/rules/*/enabled', needs: 'editing' },
      answer: ({ name, body }) => changesOf(parts).setEnabled(name, fieldOf(body, 'enabled', 'boolean')),
    },
    { method: 'GET', path: '/api/editor/files', needs, answer: () => listFiles(parts) },
    { method: 'GET', path: '/api/editor/file', needs, answer: (request) => fileText(request, parts) },
    {
      ...{ method: 'PUT', path: '/api/editor/file', needs: 'editing' },
      answer: ({ body }) => changesOf(parts).write(textOf(body, 'text'), fieldOf(body, 'hash', 'string')),
    },
    {
      ...{ method: 'POST', path: '/api/validate', needs },
      answer: ({ body }) => parts.rules.ask({ kind: 'validate', text: textOf(body, 'text') }),
    },
    {
      ...{ method: 'GET', path: '/api/editor/vocabulary', needs },
      answer: async () => vocabularyOf(ruleEnvironment(configuredFields(parts.config()))),
    },
    { method: 'GET', path: '/api/attack', needs, answer: () => attack(parts) },
  ];
}

async function listRules(parts: ConsoleParts): Promise<Rules> {
  const [{ rules, loaded }, fired] = await Promise.all([
    parts.rules.ask<{ rules: readonly KnownRule[]; loaded: number }>({ kind: 'rules' }),
    firedRules(parts),
  ]);
  const profile = parts.live?.profile();
  const counted = counter(fired, profile);
  return {
    rules: rules.slice(0, MOST_RULES).map((rule) => ({ ...rule, ...counted(rule.name) })),
    others: Math.max(0, rules.length - MOST_RULES),
    loaded,
    cost:
      profile === undefined
        ? null
        : { events: profile.events, settled: profile.settled, milliseconds: timeOf(profile) },
  };
}

async function ruleDetail({ name }: ApiRequest, parts: ConsoleParts): Promise<RuleDetail> {
  const [rule, fired] = await Promise.all([
    parts.rules.ask<KnownRuleDetail | undefined>({ kind: 'rule', name }),
    firedRules(parts),
  ]);
  if (rule === undefined) throw new Refusal(404, 'there is no rule of this name');
  return { ...rule, ...counter(fired, parts.live?.profile())(name) };
}

async function attack(parts: ConsoleParts): Promise<object> {
  const [rules, fired] = await Promise.all([
    parts.rules.ask<readonly TaggedRule[]>({ kind: 'tagged' }),
    firedRules(parts),
  ]);
  return attackMatrix(rules, fired);
}

/** Of the store; `undefined` without one, or when it cannot be read: rules are worth showing without. */
async function firedRules({ search, noStore }: ConsoleParts): Promise<readonly Fired[] | undefined> {
  if (noStore() !== undefined) return undefined;
  return search.ask<readonly Fired[]>({ kind: 'fired' }).catch((error) => {
    if (error instanceof Refusal) return undefined;
    throw error;
  });
}

/** What is counted of a rule. */
function counter(
  fired: readonly Fired[] | undefined,
  profile: MatcherProfile | undefined,
): (name: string) => Pick<RuleItem, 'fired' | 'cost'> {
  const firedOf = new Map(fired?.map((each) => [each.name, each]));
  const costOf = new Map(profile?.rules.map((each) => [each.rule.name, each]));
  const total = profile === undefined ? 0 : timeOf(profile);
  return (name) => {
    const { day = 0, all = 0, last = null } = firedOf.get(name) ?? {};
    const { evaluations = 0, matches = 0, milliseconds = 0 } = costOf.get(name) ?? {};
    return {
      fired: fired === undefined ? null : { day, all, last },
      cost:
        profile === undefined
          ? null
          : { evaluations, matches, milliseconds, share: total === 0 ? 0 : milliseconds / total },
    };
  };
}

function timeOf({ rules }: MatcherProfile): number {
  return rules.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
}

async function listFiles(parts: ConsoleParts): Promise<EditorFiles> {
  const files = await parts.rules.ask<readonly Omit<EditorFile, 'isWritable'>[]>({ kind: 'files' });
  const mayWrite = parts.features().editing.available;
  return { files: files.map((file) => ({ ...file, isWritable: file.isOwn && mayWrite })) };
}

async function fileText({ query }: ApiRequest, { rules, file: own }: ConsoleParts): Promise<EditorText> {
  const name = query.get('name');
  if (name === null) throw new Refusal(400, 'name: give the name of a file', { counted: 'malformed' });
  const file = await rules.ask<{ text: string; isOwn: boolean } | undefined>({ kind: 'file', name });
  if (file === undefined) throw new Refusal(404, 'this file is none of those that rules are loaded from');
  if (file.isOwn) {
    const { text, hash } = own.read();
    return { name, text, hash, isOwn: true };
  }
  return { name, text: file.text, hash: hashOf(file.text), isOwn: false };
}

function changesOf({ changes }: ConsoleParts): NonNullable<ConsoleParts['changes']> {
  if (changes === undefined) throw new Refusal(503, 'Lanner is not running here');
  return changes;
}
