/** What the console answers: puts together what the store, the rules, and the running engine tell. */
import { readFile } from 'node:fs/promises';
import type { Config } from '../config/schema.ts';
import type { Watching } from '../engine/watch.ts';
import type { Features, Session } from '../server/api-types.ts';
import type { ConsoleAnswers } from '../server/console-server.ts';
import type { Counters } from '../server/counters.ts';
import { alertRoutes } from './alert-routes.ts';
import { AskedThread } from './asked-thread.ts';
import { HealthSampler } from './health.ts';
import { healthRoutes } from './health-routes.ts';
import type { RuleSettings } from './rule-answers.ts';
import { type ReloadReport, RuleChanges } from './rule-changes.ts';
import { ruleRoutes } from './rule-routes.ts';
import { RulesFile } from './rules-file.ts';
import type { RuleQuestion } from './rules-thread.ts';
import type { SearchRequest, SearchSettings } from './search-thread.ts';
import { alertStream } from './stream-source.ts';
import { Trials } from './trial.ts';
import { trialRoutes } from './trial-routes.ts';

/** What the console is opened on. */
export interface ConsoleHost {
  /** Of this moment: it changes with a reload. */
  readonly config: () => Config;
  /** Paths of all rule files, the console's own last, there or not. Throws an error for people. */
  readonly rulePaths: () => readonly string[];
  /** Of this moment, too. */
  readonly paths: () => ConsolePaths;
  /** Why no alerts are kept; `undefined` when they are. */
  readonly noStore: () => string | undefined;
  /** `undefined` where nothing is being watched. */
  readonly live: Pick<Watching, 'profile' | 'health'> | undefined;
  /** Loads rules and configuration anew, as SIGHUP does. Absent where nothing is being watched. */
  readonly reload?: () => Promise<ReloadReport>;
  readonly lastReload: () => ReloadReport | undefined;
  readonly counters: () => Counters;
  readonly about: Required<Pick<Session, 'version' | 'hostname' | 'started'>>;
}

export interface ConsolePaths {
  readonly store: string;
  readonly ownRules: string;
  readonly recordings: string;
}

/** The parts that routes ask. */
export interface ConsoleParts extends ConsoleHost {
  readonly search: AskedThread<SearchRequest>;
  readonly rules: AskedThread<RuleQuestion>;
  readonly changes: RuleChanges | undefined;
  readonly file: RulesFile;
  readonly health: HealthSampler | undefined;
  readonly trials: Trials;
  readonly features: () => Features;
}

export interface Console {
  readonly answers: ConsoleAnswers;
  /** Rules and configuration are others now. */
  reloaded(): void;
  close(): void;
}

/** Milliseconds for an answer. */
const SEARCH_MS = 20_000;
const RULES_MS = 30_000;
/** Megabytes. */
const SEARCH_LIMITS = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 8, stackSizeMb: 1 };
const RULES_LIMITS = { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

/** Opens nothing and starts nothing: that is done by the first questions. */
export function openConsole(host: ConsoleHost): Console {
  const { paths, live, reload } = host;
  const search = new AskedThread<SearchRequest>({
    file: new URL('./search-thread.ts', import.meta.url),
    data: (): SearchSettings => ({ path: paths().store }),
    limits: SEARCH_LIMITS,
    answerMs: SEARCH_MS,
    name: 'the search',
  });
  const rules = new AskedThread<RuleQuestion>({
    file: new URL('./rules-thread.ts', import.meta.url),
    data: (): RuleSettings => ({ paths: host.rulePaths(), own: paths().ownRules, config: host.config() }),
    limits: RULES_LIMITS,
    answerMs: RULES_MS,
    name: 'reading the rules',
  });
  const file = new RulesFile(() => paths().ownRules);
  const parts: ConsoleParts = {
    ...host,
    search,
    rules,
    file,
    changes: reload && new RuleChanges(file, rules, reload),
    health: live && new HealthSampler(() => live.health()),
    trials: new Trials(),
    features: () => featuresOf(host),
  };
  const users = new Map<number, string>();
  void readUsers(users);
  return {
    answers: {
      routes: [...alertRoutes(parts), ...ruleRoutes(parts), ...trialRoutes(parts), ...healthRoutes(parts)],
      stream: alertStream(parts),
      features: parts.features,
      about: () => host.about,
      userName: (id) => users.get(id),
    },
    reloaded() {
      rules.restart();
      // The store may be another one.
      search.restart();
    },
    close() {
      search.close();
      rules.close();
    },
  };
}

const YES = { available: true } as const;

function featuresOf({ noStore, live, reload, config }: ConsoleHost): Features {
  const isRunning = live !== undefined;
  const no = (reason: string) => ({ available: false, reason });
  const storeReason = noStore();
  return {
    store: storeReason === undefined ? YES : no(storeReason),
    live: isRunning ? YES : no('Lanner is not running here: a store is shown'),
    rules: YES,
    editing:
      reload === undefined
        ? no('Lanner is not running here: rules are changed where it runs')
        : config().console.editing
          ? YES
          : no('the configuration has switched it off (console.editing)'),
    recordings: YES,
  };
}

/** passwd(5). */
async function readUsers(users: Map<number, string>): Promise<void> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  for (const line of text.split('\n')) {
    const [name, , id] = line.split(':');
    if (name && id && !users.has(Number(id))) users.set(Number(id), name);
  }
}
