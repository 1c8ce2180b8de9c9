/**
 * Loading rule files: the entry point of the rule language. Pure and deterministic: texts in, rule set
 * and problems out.
 */
import { EventCodes } from './check/event-codes.ts';
import type { CheckedRule, CheckedRuleSet } from './checked.ts';
import { Collection } from './collection.ts';
import { CompiledLists } from './compile/lists.ts';
import { STAGES } from './compile/stages.ts';
import type { Compilation, CompiledMacro, CompiledRule, Memory } from './compile/state.ts';
import type { RuleEnvironment } from './environment.ts';
import type { Item } from './items/items.ts';
import { readItems } from './items/read-items.ts';
import type { LoadOptions } from './options.ts';
import { inFileOrder, isError, isLint, type Problem, type Report } from './problem.ts';
import { checkRequirement } from './requirements.ts';
import { selectRules } from './select.ts';
import { decodeFile } from './source/decode.ts';
import type { Readings } from './source/readings.ts';
import type { SourceFile } from './source/source-file.ts';

export type { EventNames, PluginInfo, RuleEnvironment } from './environment.ts';
export type { AddedField, LoadOptions, OutputAddition, RuleSelection } from './options.ts';
export { isError, type Problem } from './problem.ts';
export { Readings } from './source/readings.ts';

/**
 * A rule file. Give the bytes where the text may not be valid UTF-8: that is then reported; so is why a
 * file could not be read.
 */
export type RuleFile =
  | { readonly name: string; readonly text: string }
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly unreadable: string };

/** What loading says of one file: its own problems, and those of compiling everything up to it. */
export interface FileResult {
  readonly name: string;
  readonly source: SourceFile;
  readonly problems: readonly Problem[];
  /** Where the file does not fit the JSON schema of rules; no reason not to load it. */
  readonly schemaWarnings: readonly string[];
}

export interface LoadOutcome {
  /** Usable when there are no errors; otherwise it has the rules that are right. */
  readonly ruleSet: CheckedRuleSet;
  /** Whether no file has an error. */
  readonly ok: boolean;
  readonly files: readonly FileResult[];
  /**
   * All problems, each once, in the order of the files. Warnings of what a file lacked and a later one
   * brought (something to use its macros) are left out.
   */
  readonly problems: readonly Problem[];
  /** Lints that showed while reading; lint.ts finds the others. */
  readonly lints: readonly Problem[];
  /** What was compiled last, for descriptions and lints. */
  readonly compiled: CompiledFiles;
}

export interface CompiledFiles {
  readonly collection: Collection;
  readonly environment: RuleEnvironment;
  readonly lists: CompiledLists;
  readonly macros: ReadonlyMap<string, CompiledMacro>;
  readonly rules: readonly CompiledRule[];
}

/**
 * Loads files in order. After each file everything so far is compiled, so that a file can use only what
 * it defines itself or what earlier files define. Never throws for bad input: problems say what is
 * wrong. `readings` remember the files for the next time.
 */
export function loadRules(
  files: readonly RuleFile[],
  environment: RuleEnvironment,
  options: LoadOptions = {},
  readings?: Readings,
): LoadOutcome {
  const loader = new Loader(environment, options, readings);
  for (const file of files) loader.load(file);
  return loader.outcome();
}

/** For how many unknown macros of one compilation a suggestion is looked for. */
const SUGGESTION_LIMIT = 100;

const NOTHING_READ = { broken: [], schemaWarnings: [] };

class Loader {
  readonly #environment: RuleEnvironment;
  readonly #options: LoadOptions;
  readonly #readings: Readings | undefined;
  readonly #collection = new Collection();
  readonly #brokenNames = new Set<string>();
  readonly #results: FileResult[] = [];
  readonly #lints: Problem[] = [];
  /** Problems of reading, and errors of compiling that a later file cannot undo. */
  readonly #standing: Problem[] = [];
  /** Problems of the last compilation. */
  #compiling: Problem[] = [];
  readonly #memory: Memory;
  #compilation: Compilation | undefined;

  constructor(environment: RuleEnvironment, options: LoadOptions, readings: Readings | undefined) {
    this.#environment = environment;
    this.#options = options;
    this.#readings = readings;
    this.#memory = {
      parsed: new WeakMap(),
      resolved: new WeakMap(),
      texts: new WeakMap(),
      owners: new WeakMap(),
      checkers: new Map(),
      eventCodes: new EventCodes(environment.events),
    };
  }

  load(file: RuleFile): void {
    const problems: Problem[] = [];
    const report: Report = (problem) => (isLint(problem) ? this.#lints : problems).push(problem);
    const decoded = decodeFile(file, report);
    const { valid } = decoded;
    const known = valid ? this.#readings?.of(file.name, decoded.source.text) : undefined;
    const source = known?.source ?? decoded.source;
    const collect = (item: Item): void => {
      this.#collection.add(item, report);
      checkRequirement(item, this.#environment, report);
    };
    const { broken, schemaWarnings } = valid ? readItems(source, report, collect, known?.yaml) : NOTHING_READ;
    for (const name of broken) this.#brokenNames.add(name);
    this.#standing.push(...problems, ...this.#compiling.filter(isError));
    this.#compiling = [];
    this.#compile((problem) => this.#compiling.push(problem));
    problems.push(...this.#compiling);
    this.#results.push({ name: file.name, source, problems, schemaWarnings });
  }

  outcome(): LoadOutcome {
    const compilation = this.#compilation ?? this.#compile(() => {});
    const rules = compilation.rules.flatMap(({ checked }): CheckedRule[] => (checked ? [checked] : []));
    const problems = inFileOrder(distinct([...this.#standing, ...this.#compiling]), this.#results);
    const { collection, environment, lists, macros } = compilation;
    return {
      ruleSet: {
        rules: selectRules(rules, this.#options),
        macros: new Map([...macros].map(([name, { text }]) => [name, text.text])),
      },
      ok: !problems.some(isError),
      files: this.#results,
      problems,
      lints: this.#lints,
      compiled: { collection, environment, lists, macros, rules: compilation.rules },
    };
  }

  #compile(report: Report): Compilation {
    const compilation: Compilation = {
      environment: this.#environment,
      options: this.#options,
      collection: this.#collection,
      brokenNames: this.#brokenNames,
      report,
      memory: this.#memory,
      lists: new CompiledLists(new Map()),
      macros: new Map(),
      rules: [],
      suggestions: SUGGESTION_LIMIT,
    };
    for (const stage of STAGES) stage.run(compilation);
    this.#compilation = compilation;
    return compilation;
  }
}

/** Problems without those that say the same of the same place. */
function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ code, location, message }) => {
    const key = `${code} ${location.file} ${location.offset} ${message}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
