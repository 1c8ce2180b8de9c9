/** `-L` and `-l RULE`: what the loaded rules are. */

import { describeRule, describeRules } from '../rules/describe.ts';
import type { LoadOutcome } from '../rules/load.ts';
import { nearest } from '../rules/suggest.ts';
import { fail } from './fail.ts';
import { printLine } from './print.ts';

/** Columns of the text form: where the description begins and where it ends. */
const DESCRIPTION_COLUMN = 51;
const LAST_COLUMN = 110;

/** Prints one rule, or all of them, as text or as Falco's JSON. */
export function printDescription({ compiled }: LoadOutcome, name: string | undefined, json: boolean): void {
  if (name === undefined) {
    const description = describeRules(compiled);
    if (json) printLine(JSON.stringify(description));
    else printTable(description.rules);
    return;
  }
  const rule = describeRule(compiled, name);
  if (rule === undefined) {
    const suggestion = nearest(
      name,
      compiled.rules.map((compiledRule) => compiledRule.entry.name),
    );
    fail(`there is no rule "${name}"${suggestion === undefined ? '' : `; did you mean "${suggestion}"?`}`);
  }
  if (json) printLine(JSON.stringify({ rules: [rule] }));
  else printTable([rule]);
}

function printTable(rules: readonly { info: { name: string; description: string } }[]): void {
  const rows = [
    { name: 'Rule', description: 'Description' },
    { name: '----', description: '-----------' },
  ];
  for (const { name, description } of [...rows, ...rules.map(({ info }) => info)]) {
    printLine(`${name.padEnd(DESCRIPTION_COLUMN - 1)} ${wrap(description)}`);
    if (name !== 'Rule' && name !== '----') printLine('');
  }
}

/** Breaks text between words so that it fits its column. */
function wrap(text: string): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((entry) => entry !== '')) {
    if (line !== '' && line.length + 1 + word.length > LAST_COLUMN - DESCRIPTION_COLUMN) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].join(`\n${' '.repeat(DESCRIPTION_COLUMN)}`);
}
