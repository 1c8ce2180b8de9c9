/** The thread that reads /proc for {@link WorkerInquiry}. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Question } from './proc-inquiry.ts';
import { ProcReader } from './proc-reader.ts';

const reader = new ProcReader(String(workerData));

function find(question: Question): unknown {
  switch (question.kind) {
    case 'read':
      return reader.read(question.tid, question.depth);
    case 'executable':
      return reader.executable(question.pid);
    case 'pids':
      return reader.pids();
  }
}

parentPort?.on('message', (question: Question) => {
  const answer: Answer = { id: question.id, found: find(question) };
  parentPort?.postMessage(answer);
});
