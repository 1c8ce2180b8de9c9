/** What is said between those who try rules and the thread that does it. */
import type { Trial } from '../authoring/trial-rules.ts';
import type { Config } from '../config/schema.ts';
import type { RuleProblem, TryNews } from '../server/api-types.ts';

/** What is to be tried. */
export interface TrialSettings {
  readonly trial: Trial;
  /** Rule files that macros and lists may come from. */
  readonly others: readonly string[];
  readonly config: Config;
  /** Path of the recording. */
  readonly file: string;
}

/** News for the client, or why there is nothing to try. */
export type TrialMessage = TryNews | { readonly kind: 'rejected'; readonly problems: readonly RuleProblem[] };

/** Milliseconds after which a trial ends. */
export const MOST_MS = 60_000;
