/** Settings of the store that keeps alerts. */
import { key, section } from './section.ts';
import { choice, duration, integer, text } from './shape.ts';

/** When alerts are kept. */
const KEEP = ['machine', 'always', 'never'] as const;

export const STORE = section({
  keep: key(
    'When alerts are kept: `machine`, where lanner watches the whole machine or a cluster, as the service and ' +
      '`npm start` do; `always`, also of `run`, `replay` and `--scope`; `never`.',
    choice(KEEP, 'machine'),
  ),
  path: key(
    "The file. Without it, alerts.db in the service's state directory, in /var/lib/lanner for root, otherwise in " +
      '~/.local/state/lanner ($XDG_STATE_HOME).',
    text(''),
  ),
  max_age: key('For how long alerts are kept; 0 for any time.', duration('30d', '3650d')),
  max_size_mb: key(
    'Megabytes of the file, at which the oldest alerts go; 0 for any size. The log of changes beside it has 8 at most.',
    integer(1024, 0, 1_000_000),
  ),
});
