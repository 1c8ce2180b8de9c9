/** Which rule files belong to a folder, in the order in which they are loaded, and how they are judged. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { ruleFilePaths } from '../engine/rule-files.ts';
import { configuredFields, ruleOptions } from '../engine/rule-options.ts';
import type { RuleEnvironment } from '../rules/environment.ts';
import type { LoadOptions } from '../rules/options.ts';

/** What an editor's settings say; paths are relative to the folder. */
export interface FolderSettings {
  /** Rule files and directories of them, in order. */
  readonly ruleFiles?: readonly string[];
  /** A configuration in the form of falco.yaml. */
  readonly configuration?: string;
}

export interface FolderRules {
  /** Absolute paths, in order. */
  readonly paths: readonly string[];
  readonly environment: RuleEnvironment;
  readonly options: LoadOptions;
  /** What was not as it should be: one line each. */
  readonly warnings: readonly string[];
}

const CONFIGURATIONS = ['lanner.yaml', 'falco.yaml'];
/** Whether a file may be the configuration of its folder. */
export function isConfiguration(path: string): boolean {
  return CONFIGURATIONS.includes(basename(path));
}

/** How many directories and YAML files of a folder are looked at. */
const LOOK_LIMIT = 5000;
/** Larger files are no rule files that somebody edits, in bytes. */
const SIZE_LIMIT = 4 * 1024 * 1024;

/**
 * The rule files that the settings name; else those of the configuration in the folder; else all YAML files below
 * it that hold rules, by their paths, without tests.
 */
export function folderRules(folder: string, settings: FolderSettings): FolderRules {
  const warnings: string[] = [];
  const { config, file } = configurationOf(folder, settings, warnings);
  const environment = ruleEnvironment(configuredFields(config));
  const options = ruleOptions(config, environment);
  const named = settings.ruleFiles ?? [];
  const wanted =
    named.length > 0
      ? named.map((path) => resolve(folder, path))
      : file === undefined
        ? []
        : configuredFiles(config, file, folder);
  const paths = existing(wanted, config, warnings);
  return { paths: paths.length > 0 ? paths : foundBelow(folder, warnings), environment, options, warnings };
}

function configurationOf(
  folder: string,
  settings: FolderSettings,
  warnings: string[],
): { config: Config; file: string | undefined } {
  const candidates = settings.configuration === undefined ? CONFIGURATIONS : [settings.configuration];
  const file = candidates.map((name) => resolve(folder, name)).find((path) => existsSync(path));
  if (file === undefined && settings.configuration !== undefined) {
    warnings.push(`there is no configuration ${settings.configuration} in ${folder}`);
  }
  try {
    return { config: loadConfig({ file, overrides: [], environment: {} }).config, file };
  } catch (error) {
    warnings.push((error as Error).message);
    return {
      config: loadConfig({ file: undefined, overrides: [], environment: {} }).config,
      file: undefined,
    };
  }
}

/** Paths of a configuration for /etc are looked for beside it, where they are not there. */
function configuredFiles(config: Config, file: string, folder: string): string[] {
  return [...config.rules_files, ...config.rule_files].map((path) => {
    const own = resolve(folder, path);
    const beside = join(dirname(file), basename(path));
    return !existsSync(own) && isAbsolute(path) && existsSync(beside) ? beside : own;
  });
}

function existing(paths: readonly string[], config: Config, warnings: string[]): string[] {
  const there = paths.filter((path) => existsSync(path));
  for (const path of paths) if (!there.includes(path)) warnings.push(`there is no rule file ${path}`);
  try {
    return there.length === 0 ? [] : ruleFilePaths(there, config, () => {});
  } catch (error) {
    warnings.push((error as Error).message);
    return [];
  }
}

/** All YAML files below a folder that hold rules, by their paths. */
function foundBelow(folder: string, warnings: string[]): string[] {
  const found: string[] = [];
  const waiting = [folder];
  let looked = 0;
  for (let directory = waiting.shift(); directory !== undefined; directory = waiting.shift()) {
    for (const entry of entriesOf(directory)) {
      if (++looked > LOOK_LIMIT) {
        warnings.push(
          `${folder} has very many files: name the rule files in the settings (lanner.ruleFiles)`,
        );
        return found.sort();
      }
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && entry.name !== 'node_modules') waiting.push(path);
      } else if (entry.isFile() && isRuleFileName(entry.name) && holdsRules(readText(path) ?? '')) {
        found.push(path);
      }
    }
  }
  return found.sort();
}

function entriesOf(directory: string): { name: string; isDirectory(): boolean; isFile(): boolean }[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    // A directory that nobody may read has no rules to edit.
    return [];
  }
}

/** Tests of rules lie beside them, and are none. */
export function isRuleFileName(name: string): boolean {
  return /\.ya?ml$/.test(name) && !/\.test\.ya?ml$/.test(name);
}

/** Whether a text looks like a rule file. */
export function holdsRules(text: string): boolean {
  return /^[ ]*-[ ]+(?:rule|macro|list|required_engine_version|required_plugin_versions)[ ]*:/m.test(text);
}

/** Text of a file; `undefined` when it cannot be read or is too large. */
export function readText(path: string): string | undefined {
  try {
    return statSync(path).size > SIZE_LIMIT ? undefined : readFileSync(path, 'utf8').replace(/^\ufeff/, '');
  } catch {
    return undefined;
  }
}

/** Name of a file for messages: below the folder its path from there. */
export function shownName(path: string, folder: string): string {
  const short = relative(folder, path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
}
