/** Converted rules as a rule file. */
import { MACROS } from './log-sources.ts';

export interface WrittenRule {
  readonly name: string;
  readonly description: string;
  readonly output: string;
  readonly priority: string;
  readonly tags: readonly string[];
  /** Words of the condition, between which lines may be broken. */
  readonly condition: readonly string[];
  /** Whose rule it is, where it comes from, what is known of it: one line each. */
  readonly remarks: readonly string[];
}

/** First line of every file, by which one that may be replaced is known. */
export const HEADING = '# Rules that "lanner import sigma" has converted from Sigma.';

const NOTICE = [
  "Change Sigma's rules, not this file, and convert again. Each rule keeps the name of its author, here and in its " +
    'alerts: the Detection Rule License, under which the rules of SigmaHQ are, wants both ' +
    '(https://github.com/SigmaHQ/Detection-Rule-License).',
  'An event raises the alert of the first rule that matches; with "rule_matching: all" in the configuration, that ' +
    'of each.',
];

const WIDTH = 106;

/** The file, with the macros that its rules use. */
export function ruleFile(rules: readonly WrittenRule[]): string {
  const macros = usedMacros(rules.flatMap(({ condition }) => condition));
  const head = [HEADING, ...NOTICE.flatMap((text) => ['#', ...wrapped(text.split(' '), '# ', '# ')])];
  const items = [...macros.map(macroText), ...rules.map(ruleText)];
  return `${[head.join('\n'), ...items].join('\n\n')}\n`;
}

/** Names of macros among words, and of those that these use, in the order of the table. */
function usedMacros(words: readonly string[]): string[] {
  const used = new Set<string>();
  const visit = (text: string): void => {
    for (const [name] of text.matchAll(/\bsigma_\w+/g)) {
      const condition = MACROS[name];
      if (condition === undefined || used.has(name)) continue;
      used.add(name);
      visit(condition);
    }
  };
  // What stands in quotes is a value.
  for (const word of words) if (!word.includes('"')) visit(word);
  return Object.keys(MACROS).filter((name) => used.has(name));
}

function macroText(name: string): string {
  return [`- macro: ${name}`, ...folded('condition', `(${MACROS[name]})`.split(' '))].join('\n');
}

/** One rule as an item of a file. */
export function ruleText(rule: WrittenRule): string {
  const { name, description, output, priority, tags, condition, remarks } = rule;
  return [
    ...remarks.flatMap((remark) => wrapped(remark.split(' '), '# ', '#   ')),
    `- rule: ${JSON.stringify(name)}`,
    ...folded('desc', description.split(' ')),
    ...folded('condition', condition),
    ...folded('output', output.split(' ')),
    `  priority: ${priority}`,
    `  tags: [${tags.map(tagText).join(', ')}]`,
  ].join('\n');
}

function tagText(tag: string): string {
  return /^[A-Za-z][\w.-]*$/.test(tag) ? tag : JSON.stringify(tag);
}

/** A key with a text over several lines, which YAML joins by blanks. */
function folded(key: string, words: readonly string[]): string[] {
  return [`  ${key}: >-`, ...wrapped(words.filter(Boolean), '    ', '    ')];
}

function wrapped(words: readonly string[], first: string, following: string): string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = following;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

/** The macros alone, for looking at one rule. */
export function macrosOf(rule: WrittenRule): string {
  return usedMacros(rule.condition).map(macroText).join('\n\n');
}
