/** Options that the commands which watch have in common, and what they mean for the engine. */
import type { Command } from 'commander';
import { defaultConfigFile, isFalcos, type LoadedConfig, loadConfig } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { pluginWarnings } from '../engine/plugins.ts';
import type { Log } from './log.ts';

export interface CommonOptions {
  readonly c?: string;
  readonly r?: readonly string[];
  readonly option?: readonly string[];
  readonly unbuffered?: boolean;
  readonly verbose?: boolean;
}

/** Adds the options that `lanner` and `lanner run` share. */
export function addCommonOptions(command: Command): Command {
  return command
    .option(
      '-c <path>',
      'configuration file in the form of falco.yaml (default: /etc/lanner/lanner.yaml, else /etc/falco/falco.yaml); "" for none',
    )
    .option(
      '-r <file|dir>',
      'rules file, or directory of *.yaml files, instead of the configured ones; repeatable',
      collect,
    )
    .option(
      '-o, --option <key=value>',
      'set a configuration key, such as json_output=true; repeatable',
      collect,
    )
    .option('-U, --unbuffered', 'write every alert at once (Lanner always does)')
    .option('-v, --verbose', 'tell more: what is being done, and the detail of errors');
}

/** For repeatable options: all values in order. */
export function collect(value: string, previous: readonly string[] = []): readonly string[] {
  return [...previous, value];
}

/** Loads the configuration that the options name, and logs its warnings. */
export function configFrom(options: CommonOptions, log: Log): Config {
  return loadConfigOf(options, log).config;
}

/** As {@link configFrom}, with where it comes from. */
export function loadConfigOf(options: CommonOptions, log: Log): LoadedConfig {
  const file = options.c ?? defaultConfigFile();
  if (options.c === undefined && file !== undefined && isFalcos(file))
    log(`Using Falco's configuration, ${file}`);
  const loaded = loadConfig({
    file: file === '' ? undefined : file,
    overrides: options.option ?? [],
    environment: process.env,
  });
  for (const warning of [...loaded.warnings, ...pluginWarnings(loaded.config)]) log(`warning: ${warning}`);
  return loaded;
}
