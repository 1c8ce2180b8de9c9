/** Routes about recordings, and trials of rules against them. */
import { DEFAULT_OUTPUT, type Trial } from '../authoring/trial-rules.ts';
import { isAuditLog } from '../engine/audit-replay.ts';
import { Refusal } from '../server/refusal.ts';
import { type ApiRequest, JsonLines, type Route } from '../server/route.ts';
import { fieldOf, optionalField, textOf } from './body-fields.ts';
import type { ConsoleParts } from './console.ts';
import { listRecordings, recordingPath } from './recordings.ts';

/** Name of a text of rules in messages. */
const TEXT_NAME = 'rules';
const AUDIT_OUTPUT = '%ka.verb %ka.target.resource %ka.target.name by %ka.user.name';

export function trialRoutes(parts: ConsoleParts): Route[] {
  const needs = 'recordings';
  return [
    {
      ...{ method: 'GET', path: '/api/recordings', needs },
      answer: () => listRecordings(parts.paths().recordings),
    },
    { method: 'POST', path: '/api/try', needs, answer: (request) => tryRules(request, parts) },
  ];
}

async function tryRules({ body, gone }: ApiRequest, parts: ConsoleParts): Promise<JsonLines> {
  const name = fieldOf(body, 'recording', 'string');
  const file = await recordingPath(parts.paths().recordings, name);
  if (file === undefined) throw new Refusal(404, 'there is no recording of this name');
  const isAudit = isAuditLog(file);
  const { ownRules } = parts.paths();
  const trial = trialOf(body, isAudit);
  // A condition may use the macros of the console's own file; a text takes its place.
  const others = parts.rulePaths().filter((path) => trial.kind === 'condition' || path !== ownRules);
  const settings = { trial, others, config: parts.config(), file };
  return new JsonLines(await parts.trials.start(settings, gone));
}

function trialOf(body: unknown, isAudit: boolean): Trial {
  const condition = optionalField(body, 'condition', 'string');
  const text = optionalField(body, 'text', 'string');
  if ((condition === undefined) === (text === undefined))
    throw new Refusal(400, 'give one of condition and text', { counted: 'malformed' });
  if (condition === undefined) {
    const rule = optionalField(body, 'rule', 'string');
    return { kind: 'file', file: { name: TEXT_NAME, text: textOf(body, 'text') }, rule };
  }
  return {
    kind: 'condition',
    text: textOf(body, 'condition'),
    output: isAudit ? AUDIT_OUTPUT : DEFAULT_OUTPUT,
    source: isAudit ? 'k8s_audit' : 'syscall',
  };
}
