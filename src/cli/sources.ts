/** Which event sources are watched: what the configuration has, less what the flags leave out. */
import type { Config } from '../config/schema.ts';
import { AUDIT_SOURCE, wantsAudit } from '../engine/audit.ts';
import { fail } from './fail.ts';

export interface SourceFlags {
  readonly enableSource?: readonly string[];
  readonly disableSource?: readonly string[];
}

const SYSTEM_CALLS = 'syscall';
const KNOWN: readonly string[] = [SYSTEM_CALLS, AUDIT_SOURCE];

/** Names of the sources, at least one. Ends the command when there is none, or a flag names one that is not there. */
export function chosenSources(
  { enableSource = [], disableSource = [] }: SourceFlags,
  config: Config,
): readonly string[] {
  if (enableSource.length > 0 && disableSource.length > 0)
    fail('--enable-source and --disable-source cannot be given together');
  for (const source of [...enableSource, ...disableSource])
    if (!KNOWN.includes(source)) fail(`there is no event source "${source}"; there are ${KNOWN.join(', ')}`);
  if (enableSource.includes(AUDIT_SOURCE) && !wantsAudit(config))
    fail(
      'k8s_audit has no place that events come from: set kubernetes.audit.from, or open_params of the plugin k8saudit',
    );
  const present = [
    ...(config.engine.kind === 'nodriver' ? [] : [SYSTEM_CALLS]),
    ...(wantsAudit(config) ? [AUDIT_SOURCE] : []),
  ];
  const chosen = present.filter((source) =>
    enableSource.length > 0 ? enableSource.includes(source) : !disableSource.includes(source),
  );
  if (chosen.length > 0) return chosen;
  if (present.length > 0) fail('all event sources are disabled: there is nothing to watch');
  return fail(
    'engine.kind nodriver watches no system calls, and kubernetes.audit.from is empty: there is nothing to watch',
  );
}
