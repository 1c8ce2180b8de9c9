/** The page of Lanner's own rules, from the rule files. */
import { join, relative, resolve } from 'node:path';
import { loadConfigOf } from '../../src/cli/options.ts';
import { loadRuleFiles, ruleFilePaths } from '../../src/engine/rule-files.ts';
import type { CheckedRule } from '../../src/rules/checked.ts';
import { isError } from '../../src/rules/load.ts';
import { code, plain } from './table.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');
const FOLDERS = ['rules', 'rules/kubernetes'];

export function rulesReference(): string {
  const { config } = loadConfigOf({ c: '' });
  const paths = ruleFilePaths(
    FOLDERS.map((folder) => join(ROOT, folder)),
    config,
    () => {},
  );
  const { ruleSet, problems } = loadRuleFiles(paths, config);
  const problem = problems.find(isError);
  if (problem) throw new Error(`the default rules have an error: ${problem.message}`);
  const files = Map.groupBy(ruleSet.rules, ({ location }) => relative(ROOT, resolve(location.file)));
  return [
    '# Every default rule',
    `${ruleSet.rules.length} rules, with their descriptions and where they are. [Default rules](rules.md) says what each cannot see, and what legitimate behaviour looks the same.`,
    ...[...files].flatMap(([file, rules]) => [
      `## ${file}`,
      `[The file](../${file})`,
      ...rules.map((rule) => ruleText(rule, file)),
    ]),
  ].join('\n\n');
}

function ruleText(
  { name, description, priority, source, tags, enabled, location }: CheckedRule,
  file: string,
): string {
  const facts = [
    `**${priority}**`,
    code(source),
    ...(enabled ? [] : ['not enabled by default']),
    tags.map(code).join(' '),
    `[source, line ${location.line}](../${file}#L${location.line})`,
  ];
  return `### ${plain(name)}\n\n${plain(description.replace(/\s+/g, ' ').trim())}\n\n${facts.join(' · ')}`;
}
