/**
 * Who looks at the machine's file systems for the thread that reads events. Everything that may have to wait for a
 * file system is asked here; see process-looks.ts for how it is answered while one of them does not.
 */
import { type Findings, find, type Look } from './look.ts';

/** The answer is not known, and is not that there is nothing: nobody could look, or who looked did not come back. */
export const UNANSWERED: unique symbol = Symbol('unanswered');

export type Answer<One extends Look> = Findings[One['kind']] | typeof UNANSWERED;

export interface LookStatistics {
  /** Looks that were given up, since they did not come back. */
  readonly givenUp: number;
  /** Looks that were not made: of what lately did not answer, or since too many had been given up. */
  readonly refused: number;
}

export interface Looks {
  readonly statistics: LookStatistics;
  /** Nobody can look at present: every answer would be {@link UNANSWERED}. */
  readonly isBlocked: boolean;
  /** Looks now; waits for a moment at most. */
  ask<One extends Look>(look: One): Answer<One>;
  /** The same for many. */
  askAll<One extends Look>(looks: readonly One[]): readonly Answer<One>[];
  /** Looks when there is time; `answer` is called once, and never before this returns. */
  askLater<One extends Look>(look: One, answer: (found: Answer<One>) => void): void;
  /** Ends what looks. Nothing is answered any more. */
  close(): void;
}

/** Looks on the caller's thread, however long that takes: for tests, and where nobody waits. */
export class DirectLooks implements Looks {
  readonly statistics = { givenUp: 0, refused: 0 };
  readonly isBlocked = false;

  ask<One extends Look>(look: One): Answer<One> {
    return find(look) as Answer<One>;
  }

  askAll<One extends Look>(looks: readonly One[]): readonly Answer<One>[] {
    return looks.map((look) => this.ask(look));
  }

  askLater<One extends Look>(look: One, answer: (found: Answer<One>) => void): void {
    setImmediate(() => answer(this.ask(look)));
  }

  close(): void {}
}
