/** Fields that Falco has declared obsolete: what is said of each. */
const NO_LATENCY = 'the field is not available: entries of system calls are no longer recorded';

export const DEPRECATED_FIELDS: ReadonlyMap<string, string> = new Map([
  [
    'evt.dir',
    "entries of system calls are no longer recorded, so 'evt.dir = <' is always true and 'evt.dir = >' always false; leave the check out",
  ],
  ['evt.latency', NO_LATENCY],
  ['evt.latency.s', NO_LATENCY],
  ['evt.latency.ns', NO_LATENCY],
  ['evt.latency.human', NO_LATENCY],
  ['evt.wait_latency', NO_LATENCY],
]);
