/** Outcome of one test or check, or a note: a line that a test has to say (`context.diagnostic`). */
export interface Result {
  readonly outcome: 'passed' | 'failed' | 'skipped' | 'noted';
  /** File and line, or the name of the check. */
  readonly place: string;
  /** Of a note what it says. */
  readonly name: string;
  /** One line; empty when passed. */
  readonly reason: string;
  /** All that is known of a failure, several lines. */
  readonly detail: string;
}

/** First line of a text, for a list that has one line per test. */
export function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
