/** Classes of values that come again and again. */
import type { Scalar } from '../../fields/field.ts';

/** Values that are kept; when there are more, all are forgotten. */
const MAX_VALUES = 4096;
/** Places for traces of values; a power of two. */
const TRACES = 4096;
/** Characters at the end of a text by which its trace is told: names differ there. */
const TRACED = 12;

/**
 * Remembers the class of a value that comes for the second time, so that values which come only once do not drive
 * out the others. Those are told by their trace alone: to look them up in a map, all of each would be hashed.
 */
export class ClassCache {
  readonly #classes = new Map<Scalar, number>();
  readonly #traces = new Int32Array(TRACES);

  /** The class of the value, which `classify` tells when it is not kept. */
  of(value: Scalar, classify: (value: Scalar) => number): number {
    const trace = traceOf(value);
    const place = trace & (TRACES - 1);
    if (this.#traces[place] !== trace) {
      this.#traces[place] = trace;
      return classify(value);
    }
    let known = this.#classes.get(value);
    if (known === undefined) {
      known = classify(value);
      if (this.#classes.size >= MAX_VALUES) this.#classes.clear();
      this.#classes.set(value, known);
    }
    return known;
  }

  clear(): void {
    this.#classes.clear();
  }
}

/** A number that two values hardly share. */
function traceOf(value: Scalar): number {
  const text = typeof value === 'string' ? value : String(value);
  let trace = text.length + 1;
  for (let at = Math.max(0, text.length - TRACED); at < text.length; at++)
    trace = (Math.imul(trace, 31) + text.charCodeAt(at)) | 0;
  return trace ^ (trace >>> 16);
}
