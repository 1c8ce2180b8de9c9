/** `lanner test --watch`: runs tests anew when what they hang on changes. */
import { statSync } from 'node:fs';
import { type FileWatch, watchFiles } from '../engine/file-watch.ts';
import { describeError, writeError } from './fail.ts';
import { type PreparedTests, testFilesAt } from './test-runs.ts';

export interface TestWatchParts {
  /** What is to be tested: files and directories. */
  readonly paths: readonly string[];
  /** Reads a test file; throws an error for people. */
  readonly prepare: (path: string) => PreparedTests;
  /** Runs tests, reports them, and gives the paths of those files whose tests have all passed. */
  readonly run: (tests: readonly PreparedTests[]) => Promise<ReadonlySet<string>>;
  /** Ends the watching. */
  readonly stop: AbortSignal;
  /** Writes a line for people. */
  readonly say: (line: string) => void;
}

/** A test file, and the files that its outcome hangs on. */
interface Watched {
  readonly path: string;
  /** Absent when it cannot be read, and then why. */
  readonly tests: PreparedTests | undefined;
  readonly complaint: string | undefined;
  readonly files: readonly string[];
}

/**
 * Runs all tests, and those again whose files have changed, until `stop`. What goes wrong is told, and does not end it.
 * Resolves to whether everything had passed when it was last run.
 */
export async function watchTests(parts: TestWatchParts): Promise<boolean> {
  const round = new Rounds(parts);
  // Watching files alone keeps no process alive.
  const alive = setInterval(() => {}, 2 ** 30);
  try {
    while (!parts.stop.aborted) {
      const change = round.watch();
      await round.run();
      if (parts.stop.aborted) break;
      parts.say(`watching ${round.watched} files; ^C ends it`);
      await change;
    }
  } finally {
    clearInterval(alive);
    round.close();
  }
  return round.hasPassed;
}

class Rounds {
  readonly #parts: TestWatchParts;
  #files: FileWatch | undefined;
  #watched: readonly Watched[] = [];
  /** By test file: what its files were when it was last run, and whether all was well. */
  readonly #known = new Map<string, { readonly print: string; hasPassed: boolean }>();

  constructor(parts: TestWatchParts) {
    this.#parts = parts;
  }

  get watched(): number {
    return new Set(this.#watched.flatMap(({ files }) => files)).size;
  }

  get hasPassed(): boolean {
    return this.#known.values().every(({ hasPassed }) => hasPassed);
  }

  /** Looks where tests are and what they hang on, and resolves at the next change of any of it, or at the end. */
  watch(): Promise<void> {
    const { paths, stop } = this.#parts;
    this.#files?.close();
    this.#watched = paths.flatMap((path) => this.#testsAt(path)).map((path) => this.#look(path));
    const { promise, resolve } = Promise.withResolvers<void>();
    const locations = this.#watched.flatMap(({ tests, files }) => [...files, ...(tests?.locations ?? [])]);
    // Watched before anybody looks at the files: no change is missed.
    this.#files = watchFiles(new Set([...paths, ...locations]), resolve);
    stop.addEventListener('abort', () => resolve(), { once: true });
    return promise;
  }

  /** Runs the tests whose files are not what they were. */
  async run(): Promise<void> {
    const changed = this.#watched.filter((each) => this.#known.get(each.path)?.print !== fingerprint(each));
    const gone = [...this.#known.keys()].filter((path) => !this.#watched.some((each) => each.path === path));
    for (const path of gone) this.#known.delete(path);
    const prints = new Map(changed.map((each) => [each.path, fingerprint(each)]));
    for (const { complaint } of changed) if (complaint !== undefined) writeError(complaint);
    const tests = changed.flatMap((each) => each.tests ?? []);
    const passed = tests.length === 0 ? new Set<string>() : await this.#parts.run(tests);
    for (const [path, print] of prints) this.#known.set(path, { print, hasPassed: passed.has(path) });
  }

  close(): void {
    this.#files?.close();
  }

  #testsAt(path: string): string[] {
    try {
      return testFilesAt(path);
    } catch (error) {
      writeError(describeError(error, false));
      return [];
    }
  }

  #look(path: string): Watched {
    try {
      const tests = this.#parts.prepare(path);
      const captures = tests.file.tests.flatMap(({ input }) =>
        input.kind === 'capture' ? [input.path] : [],
      );
      return { path, tests, complaint: undefined, files: [path, ...tests.rulePaths, ...captures] };
    } catch (error) {
      return { path, tests: undefined, complaint: describeError(error, false), files: [path] };
    }
  }
}

/** Changes when one of the files does. */
function fingerprint({ files }: Watched): string {
  return files
    .map((file) => {
      const status = statSync(file, { bigint: true, throwIfNoEntry: false });
      return status ? `${file} ${status.ino} ${status.size} ${status.mtimeNs}` : `${file} -`;
    })
    .join('\n');
}
