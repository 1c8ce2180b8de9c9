/** A capture through the model, event by event: the path that `lanner replay` takes, without rules. */
import { openCapture } from '../../src/sources/capture/source.ts';
import type { EventContext } from '../../src/system/context.ts';
import { System } from '../../src/system/system.ts';

/**
 * Calls `judge` with every event that rules may see. The context is the same object every time, and the
 * event in it valid only during the call.
 */
export async function replayCapture(path: string, judge: (context: EventContext) => void): Promise<void> {
  const system = System.open({ seed: { kind: 'capture' } });
  const capture = await openCapture(path);
  try {
    await capture.run((event) => {
      const context = system.learn(event);
      if (!event.stateOnly) judge(context);
      system.settle();
    }, system.snapshot);
  } finally {
    capture.close();
  }
}
