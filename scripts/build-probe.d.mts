/** Builds the kernel probe if its sources have changed, and returns the path of its object file. */
export function buildProbe(): string;
