/** `lanner explain RULE -- COMMAND`: what a rule makes of the events of a command that is watched for it. */
import { treeData, verdictText } from '../authoring/explanation-text.ts';
import { EventJudge } from '../authoring/judge-events.ts';
import { LiveVerdicts, type TypeVerdict } from '../authoring/live-verdicts.ts';
import type { Config } from '../config/schema.ts';
import type { CheckedRule } from '../rules/checked.ts';
import { fail, writeError } from './fail.ts';
import { plainLog } from './log.ts';
import type { CommonOptions } from './options.ts';
import { ruleNamed } from './rule-named.ts';
import { whileForwarding } from './signals.ts';
import { checkEngine, loadConfiguredRules } from './start.ts';
import { visibleLines } from './terminal-text.ts';

/** Types of events that are explained; of more, the numbers are told. */
const MOST_TYPES = 8;

/** Returns the command's exit code. The explanation goes to standard error, since standard output is the command's. */
export async function explainCommand(
  name: string,
  command: readonly string[],
  configured: Config,
  options: CommonOptions & { readonly json?: boolean },
): Promise<number> {
  checkEngine(configured, plainLog);
  const outcome = loadConfiguredRules(options, configured, plainLog);
  const found = ruleNamed(name, outcome);
  if (found.source !== 'syscall')
    fail(`"${name}" is about events of ${found.source}, which no command makes`);
  const rule: CheckedRule = { ...found, enabled: true };
  const ruleSet = { ...outcome.ruleSet, rules: [rule] };
  const verdicts = new LiveVerdicts(rule, new EventJudge({ ...outcome, ruleSet }));
  const forwarding = whileForwarding();
  try {
    const { watch } = await import('../engine/watch.ts');
    const { lost, exit } = await watch({
      config: withEverything(configured),
      ruleSet,
      scope: { kind: 'processes', pids: [] },
      command,
      alertsTo: { take: () => {} },
      observers: [verdicts],
      stop: new AbortController().signal,
      log: plainLog,
      onReady: (watching) => forwarding.to(watching.command),
    });
    if (exit?.failure !== undefined) writeError(`lanner: ${exit.failure}\n`);
    else tell(found, verdicts, options.json === true);
    const losses = [...lost.values()].reduce((sum, count) => sum + count, 0);
    if (losses > 0) plainLog(`${losses} events were lost and not looked at`);
    return exit?.code ?? 1;
  } finally {
    forwarding.end();
  }
}

/** The kernel would leave out events that came near; recordings and metrics are for real alerts. */
function withEverything(config: Config): Config {
  return {
    ...config,
    engine: { ...config.engine, prefilter: false },
    capture: { ...config.capture, enabled: false },
    metrics: { ...config.metrics, enabled: false },
  };
}

function tell({ name, enabled }: CheckedRule, { types, unjudged }: LiveVerdicts, json: boolean): void {
  if (json) {
    const told = types.slice(0, MOST_TYPES).map(({ type, events, fired, verdict }) => ({
      ...{ type, events, fired, origin: verdict?.origin },
      condition: verdict && treeData(verdict.judged),
    }));
    const others = types.length - told.length;
    writeError(`${JSON.stringify({ rule: name, enabled, types: told, others, not_looked_at: unjudged })}\n`);
    return;
  }
  const lines = types
    .slice(0, MOST_TYPES)
    .flatMap((type, index) => [...typeLines(name, type, index === 0), '']);
  if (types.length === 0) lines.push(`no event came of a type that "${name}" is about`);
  const rest = types.slice(MOST_TYPES).map(({ type, events }) => `${type} ${events}`);
  if (rest.length > 0) lines.push(`and of other types: ${rest.join(', ')}`);
  if (unjudged > 0) lines.push(`${unjudged} events came too fast to be looked at part by part`);
  if (!enabled) lines.push('The rule is disabled: live it is never asked.');
  if (lines.at(-1) === '') lines.pop();
  writeError(`${visibleLines(lines.join('\n'))}\n`);
}

/** The whole condition is shown of one type: of the others what decided will do. */
function typeLines(rule: string, { type, events, fired, verdict }: TypeVerdict, isWhole: boolean): string[] {
  const count = `${type}: ${events} ${events === 1 ? 'event' : 'events'}`;
  if (verdict === undefined) return [count];
  const which = fired > 0 ? `fires at ${fired}, first at this one` : 'fires at none; nearest was this one';
  const text = verdictText(rule, verdict);
  return [`${count}, the rule ${which}:`, isWhole ? text : text.slice(0, text.indexOf('\n\n'))];
}
