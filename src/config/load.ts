/** Loads the configuration: a file, overrides from the command line, defaults. */
import { readFileSync } from 'node:fs';
import type { Environment } from './environment.ts';
import { ConfigError, type MapNode } from './node.ts';
import { applyOverride } from './override.ts';
import { type Config, SCHEMA } from './schema.ts';
import type { Findings } from './shape.ts';
import { parseConfigText } from './yaml.ts';

export interface ConfigSources {
  /** Path of a falco.yaml; `undefined` for none. */
  readonly file: string | undefined;
  /** Values of `-o`, applied in order after the file. */
  readonly overrides: readonly string[];
  readonly environment: Environment;
}

export interface LoadedConfig {
  readonly config: Config;
  /** One line each. */
  readonly warnings: readonly string[];
}

/** Throws {@link ConfigError} when the file cannot be read or a value does not fit. */
export function loadConfig({ file, overrides, environment }: ConfigSources): LoadedConfig {
  const root: MapNode =
    file === undefined
      ? { kind: 'map', entries: new Map(), place: 'defaults' }
      : parseConfigText(readConfigFile(file), file, environment);
  for (const option of overrides) applyOverride(root, option, environment);
  const findings: Findings = { errors: [], warnings: [], unused: [] };
  const config = SCHEMA.read(root, '', findings);
  if (findings.errors.length > 0) throw new ConfigError(findings.errors);
  const { warnings, unused } = findings;
  if (unused.length > 0) warnings.push(`these settings have no effect yet: ${unused.join(', ')}`);
  return { config, warnings };
}

function readConfigFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError([`cannot read the configuration: ${(error as Error).message}`]);
  }
}
