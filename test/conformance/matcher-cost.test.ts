/**
 * Guards what the index saves, by counting: how many events need no rule at all, and how many rules are evaluated.
 * Time is measured by `npm run bench` and never decides a test.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { variantsOf } from '../../bench/generated-rules.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import { compileMatcher } from '../../src/matcher/compile.ts';
import type { MatcherProfile } from '../../src/matcher/profile.ts';
import type { CheckedRule } from '../../src/rules/checked.ts';
import { allRules, replayCapture } from './replayed.ts';
import { readShared, sharedMissing, sharedPath } from './shared.ts';

const FILES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];

async function profileOf(rules: readonly CheckedRule[]): Promise<MatcherProfile> {
  const matcher = compileMatcher({ rules }, FIELD_CATALOG, { matching: 'all', source: 'syscall' });
  await replayCapture(sharedPath('captures/busy-host.scap'), (context) => matcher.match(context));
  return matcher.profile;
}

/** Most that may be evaluated per event; measured were 0.21 and 0.11. */
const MOST = [
  [93, 0.26],
  [1000, 0.16],
] as const;

for (const [count, most] of MOST) {
  test(`few of ${count} rules are evaluated`, { skip: sharedMissing }, async (t) => {
    const published = allRules(FILES.map((name) => ({ name, text: readShared(`upstream-rules/${name}`) })));
    const { events, settled, rules } = await profileOf(variantsOf({ rules: published }, count));
    const perEvent = rules.reduce((sum, { evaluations }) => sum + evaluations, 0) / events;
    const settledShare = settled / events;
    t.diagnostic(
      `${perEvent.toFixed(3)} rules per event, ${(100 * settledShare).toFixed(1)} % of events need none`,
    );
    assert.ok(perEvent < most, `${perEvent} rules were evaluated per event`);
    assert.ok(settledShare > 0.87, `${settledShare} of the events needed no rule`);
  });
}
