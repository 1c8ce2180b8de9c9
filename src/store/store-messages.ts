/** What is said between those who have alerts to store and the thread that writes them. */
import type { Row } from './row.ts';
import type { StoreLimits } from './writer.ts';

export interface StoreSettings extends StoreLimits {
  readonly path: string;
}

/** Closes the file, which the next batch opens anew; ends the thread. */
export const CLOSE = 'close';
export const END = 'end';
/** Removes what is too old, and ends the thread: nothing is written. */
export const TRIM_AND_END = 'trim and end';

/** A batch, or what is to be done. The next batch comes when there is an answer to the one before. */
export type StoreRequest = readonly Row[] | typeof CLOSE | typeof END | typeof TRIM_AND_END;

/** What the thread says: of each batch what became of it, and what else there is to tell. */
export type StoreNews =
  | { readonly kind: 'written'; readonly count: number }
  /** Nothing of the batch was written. */
  | { readonly kind: 'failed'; readonly message: string; readonly code: string }
  | { readonly kind: 'removed'; readonly age: number; readonly size: number }
  | { readonly kind: 'set-aside'; readonly path: string };
