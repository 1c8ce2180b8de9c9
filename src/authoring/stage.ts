/** The events of a test, as often as they are asked for: literal ones, and those of captures and audit logs. */
import { readFileSync, statSync } from 'node:fs';
import { isAuditLog } from '../engine/audit-replay.ts';
import { openCapturedSystem } from '../engine/captured-system.ts';
import type { EventCursor } from '../events/cursor.ts';
import { AuditEventWriter } from '../sources/audit/event-writer.ts';
import { readPayload, timeOf } from '../sources/audit/payload.ts';
import { openCapture } from '../sources/capture/source.ts';
import type { EventContext } from '../system/context.ts';
import { System } from '../system/system.ts';
import { literalContext } from './literal-catalog.ts';
import type { TestEvent, TestInput } from './test-file.ts';

/** Events that can be shown again and again. */
export type ShownInput = Exclude<TestInput, { readonly kind: 'scene' }>;

/** Takes an event, and where it is from: a place in the test file, or `event N of FILE`. */
export type Visitor = (context: EventContext, origin: string) => void;

/**
 * Shows all events, one after the other; a context is valid during the call alone. Rejects when a capture cannot
 * be read.
 */
export async function eachEvent(input: ShownInput, visit: Visitor): Promise<void> {
  if (input.kind === 'events') visitEvents(input.events, visit);
  else if (isAuditLog(input.path)) visitAuditLog(input.path, visit);
  else await visitCapture(input.path, visit);
}

function visitEvents(events: readonly TestEvent[], visit: Visitor): void {
  const audit = new AuditStage();
  try {
    for (const event of events) {
      if (event.kind === 'syscall') visit(literalContext(event.literal), event.place);
      else audit.visit(event.document, (context) => visit(context, event.place));
    }
  } finally {
    audit.close();
  }
}

/** Shows audit events, which have no process. */
class AuditStage {
  readonly #system = System.open({ seed: { kind: 'none' } });
  readonly #writer = new AuditEventWriter();
  #number = 0;

  visit(document: unknown, visit: (context: EventContext) => void): void {
    // Literal events need not say what all of them say.
    const whole = { kind: 'Event', auditID: 'test', stage: 'ResponseComplete', ...(document as object) };
    const json = Buffer.from(JSON.stringify(whole));
    const event = { document: whole, json, time: timeOf(whole, 0n) };
    visit(this.#system.learn(this.#writer.show(event, ++this.#number)));
    this.#system.settle();
  }

  close(): void {
    this.#system.close();
  }
}

function visitAuditLog(path: string, visit: Visitor): void {
  if (!statSync(path).isFile()) throw new Error(`${path} is a folder: name one audit log`);
  const stage = new AuditStage();
  try {
    for (const [index, line] of readFileSync(path, 'utf8').split('\n').entries()) {
      if (line.trim() === '') continue;
      for (const document of readPayload(Buffer.from(line)).documents)
        stage.visit(document, (context) => visit(context, `${path}:${index + 1}`));
    }
  } finally {
    stage.close();
  }
}

async function visitCapture(path: string, visit: Visitor): Promise<void> {
  const capture = await openCapture(path);
  try {
    const { system, containers, state, notice } = openCapturedSystem({ recording: capture.recording });
    const take = (event: EventCursor): void => {
      if (system.postpone(event)) return;
      const context = system.learn(event);
      if (!event.stateOnly) visit(context, `event ${event.number} of ${path}`);
      system.settle();
    };
    system.onResumed = take;
    try {
      await capture.run((event) => {
        notice(event);
        take(event);
      }, state);
      await system.drained();
    } finally {
      containers.end();
      system.close();
    }
  } finally {
    capture.close();
  }
}
