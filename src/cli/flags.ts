/** The flags of `lanner` in one table, from which come the command line, `--help` and docs/command-line.md. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseScope } from './scope.ts';

export interface Flag {
  /** As commander and people write it. */
  readonly flags: string;
  readonly about: string;
  /** Commands that load configuration and rules have it too. */
  readonly common?: true;
  /** Falco does not have it. */
  readonly own?: true;
  /** Makes of the text what the program wants; `previous` is the value so far of a flag that can be repeated. */
  readonly parse?: (text: string, previous: never) => unknown;
}

export const FLAGS: readonly Flag[] = [
  {
    flags: '-c <path>',
    about: 'configuration file (default: /etc/lanner/lanner.yaml, else /etc/falco/falco.yaml); "" for none',
    common: true,
  },
  {
    flags: '-r <file|dir>',
    about: 'rules file, or directory of *.yaml files, instead of the configured ones; repeatable',
    common: true,
    parse: collect,
  },
  {
    flags: '-o, --option <key=value>',
    about: 'set a configuration key, such as json_output=true or rules_files[]=FILE; repeatable',
    common: true,
    parse: collect,
  },
  {
    flags: '-p, --print <format>',
    about:
      'put this behind every output (deprecated: append_output does it); c, k, container, kubernetes: nothing',
    common: true,
  },
  {
    flags: '-U, --unbuffered',
    about: 'write every alert at once (Lanner always does)',
    common: true,
  },
  {
    flags: '-v, --verbose',
    about: 'tell more: what is being done, and the detail of errors',
    common: true,
  },
  {
    flags: '--scope <what>',
    about: 'watch only pid=N[,N…] and all that they start, or cgroup=PATH',
    own: true,
    parse: parseScope,
  },
  { flags: '-M <seconds>', about: 'stop after so many seconds', parse: parseSeconds },
  { flags: '-P, --pidfile <file>', about: 'write the process id to a file, and remove it at the end' },
  { flags: '--dry-run', about: 'load configuration and rules, and end' },
  {
    flags: '--enable-source <source>',
    about: 'watch this event source and no other; repeatable',
    parse: collect,
  },
  {
    flags: '--disable-source <source>',
    about: 'do not watch this event source; repeatable',
    parse: collect,
  },
  {
    flags: '-V, --validate <file>',
    about: 'load rules from a file and say what is wrong; repeatable',
    parse: collect,
  },
  { flags: '-L', about: 'describe all rules' },
  { flags: '-l <rule>', about: 'describe one rule' },
  { flags: '--list [source]', about: 'print all fields, or those of a source' },
  { flags: '--list-events', about: 'print all events and their parameters' },
  { flags: '-N', about: 'with --list, print names alone' },
  { flags: '--format <format>', about: 'of --list and --list-events: text, markdown or json' },
  { flags: '--markdown', about: 'same as --format markdown (deprecated)' },
  { flags: '-i', about: 'print the events that rules do not see unless base_syscalls.all is set' },
  { flags: '--config-schema', about: 'print the JSON schema of the configuration' },
  { flags: '--rule-schema', about: 'print the JSON schema of rule files' },
  { flags: '--list-plugins', about: "print Falco's plugins whose work Lanner does" },
  { flags: '--plugin-info <name>', about: 'print what there is to know of one of them' },
  {
    flags: '--support',
    about:
      'print versions, configuration, rules and machine as JSON, for reports; look through it before you share it',
  },
  { flags: '--page-size', about: "print the size of the machine's pages" },
  { flags: '--version', about: 'print versions; with json_output as JSON' },
];

/** Flags that Falco had and has removed, and what does the same. */
const FORMER_FLAGS: ReadonlyMap<string, string> = new Map([
  ['-A', 'set base_syscalls.all: true'],
  ['--cri', 'set container_engines.cri.sockets'],
  ['-D', 'set rules: [{disable: {rule: "*TEXT*"}}]'],
  ['-e', '"lanner replay FILE" judges a capture'],
  ['--modern-bpf', 'the modern probe is the only one, leave it out'],
  ['--nodriver', 'set engine.kind: nodriver'],
  ['-s', 'set metrics.enabled: true and metrics.output_file'],
  ['-S', 'set falco_libs.snaplen'],
  ['--snaplen', 'set falco_libs.snaplen'],
  ['-t', 'set rules: [{disable: {rule: "*"}}, {enable: {tag: TAG}}]'],
  ['-T', 'set rules: [{disable: {tag: TAG}}]'],
]);

/** What to do instead of a flag that Falco had, which a message on an unknown option names in quotes. */
export function formerFlag(message: string): string | undefined {
  const [, flag = ''] = /'(-[^'=]*)/.exec(message) ?? [];
  return FORMER_FLAGS.get(flag);
}

/** Adds flags to a command, those that commands share or all. */
export function addFlags(command: Command, which: 'common' | 'all'): Command {
  for (const { flags, about, common, parse } of FLAGS) {
    if (which === 'common' && !common) continue;
    const option = new Option(flags, about);
    command.addOption(
      parse ? option.argParser(parse as (text: string, previous: unknown) => unknown) : option,
    );
  }
  return command;
}

/** The table as Markdown. Ends with a newline. */
export function flagsReference(): string {
  const flags = [...FLAGS, { flags: '-h, --help', about: 'print the flags', common: true } as const];
  const rows = flags.map(({ flags, about, common, own }: Flag) => {
    const remarks = [
      common ? 'Also of many commands: see their `--help`.' : '',
      own ? '*Not in Falco.*' : '',
    ];
    const words = [`${about.replace(/^./, (first) => first.toUpperCase())}.`, ...remarks];
    return `| \`${flags.replaceAll('|', '\\|')}\` | ${words.filter(Boolean).join(' ')} |`;
  });
  return `${['| Flag | Meaning |', '|---|---|', ...rows].join('\n')}\n`;
}

/** For flags that can be repeated: all values in order. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

function parseSeconds(text: string): number | undefined {
  const seconds = Number(text);
  if (text.trim() === '' || !Number.isFinite(seconds) || seconds < 0) {
    throw new InvalidArgumentError('Give a number of seconds.');
  }
  // As in Falco, 0 is no limit.
  return seconds === 0 ? undefined : seconds;
}
