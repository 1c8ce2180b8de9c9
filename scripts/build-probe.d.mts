/** Builds the kernel probe if its sources have changed, and returns the path of its object file. */
export function buildProbe(architecture?: string): string;

/** Builds the actor of the scenes if its sources have changed, and returns the path of the program. */
export function buildActor(): string;

/** Compiles one C file to a BPF object file. */
export function compileProbe(source: string, object: string, architecture?: string): void;
