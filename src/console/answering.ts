/** The side of an asked thread that answers. */
import { parentPort } from 'node:worker_threads';
import { Refusal } from '../server/refusal.ts';
import type { Question, Reply } from './asked-thread.ts';

/** Answers the questions that come to this thread, one after the other. */
export function answering<R>(answer: (request: R) => unknown): void {
  parentPort?.on('message', ({ number, request }: Question<R>) => {
    try {
      tell({ number, result: answer(request) });
    } catch (error) {
      if (!(error instanceof Refusal)) {
        tell({ number, failure: (error as Error).stack ?? String(error) });
        return;
      }
      const { status, message, details } = error;
      tell({ number, refused: { status, message, details } });
    }
  });
}

function tell(reply: Reply): void {
  parentPort?.postMessage(reply);
}
