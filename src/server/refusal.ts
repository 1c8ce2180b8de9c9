/** A request that is not answered as it was meant. */
import type { RuleProblem } from './api-types.ts';
import type { Counted } from './counters.ts';

export interface RefusalDetails {
  readonly problems?: readonly RuleProblem[];
  readonly retryAfterMs?: number;
  /** What is counted beside the answer. */
  readonly counted?: Counted;
}

/** The message is one line for people, and goes to the client as it is. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly details: RefusalDetails;

  constructor(status: number, message: string, details: RefusalDetails = {}) {
    super(message);
    this.status = status;
    this.details = details;
  }
}
