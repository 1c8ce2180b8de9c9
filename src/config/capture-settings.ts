/** Settings about recording what surrounds an alert (`capture`). */
import { choice, flag, integer, type Shape, section, text } from './shape.ts';

const MODES = ['rules', 'all_rules'] as const;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
const DURATION = /^\d+(?:\.\d+)?(?:ms|s|m|h)(?:\d+(?:\.\d+)?(?:ms|s|m|h))*$/;
const PARTS = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;

/** A time such as `10s`, `500ms` or `1m30s`, at most an hour; in milliseconds. `0` needs no unit. */
const DURATION_UP_TO_AN_HOUR: Shape<number> = {
  fallback: 0,
  read(node, path, findings) {
    const given = node.kind === 'scalar' ? String(node.value) : '';
    const milliseconds = given === '0' ? 0 : durationOf(given);
    if (milliseconds !== undefined && milliseconds <= 3_600_000) return milliseconds;
    findings.errors.push(
      `${node.place}: ${path} must be a time of an hour at most such as 10s, 500ms or 1m30s`,
    );
    return this.fallback;
  },
};

export const CAPTURE = section({
  enabled: flag(false),
  /** What the names of the files begin with; time and number of the first event follow. */
  path_prefix: text('/tmp/falco'),
  /** Which rules start a recording: those with `capture: true`, or all. */
  mode: choice(MODES, 'rules'),
  /** How long a recording goes on after an alert whose rule does not say, in milliseconds. */
  default_duration: integer(5000, 0, 0xffff_ffff),
  /** Bytes on disk at which a recording ends; 0 for no limit. */
  max_file_size_mb: integer(0, 0, Number.MAX_SAFE_INTEGER),
  /** Not in Falco: how much of what was before the alert is in the file too. */
  before: DURATION_UP_TO_AN_HOUR,
  /** The most memory that the events before an alert may take; the oldest are forgotten first. */
  before_mb: integer(64, 1, 4096),
});

function durationOf(given: string): number | undefined {
  if (!DURATION.test(given)) return undefined;
  let sum = 0;
  for (const [, count, unit = ''] of given.matchAll(PARTS)) sum += Number(count) * (UNITS[unit] ?? 0);
  return sum;
}
