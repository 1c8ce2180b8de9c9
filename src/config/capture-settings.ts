/** Settings about recording what surrounds an alert (`capture`). */
import { key, section } from './section.ts';
import { choice, duration, flag, integer, text } from './shape.ts';

const MODES = ['rules', 'all_rules'] as const;

export const CAPTURE = section({
  enabled: key('Record what surrounds an alert, in a compressed .scap file.', flag(false)),
  path_prefix: key(
    'What the names of the files begin with; time and number of the first event follow.',
    text('/tmp/falco'),
  ),
  mode: key(
    'Which rules start a recording: those with `capture: true` (rules), or all (all_rules).',
    choice(MODES, 'rules'),
  ),
  default_duration: key(
    'How long a recording goes on after an alert whose rule does not say, in milliseconds.',
    integer(5000, 0, 0xffff_ffff),
  ),
  max_file_size_mb: key(
    'Megabytes on disk at which a recording ends; 0 for no limit.',
    integer(0, 0, Number.MAX_SAFE_INTEGER),
  ),
  before: key('How much of what was before the alert is in the file too.', duration('0', '1h'), {
    own: true,
  }),
  before_mb: key(
    'The most memory, in megabytes, that the events before an alert may take; the oldest are forgotten first.',
    integer(64, 1, 4096),
    { own: true },
  ),
});
