/** The compiled matcher with its index and the interpreter agree on the events of every capture. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { variantsOf } from '../../bench/generated-rules.ts';
import { FIELD_CATALOG } from '../../src/fields/catalog.ts';
import { compileMatcher } from '../../src/matcher/compile.ts';
import { interpretRules } from '../../src/matcher/interpreter.ts';
import { allRules, replayCapture } from './replayed.ts';
import { readShared, sharedMissing, sharedPath } from './shared.ts';

const FILES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
const OPTIONS = { matching: 'all', source: 'syscall' } as const;

/** Rules beside the published ones, which differ in the texts that they look for. */
const VARIANTS = 150;

/** Of a long capture, every so manieth event is put to the interpreter, which is slow. */
const LONG = 'busy-host.scap';
const STEP = 97;

const captures = sharedMissing
  ? []
  : readdirSync(sharedPath('captures')).filter((name) => name.endsWith('.scap'));

for (const capture of captures) {
  test(`the matcher agrees with the interpreter: ${capture}`, async (t) => {
    const published = allRules(FILES.map((name) => ({ name, text: readShared(`upstream-rules/${name}`) })));
    const rules = variantsOf({ rules: published }, published.length + VARIANTS);
    const compiled = compileMatcher({ rules }, FIELD_CATALOG, OPTIONS);
    const interpreted = interpretRules({ rules }, FIELD_CATALOG, OPTIONS);
    const step = capture === LONG ? STEP : 1;
    let events = 0;
    let compared = 0;
    let matches = 0;
    await replayCapture(sharedPath(`captures/${capture}`), (context) => {
      const found = compiled.match(context).map(({ name }) => name);
      matches += found.length;
      if (events++ % step !== 0 && found.length === 0) return;
      compared++;
      assert.deepEqual(
        found,
        interpreted.match(context).map(({ name }) => name),
        `event ${context.event.number}`,
      );
    });
    t.diagnostic(`${rules.length} rules, ${compared} of ${events} events compared, ${matches} matches`);
    assert.ok(events === 0 || compared > 0);
  });
}

test('captures are there to compare', { skip: sharedMissing }, () => {
  assert.ok(captures.length > 0);
});
