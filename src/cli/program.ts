/** The command line: which commands and flags there are, and which file does what they ask for. */
import { Command, CommanderError } from 'commander';
import { CONFIG_SCHEMA } from '../config/documentation.ts';
import type { Config } from '../config/schema.ts';
import { RULE_SCHEMA } from '../rules/schema.ts';
import { nearest } from '../rules/suggest.ts';
import { type DaemonOptions, runDaemon } from './daemon.ts';
import { printDescription } from './describe.ts';
import { Failure } from './fail.ts';
import { addFlags, formerFlag } from './flags.ts';
import { type ListOptions, printEvents, printFields, printIgnoredEvents } from './list.ts';
import { openLog } from './log.ts';
import { loadConfigOf, logConfiguration } from './options.ts';
import { printPageSize } from './page-size.ts';
import { printPluginInfo, printPlugins } from './plugins.ts';
import { printLine } from './print.ts';
import { chosenSources } from './sources.ts';
import { configuredRuleFiles, loadConfiguredRules } from './start.ts';
import { printSupport } from './support.ts';
import { validate } from './validate.ts';
import { printVersion } from './version.ts';

interface ProgramOptions extends DaemonOptions, ListOptions {
  readonly configSchema?: boolean;
  readonly i?: boolean;
  readonly L?: boolean;
  readonly l?: string;
  readonly listPlugins?: boolean;
  readonly pageSize?: boolean;
  readonly pluginInfo?: string;
  readonly ruleSchema?: boolean;
  readonly support?: boolean;
  readonly validate?: readonly string[];
  readonly version?: boolean;
}

type Finish = (code: number) => void;
type AddCommand = (program: Command, finish: Finish) => void;

/** Where the commands are, in the order of `--help`. Loading what is not asked for would only cost time and memory. */
const COMMANDS: readonly { names: readonly string[]; load: () => Promise<AddCommand> }[] = [
  { names: ['run'], load: async () => (await import('./run.ts')).addRunCommand },
  { names: ['replay'], load: async () => (await import('./replay.ts')).addReplayCommand },
  { names: ['record'], load: async () => (await import('./record.ts')).addRecordCommand },
  { names: ['check'], load: async () => (await import('./check.ts')).addCheckCommand },
  { names: ['test'], load: async () => (await import('./test.ts')).addTestCommand },
  { names: ['explain'], load: async () => (await import('./explain.ts')).addExplainCommand },
  { names: ['try'], load: async () => (await import('./try.ts')).addTryCommand },
  { names: ['import'], load: async () => (await import('./import.ts')).addImportCommand },
  { names: ['learn'], load: async () => (await import('./learn.ts')).addLearnCommand },
  {
    names: ['language-server'],
    load: async () => (await import('./language-server.ts')).addLanguageServerCommand,
  },
  { names: ['install', 'uninstall'], load: async () => (await import('./install.ts')).addInstallCommands },
  { names: ['events'], load: async () => (await import('./events.ts')).addEventsCommand },
  { names: ['scenes'], load: async () => (await import('./scenes.ts')).addScenesCommand },
  { names: ['alerts'], load: async () => (await import('./alerts.ts')).addAlertsCommand },
  { names: ['tree'], load: async () => (await import('./tree.ts')).addTreeCommand },
  { names: ['console'], load: async () => (await import('./console.ts')).addConsoleCommand },
  { names: ['tune'], load: async () => (await import('./tune.ts')).addTuneCommand },
  { names: ['top'], load: async () => (await import('./top.ts')).addTopCommand },
  { names: ['posture'], load: async () => (await import('./posture.ts')).addPostureCommand },
  { names: ['harden'], load: async () => (await import('./harden.ts')).addHardenCommand },
  { names: ['audit'], load: async () => (await import('./audit.ts')).addAuditCommand },
  { names: ['admission'], load: async () => (await import('./admission.ts')).addAdmissionCommand },
];

/** Those that the arguments name; all of them where help is wanted or the first word may be a mistyped name. */
async function commandsFor(args: readonly string[]): Promise<AddCommand[]> {
  const named = COMMANDS.filter(({ names }) => names.some((name) => args.includes(name)));
  const mayNeedAll = args[0]?.startsWith('-') === false || args.includes('-h') || args.includes('--help');
  const wanted = named.length > 0 ? named : mayNeedAll ? COMMANDS : [];
  return Promise.all(wanted.map(({ load }) => load()));
}

/**
 * Runs what the arguments ask for and gives the exit code. Throws an error whose message is for people when
 * that is not possible.
 */
export async function runProgram(args: readonly string[]): Promise<number> {
  let exitCode = 0;
  const finish: Finish = (code) => {
    exitCode = code;
  };
  const program = await buildProgram(args, finish);
  try {
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return 0;
    throw new Failure(usageError(error, program, args));
  }
  return exitCode;
}

