/** How much evidence may be gathered: a flood of alerts must not slow down what detects them. */
import { type BudgetClocks, TimeBudget } from '../system/time-budget.ts';
import { TokenBucket } from '../system/token-bucket.ts';

/** Alerts a second that get evidence, and at once after a quiet time: those who store it have to keep up, too. */
const RATE = 500;
const BURST = 1000;
/** Of the time of the thread that reads events, for each of processes and conditions. */
const SHARE = 0.02;
/** Milliseconds that may be spent at once after a quiet time. */
const MOST_MS = 200;

export interface EvidenceCounts {
  /** Alerts for which evidence was gathered, all of it or a part. */
  readonly gathered: number;
  /** Alerts without processes and facts of the request, and without a judged condition, for want of time. */
  readonly withoutProcesses: number;
  readonly withoutCondition: number;
  /** Alerts of rules whose condition cannot be judged part by part: too large, or not known as it was written. */
  readonly withoutParts: number;
  /** Evidence of which something was shortened or left out, since it was large. */
  readonly cut: number;
  /** Alerts whose evidence could not be gathered: a fault in Lanner. */
  readonly failed: number;
}

/** Lasts as long as the run, through all changes of rules. */
export class EvidenceBudget {
  /** For one alert. */
  readonly alerts: Pick<TokenBucket, 'take'>;
  readonly processes: Pick<TimeBudget, 'spend'>;
  readonly conditions: Pick<TimeBudget, 'spend'>;
  readonly counts = {
    gathered: 0,
    withoutProcesses: 0,
    withoutCondition: 0,
    withoutParts: 0,
    cut: 0,
    failed: 0,
  };

  /** `isLimited`: events come as they happen, and do not wait. */
  constructor(isLimited: boolean, clocks?: BudgetClocks) {
    const clock = clocks?.passed ?? (() => performance.now());
    this.alerts = isLimited ? new TokenBucket(RATE, BURST, clock) : { take: () => true };
    this.processes = isLimited ? new TimeBudget(SHARE, MOST_MS, clocks) : UNLIMITED;
    this.conditions = isLimited ? new TimeBudget(SHARE, MOST_MS, clocks) : UNLIMITED;
  }
}

const UNLIMITED: Pick<TimeBudget, 'spend'> = { spend: (work) => work() };
