/**
 * The process that looks: answers what comes on descriptor 3, in order, and rings a bell on standard output for
 * answers that nobody waits for. Ends with who has started it.
 */
import { readSync, writeSync } from 'node:fs';
import process from 'node:process';
import { encodeFrame, FrameReader } from './frames.ts';
import { find, type Look } from './look.ts';

const CHANNEL = 3;
const BELL = 1;

function send(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(CHANNEL, bytes, at);
}

// Who ends a service tells all of its processes. This one ends with the one that asks, which has work to finish.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {});

const frames = new FrameReader();
try {
  // Says that it is there, and how many milliseconds that took: this tells how slow the machine is.
  send(encodeFrame(performance.now(), false));
  writeSync(BELL, '.');
  for (;;) {
    const count = readSync(CHANNEL, frames.room);
    if (count === 0) break;
    frames.take(count);
    for (let frame = frames.next(); frame; frame = frames.next()) {
      send(encodeFrame(find(frame.value as Look), frame.isLater));
      if (frame.isLater) writeSync(BELL, '.');
    }
  }
} catch {
  // Nobody is there any more.
}
process.exit(0);
