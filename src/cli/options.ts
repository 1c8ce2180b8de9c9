/** What the flags that commands have in common mean for the configuration. */
import process from 'node:process';
import { defaultConfigFile, isFalcos, type LoadedConfig, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { builtInPlugins, pluginWarnings } from '../engine/plugins.ts';
import type { Log } from './log.ts';

export interface CommonOptions {
  readonly c?: string;
  readonly r?: readonly string[];
  readonly option?: readonly string[];
  readonly print?: string;
  readonly unbuffered?: boolean;
  readonly verbose?: boolean;
}

/** Loads the configuration that the options name. */
export function loadConfigOf(options: CommonOptions): LoadedConfig {
  const file = options.c ?? defaultConfigFile();
  const loaded = loadConfig({
    file: file === '' ? undefined : file,
    overrides: options.option ?? [],
    environment: process.env,
  });
  return { ...loaded, config: withPrinted(loaded.config, options.print) };
}

/** Says where the configuration is from, when that may surprise, and what is wrong with it. */
export function logConfiguration(
  { config, files, warnings }: LoadedConfig,
  { c }: CommonOptions,
  log: Log,
): void {
  const [first] = files;
  if (c === undefined && first !== undefined && isFalcos(first)) log(`Using Falco's configuration, ${first}`);
  for (const warning of [...warnings, ...pluginWarnings(config)]) log(`warning: ${warning}`, 'warning');
  for (const line of builtInPlugins(config)) log(line);
}

/** Loads the configuration that the options name, and logs what there is to say of it. */
export function configFrom(options: CommonOptions, log: Log): Config {
  const loaded = loadConfigOf(options);
  logConfiguration(loaded, options, log);
  return loaded.config;
}

/** `-p`: a format behind the output of every rule. Old names of container engines ask for what there always is. */
function withPrinted(config: Config, format: string | undefined): Config {
  if (format === undefined || /^(?:c|k|container|kubernetes)$/.test(format)) return config;
  const everywhere = { source: undefined, tags: [], rule: undefined };
  const added = { match: everywhere, extra_output: format, extra_fields: [], suggested_output: false };
  return { ...config, append_output: [...config.append_output, added] };
}
