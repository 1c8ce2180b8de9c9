/** Tells the kernel which processes are in no container, soon after the model has learned it. */
import type { HostProcesses, ProcessPlaces } from '../system/host-processes.ts';

const PLACE_MS = 100;

/** Begins to tell; returns what ends it. */
export function placeProcesses(
  { hostProcesses }: { readonly hostProcesses: HostProcesses | undefined },
  kernel: { placeProcesses(places: ProcessPlaces): void },
): () => void {
  if (hostProcesses === undefined) return () => {};
  let waiting: NodeJS.Timeout | undefined;
  const place = (): void => {
    waiting = undefined;
    kernel.placeProcesses(hostProcesses.take(performance.timeOrigin + performance.now()));
  };
  hostProcesses.onNews = () => {
    waiting ??= setTimeout(place, PLACE_MS).unref();
  };
  // What was read at the start.
  place();
  return () => {
    hostProcesses.onNews = () => {};
    clearTimeout(waiting);
  };
}
