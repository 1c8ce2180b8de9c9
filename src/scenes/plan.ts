/** Steps in the form in which the actor reads them, see scenes/actor/actor.c. */
import type { Performance, Step } from './steps.ts';

const PART = '\x1d';
const STEP = '\x1e';
const WORD = '\x1f';

/** Environment of the actor that plays the first part of `steps`. */
export function planOf(steps: readonly Step[]): Record<string, string> {
  const parts: string[] = [];
  addPart(steps, parts);
  return { LANNER_SCENE: parts.join(PART), LANNER_PART: '0' };
}

/** Paths of the programs that have to be there for `steps`. */
export function programsOf(steps: readonly Step[]): Set<string> {
  const paths = new Set<string>();
  for (const step of steps) {
    if (step.kind === 'act') continue;
    if (!step.isMade) paths.add(step.path);
    for (const path of programsOf(step.does)) paths.add(path);
  }
  return paths;
}

/** Host names to which `steps` connect. */
export function hostNamesOf(steps: readonly Step[]): Set<string> {
  const names = new Set<string>();
  for (const step of steps) {
    if (step.kind !== 'act') for (const name of hostNamesOf(step.does)) names.add(name);
    else if (step.hostName !== undefined) names.add(step.hostName);
  }
  return names;
}

/** The same steps with addresses in the place of host names. */
export function withAddresses(steps: readonly Step[], addresses: ReadonlyMap<string, string>): Step[] {
  return steps.map((step) => {
    if (step.kind !== 'act') return { ...step, does: withAddresses(step.does, addresses) };
    return {
      ...step,
      words: step.words.map((word) => (word === step.hostName && addresses.get(word)) || word),
    };
  });
}

/** The part's number. */
function addPart(steps: readonly Step[], parts: string[]): number {
  const number = parts.push('') - 1;
  parts[number] = steps.map((step) => wordsOf(step, parts).map(checked).join(WORD)).join(STEP);
  return number;
}

function wordsOf(step: Step, parts: string[]): readonly string[] {
  if (step.kind === 'act') return step.words;
  const part = String(addPart(step.does, parts));
  if (step.kind === 'run-from-memory' || step.kind === 'run-deleted')
    return [step.kind, part, step.path, ...step.arguments];
  const settings = settingsOf(step);
  return [step.kind, part, step.path, String(settings.length), ...settings, ...step.arguments];
}

function settingsOf({ environment }: Performance): string[] {
  return Object.entries(environment).map(([name, value]) => `${name}=${value}`);
}

function checked(word: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the separators.
  if (/[\0\x1d-\x1f]/.test(word)) throw new Error(`a step cannot have ${JSON.stringify(word)} as a word`);
  return word;
}
