/** Loads the configuration: a file, those that it names, overrides from the command line, defaults. */
import { existsSync, readFileSync } from 'node:fs';
import { adoptContainerPlugin } from './container-plugin.ts';
import type { Environment } from './environment.ts';
import { checkInclusion, filesOf, INCLUDE_KEY, mergeConfig } from './include.ts';
import type { ConfigFile } from './include-settings.ts';
import { adoptK8sAuditPlugin } from './k8saudit-plugin.ts';
import { ConfigError, type MapNode } from './node.ts';
import { applyOverride } from './override.ts';
import { type Config, SCHEMA } from './schema.ts';
import { idleWarnings } from './section.ts';
import type { Findings } from './shape.ts';
import { parseConfigText } from './yaml.ts';

export interface ConfigSources {
  /** Path of a falco.yaml; `undefined` for none. */
  readonly file: string | undefined;
  /** Values of `-o`, applied in order after the files; those about `config_files` come before them. */
  readonly overrides: readonly string[];
  readonly environment: Environment;
}

export interface LoadedConfig {
  readonly config: Config;
  /** One line each. */
  readonly warnings: readonly string[];
  /** Files that were read, in order. */
  readonly files: readonly string[];
  /** What `config_files` names, there or not. */
  readonly included: readonly string[];
}

/** Where the configuration is when nobody says where: Lanner's own, otherwise Falco's. */
const FALCO_FILE = '/etc/falco/falco.yaml';
const DEFAULT_FILES = ['/etc/lanner/lanner.yaml', FALCO_FILE];

/** Path of the configuration that is used when none is named; `undefined` when there is none. */
export function defaultConfigFile(): string | undefined {
  return DEFAULT_FILES.find((file) => existsSync(file));
}

/** Whether a file is where Falco has its configuration. */
export function isFalcos(file: string): boolean {
  return file === FALCO_FILE;
}

/** Throws {@link ConfigError} when a file cannot be read or a value does not fit. */
export function loadConfig({ file, overrides, environment }: ConfigSources): LoadedConfig {
  const read = (path: string): MapNode => parseConfigText(readConfigFile(path), path, environment);
  const root: MapNode =
    file === undefined ? { kind: 'map', entries: new Map(), place: 'defaults' } : read(file);
  const [ofFiles, others] = partition(overrides, isOfFiles);
  for (const option of ofFiles) applyOverride(root, option, environment);
  const included = includedFiles(root);
  const files = file === undefined ? [] : [file];
  for (const entry of included) {
    checkInclusion(entry, file);
    for (const path of filesOf(entry)) {
      mergeConfig(root, read(path), entry.strategy);
      files.push(path);
    }
  }
  for (const option of others) applyOverride(root, option, environment);
  const renamed = adoptOldName(root);
  const adopted = [
    ...renamed,
    ...adoptContainerPlugin(root, environment),
    ...adoptK8sAuditPlugin(root, environment),
  ];
  const findings: Findings = { errors: [], warnings: adopted, idle: [] };
  const config = SCHEMA.read(root, '', findings);
  if (findings.errors.length > 0) throw new ConfigError(findings.errors);
  return {
    config,
    warnings: [...findings.warnings, ...idleWarnings(findings)],
    files,
    included: included.map(({ path }) => path),
  };
}

/** Falco's name of `rules_files` before 0.38. Throws where both are set, as Falco does. */
function adoptOldName({ entries }: MapNode): string[] {
  const old = entries.get('rules_file');
  if (old === undefined) return [];
  if (entries.has('rules_files'))
    throw new ConfigError([`${old.place}: rules_file is the old name of rules_files: give one of them`]);
  entries.delete('rules_file');
  entries.set('rules_files', old);
  return [`${old.place}: rules_file is the old name of rules_files`];
}

/** The entries of `config_files`, read before everything else is there. A single path is a list of one. */
function includedFiles(root: MapNode): readonly ConfigFile[] {
  const node = root.entries.get(INCLUDE_KEY);
  if (node === undefined) return [];
  if (node.kind === 'scalar' && node.value !== null) {
    root.entries.set(INCLUDE_KEY, { kind: 'list', items: [node], place: node.place });
  }
  const findings: Findings = { errors: [], warnings: [], idle: [] };
  const entries = new Map([...root.entries].filter(([key]) => key === INCLUDE_KEY));
  const { config_files } = SCHEMA.read({ ...root, entries }, '', findings);
  if (findings.errors.length > 0) throw new ConfigError(findings.errors);
  return config_files;
}

function isOfFiles(option: string): boolean {
  return /^\s*config_files\s*(?:[=.[]|$)/.test(option);
}

function partition<T>(items: readonly T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter((item) => !belongs(item))];
}

function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { message } = error as Error;
    // Of a directory the system tells no name.
    throw new ConfigError([
      `cannot read the configuration: ${message.includes(file) ? message : `${file}: ${message}`}`,
    ]);
  }
}
