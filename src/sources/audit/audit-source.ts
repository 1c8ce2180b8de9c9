/** Audit events of Kubernetes as a source: whoever brings them, they are judged one after the other. */
import { setImmediate } from 'node:timers/promises';
import type { EventSink, EventSource, SourceStatistics } from '../source.ts';
import { AuditEventWriter } from './event-writer.ts';
import type { AuditIntake } from './intake.ts';

/** Brings audit events to the intake. */
export interface AuditInput {
  /** As messages name it. */
  readonly name: string;
  /** Brings events until it is stopped or has no more. Rejects when it cannot go on. */
  run(): Promise<void>;
  /** Ends `run`; what has been brought by then is still judged. Idempotent. */
  stop(): void;
}

/** Milliseconds after which events of other sources get their turn. */
const TURN_MS = 4;
const NOTHING_LOST: ReadonlyMap<string, number> = new Map();

export class AuditSource implements EventSource {
  readonly name = 'k8s_audit';
  readonly #intake: AuditIntake;
  readonly #inputs: readonly AuditInput[];
  readonly #writer = new AuditEventWriter();
  #delivered = 0;
  #running = 0;
  #failure: Error | undefined;
  #pause: Promise<unknown> | undefined;

  constructor(intake: AuditIntake, inputs: readonly AuditInput[]) {
    this.#intake = intake;
    this.#inputs = inputs;
  }

  /** Ends when all inputs have ended and what they brought has been judged. */
  async run(sink: EventSink): Promise<void> {
    this.#running = this.#inputs.length;
    for (const input of this.#inputs) void this.#watch(input);
    for (;;) {
      const start = performance.now();
      let count = 0;
      const isMore = this.#intake.handOver(
        (event) => sink(this.#writer.show(event, ++this.#delivered)),
        () => this.#pause !== undefined || ((++count & 15) === 0 && performance.now() - start > TURN_MS),
      );
      if (this.#pause) {
        await this.#pause;
        this.#pause = undefined;
      } else if (isMore) await setImmediate();
      else if (this.#running === 0) break;
      else await this.#intake.wait();
    }
    if (this.#failure) throw this.#failure;
  }

  /** Holds events back until a promise is settled. */
  pause(until: Promise<unknown>): void {
    this.#pause = until;
  }

  stop(): void {
    for (const input of this.#inputs) input.stop();
  }

  close(): void {
    this.stop();
  }

  get statistics(): SourceStatistics {
    return { delivered: this.#delivered, lost: NOTHING_LOST };
  }

  async #watch(input: AuditInput): Promise<void> {
    try {
      await input.run();
    } catch (error) {
      this.#failure ??= error as Error;
      this.stop();
    }
    this.#running--;
    this.#intake.wake();
  }
}
