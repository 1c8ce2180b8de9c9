/** Secrets that end up in the audit log: who can read it can then read them. */
import { firstOf } from './describe-requests.ts';
import type { AuditNeed } from './needs.ts';
import { partition } from './partition.ts';
import { isLevelAtLeast, type Level, type Policy, type WrittenRule } from './policy.ts';
import type { PolicyProblem } from './problem.ts';
import { EVERY_RESOURCE, intersectAll, isWithin, type RequestBox } from './request-set.ts';
import { allBut, only } from './text-set.ts';

interface Sensitive {
  readonly name: string;
  readonly box: RequestBox;
  /** From this level on the contents are recorded. */
  readonly level: Level;
}

/** Requests with these verbs have no body that tells anything. */
const WITHOUT_BODY = ['get', 'list', 'watch', 'delete', 'deletecollection'];

/** What is sensitive, and the level from which on it is recorded: with requests that write it, and with all answers. */
const SENSITIVE: readonly Sensitive[] = [
  ...[
    ['', 'secrets'],
    ['', 'configmaps'],
    ['authentication.k8s.io', 'tokenreviews'],
  ].flatMap(([group = '', resource = '']): Sensitive[] => {
    const box = {
      ...EVERY_RESOURCE,
      group: only([group]),
      resource: only([resource]),
      subresource: only(['']),
    };
    const writing = { ...box, verb: allBut(WITHOUT_BODY) };
    const reading = { ...box, verb: only(['get', 'list', 'watch']) };
    return [
      { name: resource, box: writing, level: 'Request' },
      { name: resource, box: reading, level: 'RequestResponse' },
    ];
  }),
  {
    name: 'serviceaccounts/token',
    // The request says what the token is for; the answer is the token.
    level: 'RequestResponse',
    box: {
      ...EVERY_RESOURCE,
      group: only(['']),
      resource: only(['serviceaccounts']),
      subresource: only(['token']),
      verb: only(['create']),
    },
  },
];

/** One problem for each rule that records secrets; a note where detection rules ask for it. */
export function recordedSecrets(policy: Policy<WrittenRule>, needs: readonly AuditNeed[]): PolicyProblem[] {
  const found = new Map<
    WrittenRule,
    { readonly warned: Set<string>; readonly asked: Map<string, Set<string>> }
  >();
  const unknown: PolicyProblem[] = [];
  for (const sensitive of SENSITIVE) {
    const shares = partition(policy, [sensitive.box]);
    if (shares === undefined) unknown.push(tooTangled(policy, sensitive.name));
    for (const { rule, boxes } of shares ?? []) {
      if (rule === undefined || !isLevelAtLeast(rule.level, sensitive.level)) continue;
      const entry = found.get(rule) ?? { warned: new Set(), asked: new Map() };
      found.set(rule, entry);
      const asking = needs.filter(
        (need) =>
          isLevelAtLeast(need.outputLevel, sensitive.level) && intersectAll(boxes, [need.box]).length > 0,
      );
      const isAskedFor = isWithin(
        boxes,
        asking.map(({ box }) => box),
      );
      if (isAskedFor) entry.asked.set(sensitive.name, new Set(asking.map(({ rule: name }) => name)));
      else entry.warned.add(sensitive.name);
    }
  }
  const told = [...found].flatMap(([rule, { warned, asked }]) => [
    ...(warned.size > 0 ? [warning(rule, [...warned])] : []),
    ...[...asked].map(([name, rules]) => note(rule, name, [...rules])),
  ]);
  return [...told, ...unknown];
}

function tooTangled({ rules }: Policy<WrittenRule>, name: string): PolicyProblem {
  const message = `the policy's rules overlap in so many ways that it is not known whether it records ${name}`;
  return {
    severity: 'note',
    code: 'too-tangled',
    message,
    place: rules.at(-1)?.locate([]) ?? { origin: '' },
  };
}

function warning(rule: WrittenRule, names: readonly string[]): PolicyProblem {
  const message =
    `this records the contents of ${names.join(', ')} (level ${rule.level}): whoever can read the audit log can ` +
    'read them; put a rule with level Metadata for them before this one';
  return { severity: 'warning', code: 'records-secrets', message, place: rule.locate(['level']) };
}

function note(rule: WrittenRule, name: string, detectionRules: readonly string[]): PolicyProblem {
  const message = `this records the contents of ${name}, which detection needs: ${firstOf(detectionRules)}`;
  return {
    severity: 'note',
    code: 'records-secrets',
    message,
    place: rule.locate(['level']),
    detectionRules,
  };
}
