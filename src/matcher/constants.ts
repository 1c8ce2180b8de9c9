/**
 * The values that generated code uses. They are handed to it as they are; no text of a rule ever becomes
 * part of the code.
 */
export class Constants {
  readonly #names = new Map<unknown, string>();

  /** Name under which generated code finds the value. */
  bind(value: unknown): string {
    let name = this.#names.get(value);
    if (name === undefined) {
      name = `k${this.#names.size}`;
      this.#names.set(value, name);
    }
    return name;
  }

  /** The value as an expression: small numbers and booleans are spelled out, everything else is bound. */
  literal(value: unknown): string {
    if (value === undefined || typeof value === 'boolean') return String(value);
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return `(${value})`;
    return this.bind(value);
  }

  /** Runs statements in which the bound values have their names; gives what they return. */
  evaluate(statements: string): unknown {
    const unpacked = this.#names.values().map((name, index) => `const ${name} = constants[${index}];`);
    const body = [`'use strict';`, ...unpacked, statements].join('\n');
    return new Function('constants', body)([...this.#names.keys()]);
  }
}
