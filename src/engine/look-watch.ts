/** Says when file systems do not answer: some names of files are unknown then, and rules may be asked under fewer. */
import type { InternalAlert } from '../alerts/alert.ts';
import { internalAlert } from '../alerts/internal.ts';
import type { LookStatistics } from '../system/looks/looks.ts';

export interface LookWatchParts {
  readonly counts: () => LookStatistics;
  readonly log: (line: string) => void;
  readonly alert: (alert: InternalAlert) => void;
  readonly hostname: string;
  /** Milliseconds of a clock that never goes back; for tests. */
  readonly clock?: () => number;
}

/** Milliseconds between two reports. */
const PAUSE = 60_000;

export class LookWatch {
  readonly #parts: LookWatchParts;
  readonly #clock: () => number;
  #told: LookStatistics = { givenUp: 0, refused: 0 };
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(parts: LookWatchParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? (() => performance.now());
  }

  /** To be called once a second. */
  look(): void {
    const now = this.#clock();
    if (now >= this.#toldAt + PAUSE) this.#tell(now);
  }

  /** To be called at the end: tells what has not been told yet. */
  finish(): void {
    this.#tell(this.#clock());
  }

  #tell(now: number): void {
    const { counts, log, alert, hostname } = this.#parts;
    const { givenUp, refused } = counts();
    const givenUpNow = givenUp - this.#told.givenUp;
    const refusedNow = refused - this.#told.refused;
    if (givenUpNow === 0 && refusedNow === 0) return;
    this.#told = { givenUp, refused };
    this.#toldAt = now;
    const detail = `${givenUpNow} looks at file systems did not come back, ${refusedNow} were not made.`;
    log(`${detail} Some files are known by fewer of their names`);
    alert(
      internalAlert({
        subject: 'file system without answer',
        detail,
        priority: 'Warning',
        time: BigInt(Date.now()) * 1_000_000n,
        hostname,
        fields: { looks_given_up: givenUpNow, looks_refused: refusedNow },
      }),
    );
  }
}
