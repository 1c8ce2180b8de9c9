/** Environment variables in configuration values: `${NAME}`, with `$${NAME}` for the text `${NAME}`. */

export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = /\$?\$\{([^}]*)\}/g;

/** `text` with its variables replaced; a variable that is not set becomes the empty text, as in Falco. */
export function expandVariables(text: string, environment: Environment): string {
  return text.replace(VARIABLE, (match, name: string) =>
    match.startsWith('$$') ? match.slice(1) : (environment[name.trim()] ?? ''),
  );
}
