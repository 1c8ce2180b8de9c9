/**
 * Keeps Lanner's memory below a ceiling: near it, things are given up one after the other, what matters least first,
 * and taken up again when there has been room for a while.
 */
import type { InternalNews } from '../alerts/internal.ts';

/** In bytes. */
export interface MemoryReading {
  /** What this process alone has in RAM: not the buffers that it shares with the kernel. */
  readonly own: number;
  readonly heapUsed: number;
  /** At which V8 would end the program. */
  readonly heapLimit: number;
}

/** Something that is given up while memory is short. */
export interface MemoryStep {
  readonly name: string;
  /** What it means, in words for people. */
  readonly about: string;
  readonly giveUp: () => void;
  readonly takeUp: () => void;
}

export interface MemoryGuardParts {
  /** What matters least first. */
  readonly steps: readonly MemoryStep[];
  readonly read: () => MemoryReading;
  /** Collects garbage and gives memory back to the machine. */
  readonly reclaim: () => void;
  readonly tell: (news: Pick<InternalNews, 'subject' | 'priority' | 'detail' | 'fields'>) => void;
  /** Milliseconds of a clock that never goes back. */
  readonly clock: () => number;
}

/** Shares of the ceiling: something is given up from the first on, and taken up again below the second. */
const HIGH = 0.9;
const LOW = 0.75;
/** How long a step is given to have its effect, unless the ceiling is exceeded, and how long there must be room. */
const SETTLE_MS = 5000;
const CALM_MS = 60_000;
/** Collecting garbage takes a tenth of a second, and may be all that is needed: it is tried so often at most. */
const RECLAIM_MS = 30_000;
/** The ceiling of the heap. Near its limit V8 does little but collect garbage, and then ends the program. */
const HEAP_SHARE = 0.7;

export class MemoryGuard {
  readonly #parts: MemoryGuardParts;
  #ceiling: number;
  #given = 0;
  #changedAt = Number.NEGATIVE_INFINITY;
  #reclaimedAt = Number.NEGATIVE_INFINITY;
  /** Since when there is room. */
  #calmSince: number | undefined;
  #pressure = 0;
  readonly #times: number[];

  /** `ceiling`: bytes; 0 for none but V8's own. */
  constructor(parts: MemoryGuardParts, ceiling: number) {
    this.#parts = parts;
    this.#ceiling = ceiling;
    this.#times = parts.steps.map(() => 0);
  }

  /** Another ceiling from now on. What was given up for the sake of the one before is taken up if there is room. */
  configure(ceiling: number): void {
    if (ceiling === this.#ceiling) return;
    this.#ceiling = ceiling;
    this.#measure();
    if (this.#pressure < LOW) while (this.#given > 0) this.#takeUp();
  }

  /** To be called several times a second: memory may grow fast. */
  look(): void {
    const now = this.#parts.clock();
    this.#measure();
    if (this.#pressure >= HIGH) {
      this.#calmSince = undefined;
      this.#relieve(now);
    } else if (this.#pressure >= LOW) this.#calmSince = undefined;
    else {
      this.#calmSince ??= now;
      if (this.#given > 0 && now - Math.max(this.#calmSince, this.#changedAt) >= CALM_MS) this.#takeUp();
    }
  }

  /** How many steps are given up now. */
  get given(): number {
    return this.#given;
  }

  /** In bytes; 0 for none. */
  get ceiling(): number {
    return this.#ceiling;
  }

  /** Share of the ceiling that is in use, or of V8's own limit if that is nearer. */
  get pressure(): number {
    return this.#pressure;
  }

  /** How often each step was given up since the start, by its name. */
  get times(): ReadonlyMap<string, number> {
    return new Map(this.#parts.steps.map(({ name }, index) => [name, this.#times[index] as number]));
  }

  #measure(): void {
    const { own, heapUsed, heapLimit } = this.#parts.read();
    const ofCeiling = this.#ceiling > 0 ? own / this.#ceiling : 0;
    this.#pressure = Math.max(ofCeiling, heapUsed / (heapLimit * HEAP_SHARE));
  }

  #relieve(now: number): void {
    if (now - this.#reclaimedAt >= RECLAIM_MS) this.#reclaim(now);
    if (this.#pressure < HIGH) return;
    const mayWait = this.#pressure < 1 && now - this.#changedAt < SETTLE_MS;
    if (mayWait) return;
    // Above the ceiling there is no time to wait for what each step brings.
    while (this.#given < this.#parts.steps.length) {
      this.#giveUp();
      this.#reclaim(now);
      if (this.#pressure < 1) return;
    }
  }

  #reclaim(now: number): void {
    this.#reclaimedAt = now;
    this.#parts.reclaim();
    this.#measure();
  }

  #giveUp(): void {
    const step = this.#parts.steps[this.#given] as MemoryStep;
    this.#times[this.#given] = (this.#times[this.#given] as number) + 1;
    this.#given++;
    this.#changedAt = this.#parts.clock();
    step.giveUp();
    const isLast = this.#given === this.#parts.steps.length;
    this.#tell(step, isLast ? 'Critical' : 'Warning', `Memory is short: ${step.about}.`);
  }

  #takeUp(): void {
    this.#given--;
    this.#changedAt = this.#parts.clock();
    const step = this.#parts.steps[this.#given] as MemoryStep;
    step.takeUp();
    this.#tell(step, 'Informational', `There is room again: no longer ${step.about}.`);
  }

  #tell({ name }: MemoryStep, priority: InternalNews['priority'], detail: string): void {
    const { own, heapUsed, heapLimit } = this.#parts.read();
    this.#parts.tell({
      ...{ subject: 'memory ceiling', priority, detail },
      fields: {
        ...{ step: name, steps_given_up: this.#given, own_bytes: own, ceiling_bytes: this.#ceiling },
        ...{ heap_used_bytes: heapUsed, heap_limit_bytes: heapLimit },
      },
    });
  }
}
