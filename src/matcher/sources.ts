/** Asks each event only the rules of the source that it comes from. */
import type { Field, FieldCatalog } from '../fields/field.ts';
import type { CheckedRuleSet } from '../rules/checked.ts';
import type { MatcherOptions } from './compile.ts';
import { compileNamingMatcher, type NamingMatcher } from './other-names.ts';
import type { MatcherProfile } from './profile.ts';
import type { Steps } from './steps.ts';

export interface SourcesOptions extends Pick<MatcherOptions, 'matching' | 'asFalco'> {
  /** Names of the sources whose rules are compiled; events of others match nothing. */
  readonly sources: readonly string[];
  /** Codes of events that are about to come. */
  readonly expected?: Iterable<number>;
}

/** Compiles the enabled rules of some sources, those of each on their own. */
export function* compileSources(
  ruleSet: CheckedRuleSet,
  catalog: FieldCatalog<Field>,
  { sources, expected = [], ...options }: SourcesOptions,
): Steps<NamingMatcher> {
  const matchers: [string, NamingMatcher][] = [];
  for (const source of sources) {
    const matcher = yield* compileNamingMatcher(ruleSet, catalog, { ...options, source }, expected);
    matchers.push([source, matcher]);
  }
  const [only] = matchers;
  // With one source nobody else's events come.
  if (only !== undefined && matchers.length === 1) return only[1];
  const bySource = new Map(matchers);
  return {
    match: (context, found) => bySource.get(context.source ?? 'syscall')?.match(context, found),
    get profile() {
      return sumOf(matchers.flatMap(([, { profile }]) => profile ?? []));
    },
    get met() {
      return new Set(matchers.flatMap(([, { met = [] }]) => [...met]));
    },
  };
}

function sumOf(profiles: readonly MatcherProfile[]): MatcherProfile {
  return {
    events: profiles.reduce((sum, { events }) => sum + events, 0),
    settled: profiles.reduce((sum, { settled }) => sum + settled, 0),
    rules: profiles.flatMap(({ rules }) => rules).sort((one, other) => other.milliseconds - one.milliseconds),
  };
}
