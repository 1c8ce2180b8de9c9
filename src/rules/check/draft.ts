import type { Span } from '../syntax/nodes.ts';

/** What the checker finds wrong with a condition or an output; the compiler makes a problem of it. */
export interface Draft {
  readonly message: string;
  readonly at: Span;
  readonly suggestion?: string | undefined;
  /** A name that does not exist: `skip-if-unknown-filter` forgives these. */
  readonly unknownName?: boolean;
  /** Not an error: a warning with code LOAD_COMPILE_CONDITION. */
  readonly warning?: boolean;
}

/** An error that makes a condition or an output useless. */
export class CheckError extends Error {
  readonly draft: Draft;

  constructor(message: string, at: Span, more: Partial<Draft> = {}) {
    super(message);
    this.draft = { message, at, ...more };
  }
}
