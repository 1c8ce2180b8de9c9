/** Threads beside the one that judges events. */
import { getCompileCacheDir } from 'node:module';
import { dirname } from 'node:path';
import process from 'node:process';
import { type ResourceLimits, Worker } from 'node:worker_threads';

/**
 * Starts a thread that runs the module `file`. It takes compiled code from where this thread does, which Node's
 * threads do not by themselves: without it the start takes twice as long and leaves 30 MB behind, mostly by what
 * turns TypeScript into JavaScript.
 */
export function startThread(file: URL, workerData: unknown, resourceLimits: ResourceLimits = {}): Worker {
  const folder = getCompileCacheDir();
  // Node gives the folder of this version of Node, within the one that it was told.
  const env = folder === undefined ? process.env : { ...process.env, NODE_COMPILE_CACHE: dirname(folder) };
  return new Worker(file, { workerData, env, resourceLimits });
}
