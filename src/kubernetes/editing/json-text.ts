/** Edits JSON: it has no comments to lose, and is written anew with the indentation that it had. */
import { type FieldPath, valueAt } from '../manifests/field-path.ts';
import type { EditableText } from './editable-text.ts';
import { withValue } from './yaml-text.ts';

export class JsonText implements EditableText {
  readonly #original: string;
  #changed = false;
  value: unknown;

  /** Throws a SyntaxError when the text is not JSON. */
  constructor(text: string) {
    this.#original = text;
    this.value = JSON.parse(text.replace(/^\ufeff/, ''));
  }

  get text(): string {
    if (!this.#changed) return this.#original;
    const indent = /\n([ \t]+)\S/.exec(this.#original)?.[1] ?? '';
    return `${JSON.stringify(this.value, undefined, indent)}${this.#original.endsWith('\n') ? '\n' : ''}`;
  }

  set(path: FieldPath, value: unknown): void {
    this.value = withValue(this.value, path, value);
    this.#changed = true;
  }

  add(path: FieldPath, item: unknown, where: 'first' | 'last' = 'last'): void {
    const items = valueAt(this.value, path);
    const list = Array.isArray(items) ? (items as unknown[]) : [];
    this.set(path, where === 'first' ? [item, ...list] : [...list, item]);
  }

  remove(path: FieldPath): void {
    const around = valueAt(this.value, path.slice(0, -1));
    if (valueAt(this.value, path) === undefined) return;
    const copy = { ...(around as object) } as Record<string, unknown>;
    delete copy[String(path.at(-1))];
    this.set(path.slice(0, -1), copy);
  }
}
