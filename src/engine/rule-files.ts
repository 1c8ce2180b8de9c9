/** Which rule files are loaded, and their contents. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import type { Config } from '../config/schema.ts';
import type { FieldCatalog } from '../fields/field.ts';
import { type LoadOutcome, loadRules, type RuleFile } from '../rules/load.ts';
import { wantsAudit } from './audit.ts';
import { ruleEnvironment } from './rule-environment.ts';
import { configuredFields, ruleOptions } from './rule-options.ts';

/** Lanner's own rules, which are used when nothing else is asked for. */
const OWN_RULES = join(import.meta.dirname, '..', '..', 'rules');
/** Those for audit events, used where there are any. */
const OWN_AUDIT_RULES = join(OWN_RULES, 'kubernetes');

/** A directory of rule files cannot be read. The message is one line for people. */
export class RuleFileError extends Error {
  override readonly name = 'RuleFileError';
}

/**
 * Paths of the rule files, in the order in which they are loaded: those of the command line, otherwise
 * those of the configuration, otherwise Lanner's own. A directory stands for its *.yaml and *.yml files
 * in the order of their names, without tests (*.test.yaml). Configured paths that do not exist are passed over
 * and told to `missing`. Throws {@link RuleFileError} when a directory cannot be read.
 */
export function ruleFilePaths(
  fromCommandLine: readonly string[],
  config: Config,
  missing: (path: string) => void,
): string[] {
  const locations = ruleLocations(fromCommandLine, config);
  if (locations === fromCommandLine) return locations.flatMap(filesAt);
  return locations.flatMap((path) => {
    if (existsSync(path)) return filesAt(path);
    missing(path);
    return [];
  });
}

/** The files and directories that rules are looked for in, there or not. */
export function ruleLocations(fromCommandLine: readonly string[], config: Config): readonly string[] {
  if (fromCommandLine.length > 0) return fromCommandLine;
  const configured = [...config.rules_files, ...config.rule_files];
  if (configured.length > 0) return configured;
  return wantsAudit(config) ? [OWN_RULES, OWN_AUDIT_RULES] : [OWN_RULES];
}

/**
 * Loads rule files in order, with what the configuration says of rules. The outcome tells what is wrong
 * in them; a file that cannot be read is one problem among others. `fields` are those that rules may use.
 */
export function loadRuleFiles(
  paths: readonly string[],
  config: Config,
  fields: FieldCatalog = configuredFields(config),
): LoadOutcome {
  const environment = ruleEnvironment(fields);
  return loadRules(readRuleFiles(paths), environment, ruleOptions(config, environment));
}

/** Contents of rule files; of one that cannot be read, why. */
export function readRuleFiles(paths: readonly string[]): RuleFile[] {
  return paths.map(readRuleFile);
}

function readRuleFile(path: string): RuleFile {
  const name = ruleFileName(path);
  try {
    return { name, bytes: readFileSync(path) };
  } catch (error) {
    return { name, unreadable: (error as Error).message };
  }
}

function filesAt(path: string): string[] {
  if (!isDirectory(path)) return [path];
  // Tests of rules lie beside them.
  const names = namesIn(path).filter((name) => /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name));
  const files = names.sort().map((name) => join(path, name));
  return files.filter((file) => !isDirectory(file));
}

/** What is not there is no directory: reading it as a file says so. */
function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch (error) {
    throw new RuleFileError(`cannot read rules from ${directory}: ${(error as Error).message}`);
  }
}

/** The name of a rule file in messages: a path below the working directory relative to it, others as they are. */
export function ruleFileName(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}