/** The command line with all commands, for its documentation. */
export function allCommands(): Promise<Command> {
  return buildProgram(['--help'], () => {});
}

async function buildProgram(args: readonly string[], finish: Finish): Promise<Command> {
  const program = new Command('lanner')
    .description('Runtime security for Linux: watches system calls and alerts when a rule is violated.')
    .usage('[options] | COMMAND …')
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    // Lines of descriptions are those of the source: a terminal has its own width.
    .configureHelp({ commandDescription: (command) => command.description().replace(/\s*\n\s*/g, ' ') })
    .enablePositionalOptions()
    .showSuggestionAfterError();
  addFlags(program, 'all').action(async (options: ProgramOptions) => finish(await runFlags(options)));
  for (const add of await commandsFor(args)) add(program, finish);
  return program;
}

/** Does the one thing that a flag asks for, or watches. In the order in which Falco looks at its flags. */
async function runFlags(options: ProgramOptions): Promise<number> {
  if (printWithoutConfiguration(options)) return 0;
  const loaded = loadConfigOf(options);
  const { config } = loaded;
  const { log, ...openedLog } = openLog(config);
  try {
    logConfiguration(loaded, options, log);
    if (printWithConfiguration(options, config)) return 0;
    if (config.engine.kind !== 'replay') chosenSources(options, config);
    if (options.validate !== undefined) return validate(options.validate, config, options);
    if (options.L || options.l !== undefined) {
      printDescription(loadConfiguredRules(options, config, log), options, config.json_output);
      return 0;
    }
    if (options.support) {
      printSupport(config, configuredRuleFiles(options, config, log));
      return 0;
    }
    return await runDaemon(options, loaded, { log, ...openedLog });
  } finally {
    await openedLog.close();
  }
}

/** Prints what does not depend on the configuration; false when no flag asks for it. */
function printWithoutConfiguration(options: ProgramOptions): boolean {
  if (options.configSchema) printLine(JSON.stringify(CONFIG_SCHEMA));
  else if (options.ruleSchema) printLine(JSON.stringify(RULE_SCHEMA));
  else if (options.i) printIgnoredEvents();
  else if (options.listEvents) printEvents(options);
  else return false;
  return true;
}

/** Prints what needs no rules; false when no flag asks for it. */
function printWithConfiguration(options: ProgramOptions, { json_output }: Config): boolean {
  if (options.version) printVersion(json_output);
  else if (options.pageSize) printPageSize();
  else if (options.pluginInfo !== undefined) printPluginInfo(options.pluginInfo);
  else if (options.listPlugins) printPlugins();
  else if (options.list !== undefined) printFields(options);
  else return false;
  return true;
}

/** Commander's messages in one line, with what to do. */
function usageError(error: CommanderError, program: Command, args: readonly string[]): string {
  const command = calledCommand(program, args);
  const name = fullName(command);
  const help = `"${name} --help" tells more`;
  if (error.code === 'commander.help') {
    return `a command is missing behind "${name}" (${namesOf(command).join(', ')}): ${help}`;
  }
  if (error.code === 'commander.excessArguments') return excessArgument(command, help);
  const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  if (error.code === 'commander.unknownOption' && command === program) {
    const instead = formerFlag(message);
    if (instead !== undefined) return `${message}: Falco has removed it as well; ${instead}`;
  }
  const isClear = error.code === 'commander.invalidArgument' || message.includes('(Did you mean');
  return isClear ? message : `${message}: ${help}`;
}

/** What there is to say of the first word that nothing was expected for. */
function excessArgument(command: Command, help: string): string {
  const word = command.args[command.registeredArguments.length] ?? '';
  const isMain = command.parent === null;
  const near = nearest(word, isMain ? COMMANDS.flatMap(({ names }) => names) : namesOf(command));
  const flag = `--${word}`;
  const isFlag = isMain && (word === 'help' || command.options.some(({ long }) => long === flag));
  const meant = isFlag ? flag : near;
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  if (!isMain) return `"${word}" is one argument too many${hint || `: ${help}`}`;
  if (hint !== '') return `there is no such command "${word}"${hint}`;
  return `there is no such command "${word}": "lanner --help" lists them; "lanner run -- COMMAND" watches a program`;
}

/** The command that the arguments name, as far as they name one. */
function calledCommand(program: Command, args: readonly string[]): Command {
  let called = program;
  for (const word of args) {
    const next = called.commands.find((command) => command.name() === word);
    if (next === undefined) break;
    called = next;
  }
  return called;
}

function fullName(command: Command): string {
  return command.parent === null ? command.name() : `${fullName(command.parent)} ${command.name()}`;
}

function namesOf(command: Command): string[] {
  return command.commands.map((child) => child.name());
}
