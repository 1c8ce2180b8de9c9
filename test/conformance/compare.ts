/**
 * Compares the replay of any capture with what real Falco said of it:
 *
 *     node test/conformance/compare.ts fields CAPTURE GOLDEN
 *     node test/conformance/compare.ts conditions CAPTURE RULES EXPECTED [NAME]
 *     node test/conformance/compare.ts alerts CAPTURE GOLDEN RULES…
 *
 * GOLDEN has one JSON alert a line, as Falco writes them with `json_output`; a name ending in `.gz` is
 * uncompressed. For `fields` it is made with a rule that matches every event and whose output names the
 * fields to compare, `evt.num` among them. EXPECTED is a JSON object with the number of matches for each
 * rule of the file RULES, or an object of such objects by name of the capture, which is then NAME or the
 * capture's file name without its ending. For `alerts`, lines are compared in order, as text, with
 * `rule_matching: all` and ISO 8601 times; the host's name is left out.
 *
 * Prints percentages and every deviation, grouped. The exit code is 1 when something differs.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { compareFields, describeDeviations } from './field-comparison.ts';
import { alertLines, allRules, countMatches, type RuleText } from './replayed.ts';

function readText(path: string): string {
  const bytes = readFileSync(path);
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

function readLines(path: string): string[] {
  return readText(path)
    .split('\n')
    .filter((line) => line !== '');
}

function ruleText(path: string): RuleText {
  return { name: path, text: readText(path) };
}

function percentage(equal: number, compared: number): string {
  return `${equal} of ${compared} equal (${((100 * equal) / Math.max(compared, 1)).toFixed(4)} %)`;
}

/** Each of these returns how many values differ. */
async function compareAllFields(capture: string, golden: string): Promise<number> {
  const { fields, deviations, events } = await compareFields(capture, readLines(golden));
  let compared = 0;
  let equal = 0;
  for (const [field, count] of [...fields].sort()) {
    compared += count.compared;
    equal += count.equal;
    if (count.equal < count.compared) console.log(`${field}: ${percentage(count.equal, count.compared)}`);
  }
  for (const line of describeDeviations(deviations)) console.log(line);
  console.log(`${events} events; ${percentage(equal, compared)}`);
  return deviations.length;
}

async function compareConditions(
  capture: string,
  rulesFile: string,
  expectedFile: string,
  name = basename(capture).replace(/\.[^.]*$/, ''),
): Promise<number> {
  const parsed = JSON.parse(readText(expectedFile));
  const expected: Readonly<Record<string, number>> = typeof parsed[name] === 'object' ? parsed[name] : parsed;
  const counts = await countMatches(capture, allRules([ruleText(rulesFile)]));
  let different = 0;
  for (const [rule, wanted] of Object.entries(expected)) {
    if (counts.get(rule) === wanted) continue;
    different++;
    console.log(`${rule}: ${counts.get(rule)} matches, Falco ${wanted}`);
  }
  const compared = Object.keys(expected).length;
  console.log(percentage(compared - different, compared));
  return different;
}

async function compareAlerts(capture: string, goldenFile: string, ...rules: string[]): Promise<number> {
  const withoutHost = (line: string) => JSON.stringify({ ...JSON.parse(line), hostname: '' });
  const golden = readLines(goldenFile).map(withoutHost);
  const lines = (await alertLines(capture, allRules(rules.map(ruleText)))).map(withoutHost);
  let different = 0;
  for (let index = 0; index < Math.max(lines.length, golden.length); index++) {
    if (lines[index] === golden[index]) continue;
    different++;
    console.log(`- ${golden[index] ?? '(none)'}\n+ ${lines[index] ?? '(none)'}`);
  }
  console.log(percentage(golden.length - Math.min(different, golden.length), golden.length));
  return different;
}

const [what, ...args] = process.argv.slice(2);
const [first = '', second = '', third = '', fourth] = args;
const commands: Readonly<Record<string, () => Promise<number>>> = {
  fields: () => compareAllFields(first, second),
  conditions: () => compareConditions(first, second, third, fourth),
  alerts: () => compareAlerts(first, second, ...args.slice(2)),
};
const command = commands[what ?? ''];
if (!command || args.length < 2) {
  console.error('usage: compare.ts fields|conditions|alerts CAPTURE …; see the head of the file');
  process.exitCode = 2;
} else {
  process.exitCode = (await command()) > 0 ? 1 : 0;
}
