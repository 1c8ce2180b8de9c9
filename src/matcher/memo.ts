/**
 * Functions of generated code that compute a value once per event. The variable `epoch` of that code tells
 * events apart: it has another value for each.
 */
export class MemoFunctions {
  readonly #declarations: string[] = [];

  /** Declares a function of `context`; returns its name. `statements` may declare what `value` needs. */
  declare(value: string, statements = ''): string {
    const index = this.#declarations.length;
    this.#declarations.push(
      `let value${index}, epoch${index} = 0;
function memo${index}(context) {
  if (epoch${index} !== epoch) { ${statements} value${index} = ${value}; epoch${index} = epoch; }
  return value${index};
}`,
    );
    return `memo${index}`;
  }

  get declarations(): string {
    return this.#declarations.join('\n');
  }

  /** Statements that forget all values, for when `epoch` starts anew. */
  get forgetting(): string {
    return this.#declarations.map((_, index) => `epoch${index} = 0;`).join(' ');
  }
}
