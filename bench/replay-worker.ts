/**
 * One measurement of the replay loop, in a process of its own, printed as JSON:
 *
 *     node bench/replay-worker.ts CAPTURE COUNT RUNS RULES…
 *
 * All rules of the files, and variants of them up to COUNT, judge the capture RUNS times. Times are CPU time of the
 * main thread, in which all of the loop runs: on a machine that does other things too they vary less than the
 * clock does.
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
import { variantsOf } from './generated-rules.ts';

export interface ReplayMeasurement {
  readonly rules: number;
  readonly events: number;
  readonly alerts: number;
  /** Milliseconds of CPU. */
  readonly load: number;
  readonly compile: number;
  /** The first run, with code that has never run, and the others. */
  readonly first: number;
  readonly warm: readonly number[];
  /** Share of the events for which no rule was evaluated, and rules evaluated per event. */
  readonly settled: number;
  readonly evaluated: number;
  /** Megabytes of resident memory after each run. */
  readonly memory: readonly number[];
}

async function measure(
  capture: string,
  count: number,
  runs: number,
  files: string[],
): Promise<ReplayMeasurement> {
  const texts = files.map((name) => ({ name, text: readFileSync(name, 'utf8') }));
  let mark = cpu();
  const { ruleSet } = loadRules(texts, ruleEnvironment());
  const load = cpu() - mark;
  const published = ruleSet.rules
    .filter(({ source }) => source === 'syscall')
    .map((rule) => ({ ...rule, enabled: true }));
  const rules = count > published.length ? variantsOf({ rules: published }, count) : published;
  mark = cpu();
  const matcher = compileMatcher({ rules }, FIELD_CATALOG, { matching: 'all', source: 'syscall' });
  const compile = cpu() - mark;
  const times: number[] = [];
  const memory: number[] = [];
  let counts = { events: 0, alerts: 0 };
  for (let run = 0; run < runs; run++) {
    mark = cpu();
    counts = await replay(capture, matcher);
    times.push(cpu() - mark);
    memory.push(process.memoryUsage.rss() / 2 ** 20);
  }
  const [first = 0, ...warm] = times;
  const { profile } = matcher;
  const evaluations = profile.rules.reduce((sum, { evaluations }) => sum + evaluations, 0);
  return {
    ...{ rules: rules.length, ...counts, load, compile, first, warm, memory },
    settled: profile.settled / profile.events,
    evaluated: evaluations / profile.events,
  };
}

async function replay(path: string, matcher: Matcher): Promise<{ events: number; alerts: number }> {
  const maker = new AlertMaker(FIELD_CATALOG);
  const capture = await openCapture(path);
  const { system, state, notice } = openCapturedSystem({ recording: capture.recording });
  let events = 0;
  let alerts = 0;
  await capture.run((event) => {
    notice(event);
    const context = system.learn(event);
    events++;
    if (!event.stateOnly)
      for (const rule of matcher.match(context)) {
        formatJson(maker.make(rule, context), DEFAULT_FORMAT);
        alerts++;
      }
    system.settle();
  }, state);
  capture.close();
  return { events, alerts };
}

function cpu(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

const [capture = '', count = '0', runs = '4', ...files] = process.argv.slice(2);
console.log(JSON.stringify(await measure(capture, Number(count), Number(runs), files)));
