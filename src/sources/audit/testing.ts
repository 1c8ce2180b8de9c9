/** For tests: a source whose events are kept, and audit events to bring. */
import type { EventCursor } from '../../events/cursor.ts';
import { type AuditInput, AuditSource } from './audit-source.ts';
import { AuditIntake, type AuditTrouble, type IntakeLimits } from './intake.ts';

/** One audit event as an API server writes it. */
export function auditEventOf(auditID: string, more: object = {}): object {
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'RequestResponse',
    auditID,
    stage: 'ResponseComplete',
    requestURI: '/api',
    verb: 'get',
    user: { username: 'u' },
    requestReceivedTimestamp: '2026-01-31T13:03:07.123456Z',
    stageTimestamp: '2026-01-31T13:03:08.000001Z',
    ...more,
  };
}

export function eventList(...items: readonly object[]): object {
  return { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
}

/** Takes audit events and keeps their ids. */
export class AuditProbe {
  readonly intake: AuditIntake;
  readonly troubles: AuditTrouble[] = [];
  readonly ids: string[] = [];
  source: AuditSource | undefined;
  readonly #look: (event: EventCursor) => void;
  #ended: Promise<void> = Promise.resolve();
  #waiting: { readonly count: number; readonly done: () => void }[] = [];

  constructor(limits: Partial<IntakeLimits> = {}, look: (event: EventCursor) => void = () => {}) {
    const usual = { eventBytes: 262_144, payloadBytes: 1 << 20, queueBytes: 1 << 22 };
    this.intake = new AuditIntake({ ...usual, ...limits }, (trouble) => this.troubles.push(trouble));
    this.#look = look;
  }

  start(...inputs: readonly AuditInput[]): void {
    this.source = new AuditSource(this.intake, inputs);
    this.#ended = this.source.run((event) => {
      this.#look(event);
      const { auditID } = event.json(1) as { readonly auditID: string };
      this.ids.push(auditID);
      for (const { count, done } of this.#waiting) if (this.ids.length >= count) done();
    });
  }

  /** Resolves when so many events have come. */
  async until(count: number): Promise<void> {
    if (this.ids.length >= count) return;
    await new Promise<void>((done) => this.#waiting.push({ count, done }));
  }

  /** Resolves when all inputs have ended and all events have come. */
  ended(): Promise<void> {
    return this.#ended;
  }

  async stop(): Promise<void> {
    this.source?.stop();
    await this.#ended;
  }
}
