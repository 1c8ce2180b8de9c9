/** One pod of a document while it is hardened. */
import type { EditableText } from '../editing/editable-text.ts';
import { type FieldPath, pathText, valueAt } from '../manifests/field-path.ts';
import { mapOf } from '../manifests/manifest.ts';
import type { Pod } from '../manifests/pods.ts';

/** What was changed, and what somebody has to look at. */
export interface Remark {
  /**
   * `takes`: the pod no longer gets something that its manifest asked for. `left`: something stays as it is, though
   * the profile forbids it or the user asked for it.
   */
  readonly kind: 'takes' | 'left';
  readonly field: string;
  readonly message: string;
}

export class PodEditor {
  readonly #document: EditableText;
  readonly #base: FieldPath;
  readonly remarks: Remark[] = [];

  /** `base` is where the pod's `metadata` and `spec` lie in the document. */
  constructor(document: EditableText, base: FieldPath) {
    this.#document = document;
    this.#base = base;
  }

  /** The pod as it is now. */
  get pod(): Pod {
    const map = mapOf(valueAt(this.#document.value, this.#base)) ?? {};
    return { metadata: mapOf(map.metadata) ?? {}, spec: mapOf(map.spec) ?? {} };
  }

  get(path: FieldPath): unknown {
    return valueAt(this.#document.value, [...this.#base, ...path]);
  }

  /** Does nothing where the field has the value. */
  set(path: FieldPath, value: unknown): void {
    if (JSON.stringify(this.get(path)) === JSON.stringify(value)) return;
    this.#document.set([...this.#base, ...path], value);
  }

  add(path: FieldPath, item: unknown, where?: 'first' | 'last'): void {
    this.#document.add([...this.#base, ...path], item, where);
  }

  remove(path: FieldPath): void {
    this.#document.remove([...this.#base, ...path]);
  }

  remark(kind: Remark['kind'], path: FieldPath, message: string): void {
    const field = pathText([...this.#base, ...path]);
    if (!this.remarks.some((other) => other.field === field && other.message === message))
      this.remarks.push({ kind, field, message });
  }
}
