/** A document that is edited field by field. */
import type { FieldPath } from '../manifests/field-path.ts';

export interface EditableText {
  readonly text: string;
  /** The document as plain data. */
  readonly value: unknown;
  /** Sets a field, which need not be there, nor the mappings around it. */
  set(path: FieldPath, value: unknown): void;
  /** Adds an item to a list, which need not be there. */
  add(path: FieldPath, item: unknown, where?: 'first' | 'last'): void;
  /** Removes a field of a mapping, if it is there. */
  remove(path: FieldPath): void;
}
