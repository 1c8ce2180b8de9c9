/** The command line: which commands and flags there are, and which file does what they ask for. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CONFIG_SCHEMA } from '../config/documentation.ts';
import { RULE_SCHEMA } from '../rules/schema.ts';
import { addCheckCommand } from './check.ts';
import { type DaemonOptions, runDaemon } from './daemon.ts';
import { printDescription } from './describe.ts';
import { addEventsCommand } from './events.ts';
import { Failure, fail, notYet } from './fail.ts';
import { type ListOptions, printEvents, printFields, printIgnoredEvents } from './list.ts';
import { openLog } from './log.ts';
import { addCommonOptions, collect, configFrom } from './options.ts';
import { printPageSize } from './page-size.ts';
import { printLine } from './print.ts';
import { addReplayCommand } from './replay.ts';
import { addRunCommand } from './run.ts';
import { parseScope } from './scope.ts';
import { loadConfiguredRules } from './start.ts';
import { validate } from './validate.ts';
import { printVersion } from './version.ts';

interface ProgramOptions extends DaemonOptions, ListOptions {
  readonly configSchema?: boolean;
  readonly disableSource?: readonly string[];
  readonly enableSource?: readonly string[];
  readonly i?: boolean;
  readonly L?: boolean;
  readonly l?: string;
  readonly pageSize?: boolean;
  readonly ruleSchema?: boolean;
  readonly print?: string;
  readonly validate?: readonly string[];
  readonly version?: boolean;
}

/** Flags of Falco's that are not built yet, as commander writes them. */
const LATER = ['--list-plugins', '--plugin-info <name>', '--support'];

/** Sources that `--enable-source` and `--disable-source` may name. */
const SOURCES = ['syscall'];

/**
 * Runs what the arguments ask for and gives the exit code. Throws an error whose message is for people when
 * that is not possible.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const finish = (code: number): void => {
    exitCode = code;
  };
  const program = buildProgram(finish);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw new Failure(usageError(error));
  }
  return exitCode;
}

function buildProgram(finish: (code: number) => void): Command {
  const program = new Command('lanner')
    .description('Runtime security for Linux: watches system calls and alerts when a rule is violated.')
    .usage('[options] | run [options] -- COMMAND… | replay FILE | check FILES… | events [NAME]')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .enablePositionalOptions()
    .showSuggestionAfterError();
  addCommonOptions(program)
    .option('--scope <what>', 'watch only pid=N[,N…] and all that they start, or cgroup=PATH', parseScope)
    .option('-M <seconds>', 'stop after so many seconds', parseSeconds)
    .option('--dry-run', 'load configuration and rules, and end')
    .option('-P, --pidfile <file>', 'write the process id to a file')
    .option('-V, --validate <file>', 'load rules from a file and say what is wrong; repeatable', collect)
    .option('-L', 'describe all rules')
    .option('-l <rule>', 'describe one rule')
    .option('--list [source]', 'print all fields, or those of a source')
    .option('--list-events', 'print all events and their parameters')
    .option('-N', 'with --list, print names alone')
    .option('--format <format>', 'of --list and --list-events: text, markdown or json')
    .option('--markdown', 'same as --format markdown')
    .option('--config-schema', 'print the JSON schema of the configuration')
    .option('--rule-schema', 'print the JSON schema of rule files')
    .option('-i', 'print the events that are ignored unless asked for')
    .option('--enable-source <source>', 'watch this event source and no other; repeatable', collect)
    .option('--disable-source <source>', 'do not watch this event source; repeatable', collect)
    .option('-p, --print <format>', 'accepted as c, k, container or kubernetes, without effect')
    .option('--page-size', "print the size of the machine's pages")
    .option('--version', 'print versions')
    .action(async (options: ProgramOptions) => finish(await runFlags(options)));
  for (const flags of LATER) program.addOption(laterOption(flags));
  addRunCommand(program, finish);
  addReplayCommand(program, finish);
  addCheckCommand(program, finish);
  addEventsCommand(program);
  return program;
}

function laterOption(flags: string): Option {
  return new Option(flags).hideHelp();
}

/** Does the one thing that a flag asks for, or watches. In the order in which Falco looks at its flags. */
async function runFlags(options: ProgramOptions): Promise<number> {
  const given = options as unknown as Record<string, unknown>;
  const later = LATER.map((flags) => new Option(flags)).find(
    (option) => given[option.attributeName()] !== undefined,
  );
  if (later !== undefined) notYet(later.long ?? later.short ?? later.flags);
  checkPrint(options.print);
  checkSources(options);
  if (options.validate !== undefined) {
    return validate(options.validate, configFrom(options, openLog(false)), options);
  }
  return printFacts(options) || printRules(options) ? 0 : runDaemon(options);
}

/** Prints what needs no rules; false when no flag asks for it. */
function printFacts(options: ProgramOptions): boolean {
  if (options.configSchema) printLine(JSON.stringify(CONFIG_SCHEMA));
  else if (options.ruleSchema) printLine(JSON.stringify(RULE_SCHEMA));
  else if (options.i) printIgnoredEvents();
  else if (options.listEvents) printEvents(options);
  else if (options.version) printVersion(configFrom(options, openLog(false)).json_output);
  else if (options.pageSize) printPageSize();
  else if (options.list !== undefined) printFields(options);
  else return false;
  return true;
}

/** Prints what the configured rules are; false when no flag asks for it. */
function printRules(options: ProgramOptions): boolean {
  if (!options.L && options.l === undefined) return false;
  const log = openLog(false);
  const config = configFrom(options, log);
  return printDescription(loadConfiguredRules(options, config, log), options, config.json_output);
}

function checkPrint(format: string | undefined): void {
  if (format !== undefined && !/^(?:c|k|container|kubernetes)$/.test(format)) notYet('-p with a format');
}

function checkSources({ enableSource = [], disableSource = [] }: ProgramOptions): void {
  if (enableSource.length > 0 && disableSource.length > 0) {
    fail('--enable-source and --disable-source cannot be given together');
  }
  for (const source of [...enableSource, ...disableSource]) {
    if (!SOURCES.includes(source))
      fail(`there is no event source "${source}"; there is ${SOURCES.join(', ')}`);
  }
  if (disableSource.length > 0) fail('all event sources are disabled: there is nothing to watch');
}

function parseSeconds(text: string): number | undefined {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0) {
    throw new InvalidArgumentError('Give a number of seconds.');
  }
  // As in Falco, 0 is no limit.
  return seconds === 0 ? undefined : seconds;
}

/** Commander's messages in one line. */
function usageError(error: CommanderError): string {
  if (error.code === 'commander.excessArguments') {
    return 'there is no such command: try "lanner run -- COMMAND", "lanner replay FILE", "lanner check FILES", "lanner events" or "lanner --help"';
  }
  return error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
}
