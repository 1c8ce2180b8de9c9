/** Times as Kubernetes writes them (RFC 3339, up to nanoseconds). */

const TIME = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\d*([Zz]|[+-]\d\d:\d\d)$/;

/** Nanoseconds since the epoch; `undefined` for what is no time, or one before 1970. */
export function parseTimestamp(text: unknown): bigint | undefined {
  const found = typeof text === 'string' ? TIME.exec(text) : null;
  if (!found) return undefined;
  const [, date, time, fraction = '', zone = ''] = found;
  const seconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`) / 1000;
  if (!(seconds >= 0)) return undefined;
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}
