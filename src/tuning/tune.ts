/** From a history of alerts to an override file that is known to do what it says. */
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { RuleEnvironment } from '../rules/environment.ts';
import type { ExceptionEntry } from '../rules/items/items.ts';
import { type LoadOutcome, loadRules, type Problem, type RuleFile } from '../rules/load.ts';
import { overrideFile, type PresentException } from './override-file.ts';
import { type Claims, type Difference, differences } from './proof.ts';
import type { LeftAlone, Proposal, Shape, Tuning } from './proposals.ts';

export interface TuneParts {
  /** The rules that raised the alerts, and what loading them gave. */
  readonly files: readonly RuleFile[];
  readonly outcome: LoadOutcome;
  readonly fields: FieldCatalog<Field>;
  readonly environment: (fields: FieldCatalog<Field>) => RuleEnvironment;
}

export interface Tuned {
  /** Those that were found to silence exactly their alerts. */
  readonly proposals: readonly Proposal[];
  /** Text of the override file; empty without proposals. */
  readonly override: string;
  readonly leftAlone: readonly LeftAlone[];
}

/** Name of the override file while it is checked. */
const NAME = 'override';

/** Proposes exceptions for what came at least `leastCount` times. Throws when the file that comes out does not load. */
export function tune(tuning: Tuning, leastCount: number, parts: TuneParts): Tuned {
  const known = parts.outcome.compiled.collection.rules;
  const leftAlone = [...tuning.leftAlone];
  const leave = ({ rule, count }: Proposal, reason: string): void =>
    void leftAlone.push({ rule, reason, count });
  const present = (rule: string): PresentException[] => presentExceptions(parts.outcome, rule);
  const all = tuning.proposals(1);
  const proven: Proposal[] = [];
  for (const [rule, own] of Map.groupBy(all, (proposal) => proposal.rule)) {
    const candidates = own.filter((proposal) => {
      const isEnough = proposal.count >= leastCount;
      const isKnown = known.get(rule)?.source === proposal.source;
      if (!isEnough) leave(proposal, `fewer than ${leastCount} of their kind`);
      else if (!isKnown) leave(proposal, 'the rule is not among those that are loaded');
      return isEnough && isKnown;
    });
    const wrong = (proposals: readonly Proposal[]): Difference[] =>
      differences(claimsOf(proposals, present, parts), othersOf(proposals, own));
    if (candidates.length === 0) continue;
    const culprits =
      wrong(candidates).length === 0
        ? new Map<Proposal, string>()
        : new Map(candidates.map((proposal) => [proposal, wrong([proposal])[0]?.what ?? '']));
    for (const proposal of candidates) {
      const what = culprits.get(proposal) ?? '';
      if (what === '') proven.push(proposal);
      else leave(proposal, `an exception was not possible: ${what}`);
    }
  }
  proven.sort((one, other) => other.count - one.count);
  const override = overrideFile(proven, present);
  failOnProblems(override, parts);
  return { proposals: proven, override, leftAlone: summed(leftAlone) };
}

function claimsOf(
  proposals: readonly Proposal[],
  present: Claims['present'],
  { files, fields, environment }: TuneParts,
): Claims {
  return {
    ...{ files, proposals, present, fields, environment },
    override: overrideFile(proposals, present, true),
  };
}

/** What no exception may silence: all that was seen of these rules beside the proposals' own alerts. */
function othersOf(proposals: readonly Proposal[], all: readonly Proposal[]): Map<string, Shape[]> {
  const others = new Map<string, Shape[]>();
  for (const proposal of all) {
    if (proposals.includes(proposal)) continue;
    others.set(proposal.rule, [...(others.get(proposal.rule) ?? []), ...proposal.shapes]);
  }
  return others;
}

function presentExceptions({ compiled }: LoadOutcome, rule: string): PresentException[] {
  const { exceptions = [] } = compiled.collection.rules.get(rule) ?? {};
  return exceptions.flatMap(({ name, fields, comps }) => {
    const names = textsOf(fields);
    const operators = comps === undefined ? names?.map(() => '=') : textsOf(comps);
    return names && operators ? [{ name, fields: names, operators }] : [];
  });
}

/** The texts of a list; `undefined` for anything else, such as the short form of an exception with one field. */
function textsOf(entry: ExceptionEntry): string[] | undefined {
  if (entry.kind !== 'list') return undefined;
  const texts = entry.items.map((item) => (item.kind === 'text' ? item.text.text : undefined));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

function failOnProblems(override: string, { files, environment, fields }: TuneParts): void {
  if (override === '') return;
  const { problems } = loadRules([...files, { name: NAME, text: override }], environment(fields));
  const [first]: (Problem | undefined)[] = problems.filter(({ location }) => location.file === NAME);
  if (first !== undefined)
    throw new Error(
      `the override file would not load, which is a fault in Lanner: line ${first.location.line}: ${first.message}`,
    );
}

function summed(entries: readonly LeftAlone[]): LeftAlone[] {
  const sums = new Map<string, LeftAlone>();
  for (const entry of entries) {
    const id = `${entry.rule}\0${entry.reason}`;
    sums.set(id, { ...entry, count: entry.count + (sums.get(id)?.count ?? 0) });
  }
  return [...sums.values()].sort((one, other) => other.count - one.count);
}
