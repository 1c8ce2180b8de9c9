/** One alert of the store with its evidence, as commands name it. */
import { InvalidArgumentError } from 'commander';
import type { Evidence } from '../alerts/evidence.ts';
import type { StoredAlert } from '../store/query.ts';
import { fail } from './fail.ts';
import { plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { openStore, pathOfStore } from './store.ts';

export interface AlertWithEvidence {
  readonly alert: StoredAlert;
  readonly evidence: Evidence | undefined;
  /** Why there are no processes, in a line for people. */
  readonly reason: string | undefined;
}

/** The number of an alert, with or without its `@`. */
export function parseAlertId(text: string): number {
  if (!/^@?[1-9]\d{0,14}$/.test(text))
    throw new InvalidArgumentError('Give the number of an alert, such as @17: "lanner alerts" shows it.');
  return Number(text.replace('@', ''));
}

/** Ends the command when there is no such alert. */
export function alertWithEvidence(
  id: number,
  options: CommonOptions & { readonly store?: string },
): AlertWithEvidence {
  const path = pathOfStore(options.store, configFrom(options, plainLog));
  const store = openStore(path);
  try {
    const alert = store.query.alert(id);
    if (alert === undefined) fail(`${path} has no alert @${id}`);
    const evidence = store.query.evidence(id);
    return { alert, evidence, reason: reasonFor(evidence) };
  } finally {
    store.close();
  }
}

function reasonFor(evidence: Evidence | undefined): string | undefined {
  if (evidence === undefined)
    return 'no evidence was kept with it: it tells of Lanner itself or of alerts that were held back, or was stored by an earlier version';
  if (evidence.processesReason !== undefined)
    return `the processes were not kept: ${evidence.processesReason}`;
  const { processes, audit = [] } = evidence;
  return processes.length + audit.length === 0 ? 'the process of the event was not known' : undefined;
}
