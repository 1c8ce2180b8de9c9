/** `lanner top rules`: watches, and shows every few seconds which rules cost how much. */
import type { Command } from 'commander';
import type { Watching } from '../engine/watch.ts';
import { type MatcherProfile, profileTable } from '../matcher/profile.ts';
import type { DaemonOptions } from './daemon.ts';
import { fail } from './fail.ts';
import { addFlags, FLAGS } from './flags.ts';
import { plainLog } from './log.ts';
import { configFrom } from './options.ts';
import { printLine } from './print.ts';
import { onEndSignal } from './signals.ts';
import { checkEngine, loadConfiguredRules } from './start.ts';

const INTERVAL_MS = 2000;
const ROWS = 20;

/** Flags of the daemon that mean something here. */
const LIVE_FLAGS = /^(?:--scope|-M) /;

/** Clears the screen of a terminal (ECMA-48: ED 2, CUP). */
const CLEAR = '\x1b[2J\x1b[H';

export function addTopCommand(program: Command): void {
  const command = program
    .command('top')
    .summary('show which rules cost how much')
    .description(
      'Watches system calls like lanner itself, writes no alerts, and shows every two seconds which rules cost how\n' +
        'much: time, how often the index could not rule them out, how often they matched. -M ends it after so many\n' +
        'seconds. For a capture: lanner replay --profile FILE.',
    )
    .usage('rules [options]')
    .argument('<what>', '"rules"')
    .action(async (what: string, options: DaemonOptions) => {
      if (what !== 'rules') fail(`there is no top of ${what}: "lanner top rules" shows what rules cost`);
      await topRules(options);
    });
  addFlags(command, 'common');
  for (const { flags, about, parse } of FLAGS.filter(({ flags }) => LIVE_FLAGS.test(flags)))
    command.option(flags, about, parse as (text: string) => unknown);
}

async function topRules(options: DaemonOptions): Promise<void> {
  const config = configFrom(options, plainLog);
  checkEngine(config, plainLog);
  const { ruleSet } = loadConfiguredRules(options, config, plainLog);
  const stop = new AbortController();
  const handler = onEndSignal(() => stop.abort());
  if (options.M !== undefined) setTimeout(() => stop.abort(), options.M * 1000).unref();
  let watching: Watching | undefined;
  const timer = setInterval(() => {
    if (process.stdout.isTTY) show(watching?.profile(), CLEAR);
  }, INTERVAL_MS);
  try {
    const { watch } = await import('../engine/watch.ts');
    await watch({
      config,
      ruleSet,
      scope: options.scope ?? { kind: 'host' },
      alertsTo: { take: () => {} },
      stop: stop.signal,
      log: plainLog,
      onReady(ready) {
        watching = ready;
      },
    });
  } finally {
    clearInterval(timer);
    handler.end();
  }
  show(watching?.profile(), '');
}

function show(profile: MatcherProfile | undefined, before: string): void {
  if (profile) printLine(before + profileTable(profile, ROWS));
}
