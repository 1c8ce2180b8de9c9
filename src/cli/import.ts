/** `lanner import sigma FILE…`: converts rules of other makes. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { RuleFile } from '../rules/load.ts';
import { LEVELS, type Level, STATUSES, type Status } from '../sigma/attributes.ts';
import { type Conversion, convertSigma } from '../sigma/convert.ts';
import { reportData, reportText } from '../sigma/report.ts';
import { HEADING } from '../sigma/write.ts';
import { fail, writeError } from './fail.ts';
import { printLine } from './print.ts';

interface ImportOptions {
  readonly output?: string;
  readonly json?: boolean;
  readonly minLevel: Level;
  readonly status?: readonly Status[];
  readonly changedSince?: string;
  readonly placeholder?: ReadonlyMap<string, readonly string[]>;
  readonly logWords?: boolean;
  readonly prefix: string;
}

/** States of rules that are converted unless others are wanted. */
const USUAL: readonly Status[] = ['stable', 'test', 'experimental'];

export function addImportCommand(program: Command, finish: (code: number) => void): void {
  const command = program.command('import').summary('convert rules of other makes');
  command
    .command('sigma')
    .summary("convert Sigma's rules")
    .description(
      "Converts Sigma's rules for Linux (processes, files, network connections, auditd) to rules of Lanner's and says " +
        'of each that could not be converted, or only in part, why, with its line. The rules go to standard output ' +
        'and the report to standard error, or with -o the rules to the file. The exit code is 1 when a file cannot ' +
        'be read or nothing was converted.',
    )
    .argument('<paths...>', 'rules, or directories with *.yml and *.yaml files below them')
    .option('-o, --output <file>', 'write the rules there; replaces a file that this command has written')
    .option('--json', 'print the report as JSON; without -o with the rules in it')
    .addOption(
      new Option('--min-level <level>', 'leave less severe rules aside')
        .choices(LEVELS)
        .default('informational'),
    )
    .option(
      '--status <status>',
      'convert rules of this state, instead of stable, test and experimental; repeatable',
      parseStatus,
    )
    .option('--changed-since <day>', 'leave rules aside that were not changed since, as 2025-01-31', parseDay)
    .option(
      '--placeholder <name=value,…>',
      'what %name% stands for in values with the modifier expand; repeatable',
      parsePlaceholder,
    )
    .option(
      '--log-words',
      'also convert rules for logs of any kind: their words are looked for in the command lines of programs',
    )
    .option('--prefix <text>', 'put this before the names of rules', '')
    .action((paths: string[], options: ImportOptions) => finish(importSigma(paths, options)));
}

/** Returns the exit code. */
function importSigma(paths: readonly string[], options: ImportOptions): number {
  const { output, json, minLevel, status, changedSince, placeholder, prefix, logWords = false } = options;
  const conversion = convertSigma(paths.flatMap(filesAt), ruleEnvironment(FIELD_CATALOG), {
    ...{
      minLevel,
      changedSince,
      prefix,
      logWords,
      placeholders: placeholder ?? new Map(),
      statuses: new Set(status ?? USUAL),
    },
  });
  const some = conversion.rules.some(({ name }) => name !== undefined);
  if (some && output !== undefined) writeRules(output, conversion.text);
  if (json) {
    const rules = output === undefined ? { text: conversion.text } : {};
    printLine(JSON.stringify({ ...reportData(conversion), ...rules }, undefined, 2));
  } else printReport(conversion, some && output === undefined);
  return some && conversion.unreadable.length === 0 ? 0 : 1;
}

/** Standard output is for the rules alone where they go there. */
function printReport(conversion: Conversion, withRules: boolean): void {
  const report = reportText(conversion);
  if (!withRules) printLine(report);
  else {
    printLine(conversion.text.trimEnd());
    writeError(`${report}\n`);
  }
}

/** Files of a path, those of directories in the order of their names. */
function filesAt(path: string): RuleFile[] {
  let names: string[];
  try {
    if (!statSync(path).isDirectory()) return [readRules(path)];
    names = readdirSync(path, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    fail(`cannot read ${path}: ${(error as Error).message}`);
  }
  return names
    .filter((name) => /\.ya?ml$/.test(name))
    .sort()
    .map((name) => readRules(join(path, name)));
}

function readRules(name: string): RuleFile {
  try {
    return { name, bytes: readFileSync(name) };
  } catch (error) {
    return { name, unreadable: (error as Error).message };
  }
}

function writeRules(path: string, text: string): void {
  try {
    if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(HEADING))
      fail(`${path} is there already, and this command has not written it: give another name`);
    writeFileSync(path, text);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    fail(`cannot write ${path}: ${message}`);
  }
}

function parseDay(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('Give a day such as 2025-01-31.');
  return text;
}

function parseStatus(text: string, previous: readonly Status[] = []): readonly Status[] {
  const status = STATUSES.find((each) => each === text);
  if (status === undefined) throw new InvalidArgumentError(`Give one of ${STATUSES.join(', ')}.`);
  return [...previous, status];
}

function parsePlaceholder(
  text: string,
  previous: ReadonlyMap<string, readonly string[]> = new Map(),
): ReadonlyMap<string, readonly string[]> {
  const [, name, values] = /^%?([^%=\s]+)%?=(.+)$/.exec(text) ?? [];
  if (name === undefined || values === undefined)
    throw new InvalidArgumentError('Give a name and values such as Servers=srv1,srv2.');
  return new Map([...previous, [name, values.split(',')]]);
}
