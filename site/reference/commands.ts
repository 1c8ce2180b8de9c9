/** The page of all commands with their options, from the command line itself. */
import type { Argument, Command, Option } from 'commander';
import { FLAGS } from '../../src/cli/flags.ts';
import { allCommands } from '../../src/cli/program.ts';
import { capitalized, code, plain, table } from './table.ts';

const COMMON = new Set(FLAGS.filter(({ common }) => common).map(({ flags }) => flags));

export async function commandsReference(): Promise<string> {
  const program = await allCommands();
  const commands = program.commands.flatMap(withSubcommands);
  return [
    '# Every command',
    'Commands and their options, as `lanner COMMAND --help` prints them. [Command line](command-line.md) has exit codes and signals.',
    table(
      ['Command', 'Does'],
      commands.map((command) => [
        `[${nameOf(command)}](#${nameOf(command).replaceAll(' ', '-')})`,
        plain(command.summary() || firstSentence(command.description())),
      ]),
    ),
    '## lanner',
    `${code('lanner')} without a command watches the machine, or does the one thing that a flag asks for.`,
    options(program.options),
    '## Options that commands share',
    'Where a command has them, they mean the same.',
    options(program.options.filter(({ flags }) => COMMON.has(flags))),
    ...commands.map(commandText),
  ].join('\n\n');
}

/** A command and those below it; without itself where it only groups them. */
function withSubcommands(command: Command): readonly Command[] {
  const isGroup = command.commands.length > 0 && command.options.length === 0;
  return [...(isGroup ? [] : [command]), ...command.commands.flatMap(withSubcommands)];
}

function commandText(command: Command): string {
  const own = command.options.filter(({ flags }) => !COMMON.has(flags));
  const shared = command.options.filter(({ flags }) => COMMON.has(flags));
  const blocks = [
    `## ${nameOf(command)}`,
    `\`\`\`text\n${nameOf(command)} ${command.usage()}\n\`\`\``,
    plain(command.description().replace(/\s+/g, ' ')),
    ...(command.registeredArguments.some(({ description }) => description)
      ? [table(['Argument', 'Meaning'], command.registeredArguments.map(argumentRow))]
      : []),
    ...(own.length > 0 ? [options(own)] : []),
    ...(shared.length > 0
      ? [
          `And [what commands share](#options-that-commands-share): ${shared.map(({ flags }) => code(flags)).join(', ')}.`,
        ]
      : []),
  ];
  return blocks.join('\n\n');
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function argumentRow(argument: Argument): readonly string[] {
  return [code(argument.name()), sentence(argument.description)];
}

function options(all: readonly Option[]): string {
  const rows = all.map(({ flags, description, argChoices, defaultValue }) => [
    code(flags),
    [
      sentence(description),
      argChoices && `One of ${argChoices.map(code).join(', ')}.`,
      defaultValue !== undefined && defaultValue !== false && `Default: ${code(String(defaultValue))}.`,
    ]
      .filter(Boolean)
      .join(' '),
  ]);
  return table(['Option', 'Meaning'], rows);
}

function sentence(text: string): string {
  return `${capitalized(plain(text.replace(/\s+/g, ' ')))}.`;
}

function firstSentence(text: string): string {
  return text.replace(/\s+/g, ' ').split(/\.(?: |$)/)[0] ?? '';
}
