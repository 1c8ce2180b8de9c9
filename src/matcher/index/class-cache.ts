/** Classes of values that come again and again. */
import type { Scalar } from '../../fields/field.ts';

/** Values that are kept; when there are more, all are forgotten. */
const MAX_VALUES = 4096;
/** Places for traces of values that came once; a power of two. */
const TRACES = 1024;
/** Characters at the end of a text by which its trace is told: names differ there. */
const TRACED = 12;

/**
 * Remembers the class of a value that comes for the second time, so that values which come only once do not drive
 * out the others.
 */
export class ClassCache {
  readonly #classes = new Map<Scalar, number>();
  readonly #traces = new Int32Array(TRACES);

  /** The class of the value; `undefined` when it is not kept. */
  get(value: Scalar): number | undefined {
    return this.#classes.get(value);
  }

  /** The value has this class, which may be worth keeping. */
  offer(value: Scalar, valueClass: number): void {
    const trace = traceOf(value);
    const place = trace & (TRACES - 1);
    if (this.#traces[place] !== trace) {
      this.#traces[place] = trace;
      return;
    }
    if (this.#classes.size >= MAX_VALUES) this.#classes.clear();
    this.#classes.set(value, valueClass);
  }

  clear(): void {
    this.#classes.clear();
  }
}

/** A number that two values hardly share: never 0 for texts and numbers as they occur. */
function traceOf(value: Scalar): number {
  const text = typeof value === 'string' ? value : String(value);
  let trace = text.length + 1;
  for (let at = Math.max(0, text.length - TRACED); at < text.length; at++)
    trace = (Math.imul(trace, 31) + text.charCodeAt(at)) | 0;
  return trace ^ (trace >>> 16);
}
