/** A place in a rule file. Lines and columns count from 1, as editors do; `offset` is in characters from 0. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}
