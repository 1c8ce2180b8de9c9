/**
 * Looks at file systems by a process of its own, so that one that does not answer holds up events for a moment
 * only. It is a process and no thread, because a call to a file system of a program's own cannot always be ended:
 * a process with such a thread could not end either.
 *
 * A look that does not come back is given up, and another process takes its place. Both cost time, and whoever may
 * mount can make looks hang: so there is a limit to how often that happens, and to how many processes hang. Beyond
 * it nothing is looked at for a while, and everything is {@link UNANSWERED} at once.
 */
import { TokenBucket } from '../token-bucket.ts';
import { type Findings, type Look, subjectOf } from './look.ts';
import { LookProcess, type Received } from './look-process.ts';
import { type Answer, type LookStatistics, type Looks, UNANSWERED } from './looks.ts';

export interface LookLimits {
  /**
   * Half the milliseconds that somebody waits for an answer of a process that does nothing; up to ten times as many
   * on a machine that is slow, a quarter of what the process took to start.
   */
  readonly waitMs: number;
  /**
   * Times that {@link waitMs} is waited once more for an answer, and for another process to start, when nothing is
   * to be seen of its work; and the milliseconds that this may take in all, and that come back a second. A machine
   * under load is slow now and then, a file system that hangs on purpose does so again and again.
   */
  readonly patience: {
    readonly answer: number;
    readonly start: number;
    readonly ms: number;
    readonly msPerSecond: number;
  };
  /** Milliseconds after which a look hangs that nobody waits for. */
  readonly stuckMs: number;
  /** Milliseconds that the first process may take to start. */
  readonly startMs: number;
  /** Processes that may be started a second, and at once after a quiet time. */
  readonly starts: number;
  readonly startBurst: number;
  /** Processes that may hang at a time. */
  readonly hanging: number;
  /** Milliseconds for which nothing is asked of what has not answered. */
  readonly avoidedMs: number;
}

export const LOOK_LIMITS: LookLimits = {
  waitMs: 50,
  patience: { answer: 6, start: 30, ms: 10_000, msPerSecond: 50 },
  stuckMs: 5000,
  startMs: 30_000,
  starts: 0.5,
  startBurst: 4,
  hanging: 4,
  avoidedMs: 60_000,
};

/** Questions that are under way at a time, so that neither side fills the other's buffer. */
const WINDOW = 64;
/** The same of those that nobody waits for: somebody who does comes behind them. */
const LATER_WINDOW = 8;
/** What has not answered lately. */
const MAX_AVOIDED = 1024;

interface Later {
  readonly look: Look;
  readonly answer: (found: Findings[Look['kind']] | typeof UNANSWERED) => void;
}

export class ProcessLooks implements Looks {
  readonly #limits: LookLimits;
  readonly #starts: TokenBucket;
  readonly #patience: TokenBucket;
  #process: LookProcess | undefined;
  /** Given up, and not yet ended. */
  readonly #hanging = new Set<LookProcess>();
  /** What has not answered, and until when it is not asked. */
  readonly #avoided = new Map<string, number>();
  /** Not asked yet, and asked. */
  #later: Later[] = [];
  #sent: Later[] = [];
  #watch: NodeJS.Timeout | undefined;
  /** Milliseconds that may still be waited for the process to start. */
  #startWait: number;
  /** Milliseconds that the first process took to start. */
  #startedIn = 0;
  #isClosed = false;
  #givenUp = 0;
  #refused = 0;

  /** The process starts at once, so that it is there when it is asked. */
  constructor(limits: Partial<LookLimits> = {}) {
    this.#limits = { ...LOOK_LIMITS, ...limits };
    const { starts, startBurst, patience } = this.#limits;
    this.#starts = new TokenBucket(starts, startBurst, () => performance.now());
    this.#patience = new TokenBucket(patience.msPerSecond, patience.ms, () => performance.now());
    this.#startWait = this.#limits.startMs;
    this.#start();
  }

