/**
 * How many events a second a replay judges:
 *
 *     node bench/replay.ts CAPTURE RULES…
 *
 * All rules of the files are on, under `rule_matching: all`. The first run includes what the JavaScript engine
 * needs to warm up, as `lanner replay` does; the best of the others is what a long capture comes to. Loading of
 * rules is measured apart. Times are of the wall clock: run it on a machine that has nothing else to do.
 */

import { readFileSync } from 'node:fs';
import { AlertMaker } from '../src/alerts/alert-maker.ts';
import { DEFAULT_FORMAT, formatJson } from '../src/alerts/format.ts';
import { openCapturedSystem } from '../src/engine/captured-system.ts';
import { ruleEnvironment } from '../src/engine/rule-environment.ts';
import { FIELD_CATALOG } from '../src/fields/catalog.ts';
import { compileMatcher, type Matcher } from '../src/matcher/compile.ts';
import { loadRules } from '../src/rules/load.ts';
import { openCapture } from '../src/sources/capture/source.ts';

const RUNS = 5;

function loadMatcher(paths: readonly string[]): Matcher {
  const files = paths.map((name) => ({ name, text: readFileSync(name, 'utf8') }));
  const { ruleSet } = loadRules(files, ruleEnvironment());
  const rules = ruleSet.rules.map((rule) => ({ ...rule, enabled: true }));
  console.log(`${rules.length} rules`);
  return compileMatcher({ rules }, FIELD_CATALOG, { matching: 'all', source: 'syscall' });
}

/** Events, alerts and milliseconds of one replay. */
async function replayOnce(
  path: string,
  matcher: Matcher,
): Promise<{ events: number; alerts: number; ms: number }> {
  const start = performance.now();
  const maker = new AlertMaker(FIELD_CATALOG);
  const capture = await openCapture(path);
  const { system, state, notice } = openCapturedSystem({ recording: capture.recording });
  let events = 0;
  let alerts = 0;
  await capture.run((event) => {
    notice(event);
    const context = system.learn(event);
    if (!event.stateOnly) {
      events++;
      for (const rule of matcher.match(context)) {
        formatJson(maker.make(rule, context), DEFAULT_FORMAT);
        alerts++;
      }
    }
    system.settle();
  }, state);
  capture.close();
  return { events, alerts, ms: performance.now() - start };
}

const [path = '', ...rules] = process.argv.slice(2);
const loadStart = performance.now();
const matcher = loadMatcher(rules);
const loadMs = performance.now() - loadStart;
const runs = [];
for (let run = 0; run < RUNS; run++) runs.push(await replayOnce(path, matcher));
const rate = (events: number, ms: number) =>
  `${Math.round((events / ms) * 1000).toLocaleString('en-US')} events/s`;
const [first, ...others] = runs;
if (first) {
  console.log(
    `${first.events} events, ${first.alerts} alerts; rules loaded and compiled in ${Math.round(loadMs)} ms`,
  );
  console.log(
    `first run: ${rate(first.events, first.ms)}, with loading of rules ${rate(first.events, first.ms + loadMs)}`,
  );
  console.log(
    `best of the next ${others.length}: ${rate(first.events, Math.min(...others.map(({ ms }) => ms)))}`,
  );
}
