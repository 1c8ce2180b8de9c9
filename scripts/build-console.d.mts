/** Builds the console's pages if their sources have changed, and returns their folder. */
export function buildConsole(): Promise<string>;