  get statistics(): LookStatistics {
    return { givenUp: this.#givenUp, refused: this.#refused };
  }

  get isBlocked(): boolean {
    return this.#isClosed || this.#hanging.size >= this.#limits.hanging;
  }

  ask<One extends Look>(look: One): Answer<One> {
    return this.askAll([look])[0] as Answer<One>;
  }

  askAll<One extends Look>(looks: readonly One[]): readonly Answer<One>[] {
    const answers: Answer<One>[] = looks.map(() => UNANSWERED);
    const wanted = [...looks.keys()].filter((index) => !this.#isAvoided(looks[index] as One));
    let answered = 0;
    const process = wanted.length === 0 ? undefined : this.#ready();
    while (process && process === this.#process && answered < wanted.length) {
      const window = wanted.slice(answered, answered + WINDOW);
      for (const index of window) process.send(looks[index] as One, false);
      for (const index of window) {
        const received = this.#receive(process, looks[index] as One);
        if (received === undefined) {
          // It counts as given up.
          this.#refused--;
          break;
        }
        answers[index] = received.found as Answer<One>;
        answered++;
      }
    }
    this.#refused += looks.length - answered;
    this.#sendLater();
    return answers;
  }

  askLater<One extends Look>(look: One, answer: (found: Answer<One>) => void): void {
    if (this.isBlocked || this.#isAvoided(look)) {
      setImmediate(() => answer(UNANSWERED));
      return;
    }
    this.#later.push({ look, answer: answer as Later['answer'] });
    this.#sendLater();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#watch);
    this.#later = [];
    this.#sent = [];
    this.#process?.end();
    this.#process = undefined;
  }

  #start(): LookProcess | undefined {
    if (this.#process || this.isBlocked || !this.#starts.take()) return this.#process;
    const process: LookProcess = new LookProcess(
      () => this.#collect(process),
      () => {
        this.#hanging.delete(process);
        if (process === this.#process) this.#replace(process);
        this.#sendLater();
      },
    );
    this.#process = process;
    return process;
  }

  /** The process, when it can be asked now by somebody who waits. */
  #ready(): LookProcess | undefined {
    const process = this.#start();
    if (!process) return undefined;
    let isReady = process.awaitReady(this.#startWait);
    // Nobody waits for it again.
    if (this.#startWait > 0 && !isReady) {
      const { waitMs, patience } = this.#limits;
      const rounds = Math.max(patience.start, (2 * this.#startedIn) / waitMs);
      const isPatient = this.#patient(rounds, waitMs);
      while (!isReady && isPatient()) isReady = process.awaitReady(waitMs);
    }
    this.#startWait = 0;
    if (!isReady) return undefined;
    this.#startedIn ||= process.startedIn;
    // Its answers to what nobody waits for come first.
    while (this.#sent.length > 0) {
      const [{ look }] = this.#sent as [Later];
      const received = this.#receive(process, look);
      if (received === undefined) return undefined;
      this.#answer(this.#sent.shift() as Later, received.found);
    }
    return process;
  }

  /** The answer to `look`; `undefined` when it does not come, and the process has been given up. */
  #receive(process: LookProcess, look: Look): Exclude<Received, string> | undefined {
    const { waitMs, patience } = this.#limits;
    const wait = Math.min(Math.max(waitMs, process.startedIn / 4), 10 * waitMs);
    const received = process.receive(wait, undefined, this.#patient(patience.answer, wait));
    if (typeof received === 'object') return received;
    if (received === 'silent') this.#avoid(look);
    this.#giveUp(process);
    return undefined;
  }

  /** Says `times` times at most that it may be waited so many milliseconds more, as long as there is patience. */
  #patient(times: number, milliseconds: number): () => boolean {
    let left = times;
    return () => left-- > 0 && this.#patience.take(milliseconds);
  }

  #giveUp(process: LookProcess): void {
    this.#givenUp++;
    this.#hanging.add(process);
    process.end();
    this.#replace(process);
  }

  /** Another process takes its place; of what nobody waits for, the oldest was what it hung at. */
  #replace(process: LookProcess): void {
    if (process !== this.#process) return;
    this.#process = undefined;
    const [culprit, ...others] = this.#sent;
    this.#sent = [];
    this.#later = [...others, ...this.#later];
    if (culprit) this.#answer(culprit, UNANSWERED);
    this.#startWait = 2 * this.#limits.waitMs;
    if (!this.#isClosed) this.#start();
  }

  /** Never at once: who asked may be in the middle of an event. */
  #answer({ answer }: Later, found: unknown): void {
    setImmediate(() => {
      if (!this.#isClosed) answer(found as Parameters<Later['answer']>[0]);
    });
  }

  #sendLater(): void {
    if (this.#isClosed) return;
    const process = this.#later.length > 0 ? this.#start() : undefined;
    if (!process) {
      // Nobody can look: who asked is told so.
      if (this.isBlocked) for (const one of this.#later.splice(0)) this.#answer(one, UNANSWERED);
      return;
    }
    this.#watch ??= this.#watchFor(this.#sent[0] ?? this.#later[0]);
    if (!process.awaitReady(0)) return;
    while (this.#sent.length < LATER_WINDOW) {
      const next = this.#later.shift();
      if (!next) break;
      process.send(next.look, true);
      this.#sent.push(next);
    }
  }

  /** The bell has rung: takes what has been answered. */
  #collect(process: LookProcess): void {
    if (process !== this.#process) return;
    while (this.#sent.length > 0) {
      const received = process.receive(0);
      if (typeof received === 'string') break;
      this.#answer(this.#sent.shift() as Later, received.found);
    }
    this.#sendLater();
  }

  /** When this one has no answer after a while, the process hangs at it, or at one before. */
  #watchFor(oldest: Later | undefined): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#watch = undefined;
      const process = this.#process;
      const isStuck = oldest !== undefined && this.#sent.includes(oldest);
      if (isStuck) this.#avoid(oldest.look);
      if (process && (isStuck || !this.#isAlive(process))) this.#giveUp(process);
      const next = this.#sent[0] ?? this.#later[0];
      if (next && !this.#isClosed) this.#watch ??= this.#watchFor(next);
      this.#sendLater();
    }, this.#limits.stuckMs);
    return timer.unref();
  }

  /** It is there, or there is still hope. */
  #isAlive({ isReady, startedAt }: LookProcess): boolean {
    return isReady || performance.now() < startedAt + this.#limits.startMs;
  }

  #avoid(look: Look): void {
    if (this.#avoided.size >= MAX_AVOIDED) this.#avoided.clear();
    this.#avoided.set(subjectOf(look), performance.now() + this.#limits.avoidedMs);
  }

  #isAvoided(look: Look): boolean {
    if (this.#avoided.size === 0) return false;
    const until = this.#avoided.get(subjectOf(look));
    if (until === undefined) return false;
    if (performance.now() < until) return true;
    this.#avoided.delete(subjectOf(look));
    return false;
  }
}
