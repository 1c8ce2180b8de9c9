/** Priorities: by a word, by how full the mark is, and by colour; never by colour alone. */

import { PRIORITIES } from '../../src/rules/checked.ts';
import type { PriorityName } from '../../src/server/api-types.ts';

const SHORT: Readonly<Record<PriorityName, string>> = {
  Emergency: 'Emerg',
  Alert: 'Alert',
  Critical: 'Crit',
  Error: 'Error',
  Warning: 'Warn',
  Notice: 'Notice',
  Informational: 'Info',
  Debug: 'Debug',
};

interface Props {
  readonly priority: PriorityName;
  readonly isLong?: boolean;
}

export function Priority({ priority, isLong = false }: Props) {
  return (
    <span class={`priority p${PRIORITIES.indexOf(priority)}`} title={priority}>
      {isLong ? priority : SHORT[priority]}
    </span>
  );
}
