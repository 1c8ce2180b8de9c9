/** All cases of the default rules. */
import type { Twin, Violation } from './case.ts';
import { CONTAINER_TWINS, CONTAINER_VIOLATIONS } from './containers.ts';
import { DRIFT_TWINS, DRIFT_VIOLATIONS } from './drift.ts';
import { EXECUTABLE_TWINS, EXECUTABLE_VIOLATIONS } from './executables.ts';
import { FILE_TWINS, FILE_VIOLATIONS } from './files.ts';
import { NETWORK_TWINS, NETWORK_VIOLATIONS } from './network.ts';
import { PROCESS_TWINS, PROCESS_VIOLATIONS } from './processes.ts';

export const VIOLATIONS: readonly Violation[] = [
  ...PROCESS_VIOLATIONS,
  ...EXECUTABLE_VIOLATIONS,
  ...CONTAINER_VIOLATIONS,
  ...DRIFT_VIOLATIONS,
  ...FILE_VIOLATIONS,
  ...NETWORK_VIOLATIONS,
];

export const TWINS: readonly Twin[] = [
  ...PROCESS_TWINS,
  ...EXECUTABLE_TWINS,
  ...CONTAINER_TWINS,
  ...DRIFT_TWINS,
  ...FILE_TWINS,
  ...NETWORK_TWINS,
];

/** The rule on shells with a terminal has its violation in live.test.ts, where a container gets a terminal. */
export const TERMINAL_RULE = 'Shell With Terminal in Container';
