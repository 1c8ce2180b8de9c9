import type { PriorityName } from '../../src/server/api-types.ts';

/** From the most severe. */
export const PRIORITIES: readonly PriorityName[] = [
  'Emergency',
  'Alert',
  'Critical',
  'Error',
  'Warning',
  'Notice',
  'Informational',
  'Debug',
];
