/** Reading JSON from others: what is not there or of another kind than expected reads as empty. */
import { type ByteString, toByteString } from '../events/bytes.ts';

export class Json {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** Parses `text`; text that is no JSON reads as empty. */
  static parse(text: string): Json {
    try {
      return new Json(JSON.parse(text));
    } catch {
      return new Json(undefined);
    }
  }

  /** Value below these keys. */
  at(...keys: readonly string[]): Json {
    let value = this.#value;
    for (const key of keys) value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return new Json(value);
  }

  /** The value as it was parsed, its text in Unicode. */
  get raw(): unknown {
    return this.#value;
  }

  get isPresent(): boolean {
    return this.#value !== undefined && this.#value !== null;
  }

  text(): ByteString {
    return typeof this.#value === 'string' ? toByteString(this.#value) : '';
  }

  flag(): boolean {
    return this.#value === true;
  }

  list(): Json[] {
    return Array.isArray(this.#value) ? this.#value.map((item) => new Json(item)) : [];
  }

  /** Keys of an object with their values. */
  entries(): [ByteString, Json][] {
    if (!isObject(this.#value)) return [];
    return Object.entries(this.#value).map(([key, value]) => [toByteString(key), new Json(value)]);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
