/** Builds the kernel probe if its sources have changed, and returns the path of its object file. */
export function buildProbe(): string;

/** Compiles one C file to a BPF object file. */
export function compileProbe(source: string, object: string): void;
