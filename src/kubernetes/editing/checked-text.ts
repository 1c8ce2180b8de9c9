/** Edits text and plain data side by side, so that no edit of text does anything but what was meant. */
import { isDeepStrictEqual } from 'node:util';
import { type FieldPath, pathText } from '../manifests/field-path.ts';
import type { EditableText } from './editable-text.ts';
import { JsonText } from './json-text.ts';

/** An edit changed more or less than its field: an anchor that others use, or a form of YAML that is not understood. */
export class EditError extends Error {}

export class CheckedText implements EditableText {
  readonly #document: EditableText;
  readonly #plain: JsonText;

  constructor(document: EditableText) {
    this.#document = document;
    this.#plain = new JsonText(JSON.stringify(document.value ?? null));
  }

  get text(): string {
    return this.#document.text;
  }

  get value(): unknown {
    return this.#plain.value;
  }

  set(path: FieldPath, value: unknown): void {
    this.#document.set(path, value);
    this.#plain.set(path, value);
    this.#compare(path);
  }

  add(path: FieldPath, item: unknown, where?: 'first' | 'last'): void {
    this.#document.add(path, item, where);
    this.#plain.add(path, item, where);
    this.#compare(path);
  }

  remove(path: FieldPath): void {
    this.#document.remove(path);
    this.#plain.remove(path);
    this.#compare(path);
  }

  #compare(path: FieldPath): void {
    const written = JSON.parse(JSON.stringify(this.#document.value ?? null)) as unknown;
    const meant = JSON.parse(JSON.stringify(this.#plain.value ?? null)) as unknown;
    if (!isDeepStrictEqual(written, meant))
      throw new EditError(`cannot change ${pathText(path)} in this text`);
  }
}
