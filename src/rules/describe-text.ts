/** `-L` and `-l` as text: a table of names and descriptions, in Falco's layout. */
import type { RuleDescription } from './describe.ts';

const NAME_WIDTH = 50;
const LINE_WIDTH = 110;

export function describeAsText(rules: readonly RuleDescription[]): string {
  const rows = rules.map(({ info }) => row(info.name, `${wrap(info.description)}\n`));
  return [row('Rule', 'Description'), row('----', '-----------'), ...rows].join('\n');
}

function row(name: string, text: string): string {
  return `${name.padEnd(NAME_WIDTH)} ${text}`;
}

/** Words in lines that leave the column of names free; each word has a blank behind it. */
function wrap(text: string): string {
  const indent = NAME_WIDTH + 1;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    if (line.length + word.length + 1 > LINE_WIDTH - indent && (line !== '' || lines.length === 0)) {
      lines.push(line);
      line = '';
    }
    line += `${word} `;
  }
  lines.push(line);
  return lines.join(`\n${' '.repeat(indent)}`);
}
