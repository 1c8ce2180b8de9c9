/** `--version`. */
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { ENGINE_VERSION } from '../engine/rule-environment.ts';
import { SCHEMA_VERSION } from '../events/listing.ts';
import { printLine } from './print.ts';

export const LANNER_VERSION: string = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
).version;

/** Version of Falco's interface to its drivers that Lanner's events keep to. */
const DRIVER_API_VERSION = '10.1.0';
/** Version of Falco that Lanner takes the place of. */
const FALCO_VERSION = '0.44.1';

/** Prints versions as text, or as JSON with Falco's keys. */
export function printVersion(json: boolean): void {
  if (!json) {
    printLine(`Lanner version: ${LANNER_VERSION} (${os.machine()})`);
    printLine(`Compatible with Falco: ${FALCO_VERSION}, engine ${ENGINE_VERSION}`);
    printLine(`Event schema: ${SCHEMA_VERSION}`);
    return;
  }
  printLine(
    JSON.stringify({
      driver_api_version: DRIVER_API_VERSION,
      driver_schema_version: SCHEMA_VERSION,
      engine_version: ENGINE_VERSION.split('.')[1],
      engine_version_semver: ENGINE_VERSION,
      falco_version: FALCO_VERSION,
      lanner_version: LANNER_VERSION,
    }),
  );
}
