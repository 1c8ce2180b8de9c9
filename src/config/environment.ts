/** Environment variables in configuration values: `${NAME}`, with `$${NAME}` for the text `${NAME}`. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** How many variables are put in, and how long a text may become: values can have variables that name themselves. */
const VARIABLE_LIMIT = 1000;
const LENGTH_LIMIT = 1024 * 1024;

/**
 * `text` with its variables replaced, as Falco does it: a variable that is not set becomes the empty text, variables
 * in a value are replaced too, and after a `$` that begins none the rest is left as it is.
 */
export function expandVariables(text: string, environment: Environment): string {
  let result = text;
  let at = result.indexOf('$');
  for (let count = 0; at >= 0 && count < VARIABLE_LIMIT && result.length <= LENGTH_LIMIT; count++) {
    const isLiteral = result.startsWith('$${', at);
    if (!isLiteral && !result.startsWith('${', at)) break;
    const end = result.indexOf('}', at);
    if (end < 0) break;
    if (isLiteral) {
      result = result.slice(0, at) + result.slice(at + 1);
      at++;
    } else {
      const value = environment[result.slice(at + 2, end)] ?? '';
      result = result.slice(0, at) + value + result.slice(end + 1);
    }
    at = result.indexOf('$', at);
  }
  return result;
}
