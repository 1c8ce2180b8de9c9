/** Routes about rules: what they are, what they do, and changes of the console's own file. */

import { ruleEnvironment } from '../engine/rule-environment.ts';
import { configuredFields } from '../engine/rule-options.ts';
import { vocabularyOf } from '../language/vocabulary.ts';
import type { EditorFile, EditorFiles, EditorText } from '../server/api-types.ts';
import { Refusal } from '../server/refusal.ts';
import { type ApiRequest, JsonText, type Route } from '../server/route.ts';
import { fieldOf, textOf } from './body-fields.ts';
import type { ConsoleParts } from './console.ts';
import { costsOf, type RuleCounts } from './rule-counts.ts';

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

async function listRules(parts: ConsoleParts): Promise<JsonText> {
  return new JsonText(await parts.rules.ask<string>({ kind: 'rules', counts: await countsOf(parts) }));
}

async function ruleDetail({ name }: ApiRequest, parts: ConsoleParts): Promise<JsonText> {
  const counts = await countsOf(parts, name);
  const rule = await parts.rules.ask<string | undefined>({ kind: 'rule', name, counts });
  if (rule === undefined) throw new Refusal(404, 'there is no rule of this name');
  return new JsonText(rule);
}

async function attack(parts: ConsoleParts): Promise<JsonText> {
  return new JsonText(await parts.rules.ask<string>({ kind: 'attack', fired: await firedRules(parts) }));
}

/** Of all rules, or of one. */
async function countsOf(parts: ConsoleParts, only?: string): Promise<RuleCounts> {
  const fired = await firedRules(parts);
  const profile = parts.live?.profile();
  return { fired, costs: profile && costsOf(profile, only) };
}

/** Of the store; `undefined` without one, or when it cannot be read: rules are worth showing without. */
async function firedRules({ search, noStore }: ConsoleParts): Promise<string | undefined> {
  if (noStore() !== undefined) return undefined;
  return search.ask<string>({ kind: 'fired' }).catch((error) => {
    if (error instanceof Refusal) return undefined;
    throw error;
  });
}

async function listFiles(parts: ConsoleParts): Promise<EditorFiles> {
  const files = await parts.rules.ask<readonly Omit<EditorFile, 'isWritable'>[]>({ kind: 'files' });
  const mayWrite = parts.features().editing.available;
  return { files: files.map((file) => ({ ...file, isWritable: file.isOwn && mayWrite })) };
}

async function fileText({ query }: ApiRequest, { rules, file: own }: ConsoleParts): Promise<object> {
  const name = query.get('name');
  if (name === null) throw new Refusal(400, 'name: give the name of a file', { counted: 'malformed' });
  const file = await rules.ask<{ isOwn: boolean; json: string } | undefined>({ kind: 'file', name });
  if (file === undefined) throw new Refusal(404, 'this file is none of those that rules are loaded from');
  if (!file.isOwn) return new JsonText(file.json);
  const { text, hash } = await own.read();
  return { name, text, hash, isOwn: true } satisfies EditorText;
}

function changesOf({ changes }: ConsoleParts): NonNullable<ConsoleParts['changes']> {
  if (changes === undefined) throw new Refusal(503, 'Lanner is not running here');
  return changes;
}
