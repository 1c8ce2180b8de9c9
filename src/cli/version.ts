/** `--version`. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { PLUGINS } from '../engine/plugins.ts';
import { ENGINE_VERSION } from '../engine/rule-environment.ts';
import { SCHEMA_VERSION } from '../events/listing.ts';
import { printLine } from './print.ts';

export const LANNER_VERSION: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;

/** Version of Falco's interface to its drivers that Lanner's events keep to. */
const DRIVER_API_VERSION = '10.1.0';
/** Version of Falco that Lanner takes the place of, and of its interface to plugins. */
const FALCO_VERSION = '0.44.1';
const PLUGIN_API_VERSION = '3.12.0';

/** Versions under Falco's keys; what Falco takes from elsewhere is a part of Lanner. */
export function versions(): Readonly<Record<string, unknown>> {
  return {
    default_driver_version: `lanner-${LANNER_VERSION}`,
    driver_api_version: DRIVER_API_VERSION,
    driver_schema_version: SCHEMA_VERSION,
    engine_version: ENGINE_VERSION.split('.')[1],
    engine_version_semver: ENGINE_VERSION,
    falco_version: FALCO_VERSION,
    lanner_version: LANNER_VERSION,
    libs_version: `lanner-${LANNER_VERSION}`,
    plugin_api_version: PLUGIN_API_VERSION,
    plugin_versions: Object.fromEntries([...PLUGINS].map(([name, { version }]) => [name, version])),
  };
}

/** Prints versions as text, or as JSON with Falco's keys. */
export function printVersion(json: boolean): void {
  if (json) printLine(JSON.stringify(versions()));
  else {
    printLine(`Lanner version: ${LANNER_VERSION} (${os.machine()})`);
    printLine(`Compatible with Falco: ${FALCO_VERSION}, engine ${ENGINE_VERSION}`);
    printLine(`Plugin API: ${PLUGIN_API_VERSION}`);
    printLine('Driver:');
    printLine(`  API version: ${DRIVER_API_VERSION}`);
    printLine(`  Schema version: ${SCHEMA_VERSION}`);
  }
}
