/** A generated policy as YAML, with comments that tell which detection rule needs what. */
import type { GeneratedRule } from './generate.ts';
import type { Policy } from './policy.ts';

const WIDTH = 100;

export function policyText({ rules, omitStages, omitManagedFields }: Policy<GeneratedRule>): string {
  const names = new Set(rules.flatMap(({ detectionRules }) => detectionRules));
  const lines = [
    ...comment(
      `What ${names.size} detection ${names.size === 1 ? 'rule needs' : 'rules need'} of the audit log, and no ` +
        'more. The first rule that matches a request decides; what none matches is not recorded. Made by ' +
        '"lanner audit policy generate": make it anew when rules change.',
      '',
    ),
    'apiVersion: audit.k8s.io/v1',
    'kind: Policy',
    ...field('omitStages', omitStages, ''),
    ...(omitManagedFields ? ['omitManagedFields: true'] : []),
    'rules:',
    ...rules.flatMap(ruleLines),
  ];
  return `${lines.join('\n')}\n`;
}

function ruleLines(rule: GeneratedRule): string[] {
  const { detectionRules } = rule;
  const reason =
    detectionRules.length > 0
      ? `For: ${detectionRules.join('; ')}`
      : 'No detection rule needs these of what follows.';
  return [
    ...comment(reason, '  '),
    `  - level: ${rule.level}`,
    ...field('users', rule.users, '    '),
    ...field('userGroups', rule.userGroups, '    '),
    ...field('verbs', rule.verbs, '    '),
    ...resourceLines(rule),
    ...field('namespaces', rule.namespaces, '    '),
    ...field('nonResourceURLs', rule.nonResourceURLs, '    '),
    ...field('omitStages', rule.omitStages, '    '),
  ];
}

function resourceLines({ resources }: GeneratedRule): string[] {
  if (resources.length === 0) return [];
  const lines = resources.flatMap((entry) => [
    `      - group: ${JSON.stringify(entry.group)}`,
    ...field('resources', entry.resources, '        '),
    ...field('resourceNames', entry.resourceNames, '        '),
  ]);
  return ['    resources:', ...lines];
}

/** A list on one line, or one item a line where that is too long. */
function field(name: string, values: readonly string[], indent: string): string[] {
  if (values.length === 0) return [];
  const items = values.map((value) => JSON.stringify(value));
  const line = `${indent}${name}: [${items.join(', ')}]`;
  return line.length <= WIDTH
    ? [line]
    : [`${indent}${name}:`, ...items.map((item) => `${indent}  - ${item}`)];
}

/** Words in lines of a comment; names may hold anything but must not end the line. */
function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + 2 + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((each) => `${indent}# ${each}`);
}
