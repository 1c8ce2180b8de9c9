/** Settings that keep alerts from coming in floods. */
import { key, section } from './section.ts';
import { decimal, duration, list, text } from './shape.ts';

/** What tells apart who does what on a machine, and who asks an API server for what. */
const FOLD_KEY = [
  ...['container.id', 'proc.exepath', 'proc.pexepath'],
  ...['ka.user.name', 'ka.verb', 'ka.target.namespace', 'ka.target.name'],
];

export const FOLD = section({
  window: key(
    'For how long alerts of the same rule and key are one: the first goes out at once, and when the time is over ' +
      'one more tells how many there were. 0 for never.',
    duration('0', '24h'),
  ),
  key: key('Fields whose values, beside the rule, alerts have in common then.', list(text(''), FOLD_KEY)),
});

export const RATE_LIMIT = section({
  rule: key('Name of a rule; `*` stands for any text. The first entry that fits counts.', text('*')),
  rate: key('Alerts a second.', decimal(1, 0, Number.MAX_SAFE_INTEGER)),
  burst: key('Alerts at once, after a quiet time.', decimal(10, 1, Number.MAX_SAFE_INTEGER)),
});
