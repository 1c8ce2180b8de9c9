/** `--support`: what a report of a fault should come with. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import process from 'node:process';
import { stringify } from 'yaml';
import type { Config } from '../config/schema.ts';
import { printLine } from './print.ts';
import { LANNER_VERSION, versions } from './version.ts';

/** Prints the JSON, with Falco's keys. `ruleFiles` are paths. */
export function printSupport(config: Config, ruleFiles: readonly string[]): void {
  printLine(
    JSON.stringify({
      cmdline: process.argv.slice(1).join(' '),
      config: stringify(config),
      engine_info: versions(),
      rules_files: ruleFiles.map((name) => ({ name, variants: [{ content: readFileSync(name, 'utf8') }] })),
      system_info: {
        machine: os.machine(),
        nodename: os.hostname(),
        release: os.release(),
        sysname: os.type(),
        version: os.version(),
      },
      version: LANNER_VERSION,
    }),
  );
}
