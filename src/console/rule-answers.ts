/** What the console tells of rules, from the files that they are loaded from: what the thread of rules-thread.ts does. */
import { readFileSync, statSync } from 'node:fs';
import { digestOf } from '../alerts/condition-digest.ts';
import { watchedByRule } from '../authoring/describe-rule.ts';
import { prefilterText } from '../authoring/prefilter-text.ts';
import type { Config } from '../config/schema.ts';
import { prefilterOfRule } from '../engine/prefilter.ts';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { eventsOfRule } from '../engine/rule-events.ts';
import { readRuleFiles, ruleFileName } from '../engine/rule-files.ts';
import { configuredFields, ruleOptions } from '../engine/rule-options.ts';
import { chooseEvents } from '../engine/traced-events.ts';
import type { CheckedRule } from '../rules/checked.ts';
import { describeRule } from '../rules/describe.ts';
import { allProblems } from '../rules/lint.ts';
import { isError, type LoadOutcome, loadRules, type Problem, type RuleFile } from '../rules/load.ts';
import { isLint } from '../rules/problem.ts';
import type {
  AlertRule,
  Definition,
  EditorFile,
  Place,
  RuleDetail,
  RuleItem,
  RuleProblem,
  SourceText,
  Validation,
} from '../server/api-types.ts';
import { type RuleItemText, ruleItems, textOf, withEnabled } from './rule-items.ts';

/** Problems that are told of. */
const MOST_PROBLEMS = 500;

export interface RuleSettings {
  /** All files in order; the console's own is the last, there or not. */
  readonly paths: readonly string[];
  /** Path of the console's own. */
  readonly own: string;
  readonly config: Config;
}

/** A rule without what is counted. */
export type KnownRule = Omit<RuleItem, 'fired' | 'cost'>;

/** A rule's detail without what is counted. */
export type KnownRuleDetail = Omit<RuleDetail, 'fired' | 'cost'>;

/** The rule of an alert as it is now. */
export interface RuleOfAlert {
  readonly rule: AlertRule;
  /** Of its condition, as evidence has it. */
  readonly digest: string;
}

/** Which rules a technique or tactic is told of by their tags. */
export interface TaggedRule {
  readonly name: string;
  readonly enabled: boolean;
  readonly tags: readonly string[];
}

interface Loaded {
  /** Of the files on disk. */
  readonly seen: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly outcome: LoadOutcome;
}

export class RuleAnswers {
  readonly #settings: RuleSettings;
  #loaded: Loaded | undefined;
  /** The rules with the last text that was tried in the place of the console's own file. */
  #tried: (Pick<Loaded, 'seen' | 'outcome'> & { readonly text: string }) | undefined;
  readonly #items = new Map<string, { readonly text: string; readonly items: readonly RuleItemText[] }>();

  constructor(settings: RuleSettings) {
    this.#settings = settings;
  }

  /** In the order in which they are tried; `loaded` in microseconds since the epoch. */
  rules(): { readonly rules: readonly KnownRule[]; readonly loaded: number } {
    const { outcome, time } = this.#current();
    return { rules: outcome.ruleSet.rules.map(knownRule), loaded: time * 1000 };
  }

  /** `undefined` when there is none of the name. */
  rule(name: string): KnownRuleDetail | undefined {
    const { outcome } = this.#current();
    const rule = outcome.ruleSet.rules.find((each) => each.name === name);
    const described = describeRule(outcome.compiled, name);
    const watched = rule && watchedByRule(rule, outcome.compiled);
    if (rule === undefined || described === undefined || watched === undefined) return undefined;
    const { macros, lists } = outcome.compiled.collection;
    const text = this.#definition('rule', name, rule.location);
    return {
      ...knownRule(rule),
      description: rule.description.trim(),
      text,
      changes: this.#changes(name, text),
      condition: described.info.condition,
      output: described.info.output,
      reads: watched.fields,
      tells: watched.told,
      macros: watched.macros.map((macro) => this.#named('macro', macro.name, macros)),
      lists: watched.lists.map((list) => this.#named('list', list.name, lists)),
      prefilter: this.#prefilter(rule, outcome),
    };
  }

  /** What an alert tells of its rule; `undefined` when there is none of the name. */
  source(name: string): RuleOfAlert | undefined {
    const rule = this.#current().outcome.ruleSet.rules.find((each) => each.name === name);
    if (rule === undefined) return undefined;
    const { description, enabled, location, condition } = rule;
    const source = this.#definition('rule', name, location);
    return { rule: { name, description: description.trim(), enabled, source }, digest: digestOf(condition) };
  }

  tagged(): readonly TaggedRule[] {
    return this.#current().outcome.ruleSet.rules.map(({ name, enabled, tags }) => ({ name, enabled, tags }));
  }

  /** `isWritable` is for others to say. */
  files(): readonly Omit<EditorFile, 'isWritable'>[] {
    const { outcome } = this.#current();
    const names = this.#names();
    const files = this.#settings.paths.map((path, index) => {
      const name = names[index] ?? path;
      const { text, rules } = this.#fileOf(name, outcome);
      return { name, path, isOwn: path === this.#settings.own, bytes: Buffer.byteLength(text), rules };
    });
    return files;
  }

  /** Text of a loaded file; `undefined` when it is none. */
  file(name: string): { readonly text: string; readonly isOwn: boolean } | undefined {
    const index = this.#names().indexOf(name);
    const path = this.#settings.paths[index];
    if (path === undefined) return undefined;
    const { text } = this.#fileOf(name, this.#current().outcome);
    return { text, isOwn: path === this.#settings.own };
  }

  /** What would be wrong if the console's own file had this text. */
  validate(text: string): Validation {
    const outcome = this.#with(text);
    const problems = allProblems(outcome);
    const own = this.#ownName();
    const { rules } = outcome.ruleSet;
    // Warnings of other files are not for this page to mend.
    const ordered = [
      ...problems.filter(({ location }) => location.file === own),
      ...problems.filter((problem) => problem.location.file !== own && isError(problem)),
    ];
    return {
      ok: outcome.ok,
      problems: ordered.slice(0, MOST_PROBLEMS).map((problem) => this.#problem(problem)),
      others: Math.max(0, ordered.length - MOST_PROBLEMS),
      enabled: rules.filter(({ enabled }) => enabled).length,
      rules: rules.length,
    };
  }

  /**
   * The text of the console's own file with a rule turned on or off, and whether it then is: the configuration's
   * `rules` comes after all files. `undefined` when there is no rule of the name.
   */
  toggled(
    name: string,
    enabled: boolean,
    text: string,
  ): { readonly text: string; readonly isSo: boolean } | undefined {
    const stateOf = (candidate: string): boolean | undefined =>
      this.#with(candidate).ruleSet.rules.find((rule) => rule.name === name)?.enabled;
    const before = stateOf(text);
    if (before === undefined) return undefined;
    if (before === enabled) return { text, isSo: true };
    const changed = withEnabled(text, name, enabled, (without) => stateOf(without) !== enabled);
    return { text: changed, isSo: stateOf(changed) === enabled };
  }

  /** The rules on disk. */
  #current(): Loaded {
    const seen = this.#seen;
    if (this.#loaded?.seen === seen) return this.#loaded;
    const outcome = this.#load(undefined);
    this.#loaded = { seen, time: Date.now(), outcome };
    this.#items.clear();
    return this.#loaded;
  }

  /** The rules with a text in the place of the console's own file: large sets are not loaded twice in a row. */
  #with(text: string): LoadOutcome {
    const seen = this.#seen;
    const current = this.#loaded?.seen === seen ? this.#loaded.outcome : undefined;
    if (current?.files.some(({ name, source }) => name === this.#ownName() && source.text === text))
      return current;
    if (this.#tried?.seen === seen && this.#tried.text === text) return this.#tried.outcome;
    // Not two of them in memory.
    this.#tried = undefined;
    const outcome = this.#load(text);
    this.#tried = { seen, text, outcome };
    return outcome;
  }

  get #seen(): string {
    return this.#settings.paths.map(stampOf).join('\n');
  }

  /** Loads all files, with a text in the place of the console's own one. */
  #load(text: string | undefined): LoadOutcome {
    const { config, own } = this.#settings;
    const environment = ruleEnvironment(configuredFields(config));
    const others = this.#settings.paths.filter((path) => path !== own);
    const files: RuleFile[] = readRuleFiles(others);
    const ownText = text ?? readIfThere(own);
    if (ownText !== undefined) files.push({ name: this.#ownName(), text: ownText });
    return loadRules(files, environment, ruleOptions(config, environment));
  }

  #names(): string[] {
    return this.#settings.paths.map(ruleFileName);
  }

  #ownName(): string {
    return ruleFileName(this.#settings.own);
  }

  #fileOf(name: string, { files, compiled }: LoadOutcome): { readonly text: string; readonly rules: number } {
    const file = files.find((each) => each.name === name);
    const rules = compiled.rules.filter(({ entry }) => entry.context.location.file === name).length;
    return { text: file?.source.text ?? '', rules };
  }

  #itemsOf(file: string): { readonly text: string; readonly items: readonly RuleItemText[] } {
    let found = this.#items.get(file);
    if (found === undefined) {
      const { text } = this.#fileOf(file, this.#current().outcome);
      found = { text, items: ruleItems(text) };
      this.#items.set(file, found);
    }
    return found;
  }

  #definition(kind: RuleItemText['kind'], name: string, { file, line }: Place): SourceText {
    const { text, items } = this.#itemsOf(file);
    const candidates = items.filter((item) => item.kind === kind && item.name === name);
    const texts = candidates.map((item) => textOf(item, file, text));
    // A name may be defined more than once in a file: the last before the place is the one that counts.
    return texts.findLast((each) => each.line <= line) ?? texts[0] ?? { file, line, text: '' };
  }

  #named(
    kind: 'macro' | 'list',
    name: string,
    entries: ReadonlyMap<string, { readonly context: { readonly location: Place } }>,
  ): Definition {
    const location = entries.get(name)?.context.location ?? { file: '', line: 1 };
    return { name, text: this.#definition(kind, name, location) };
  }

  /** Items of the name in all files but the one that is shown as the definition. */
  #changes(name: string, shown: SourceText): SourceText[] {
    return this.#current().outcome.files.flatMap(({ name: file }) => {
      const { text, items } = this.#itemsOf(file);
      return items
        .filter((item) => item.kind === 'rule' && item.name === name)
        .map((item) => textOf(item, file, text))
        .filter((each) => each.file !== shown.file || each.line !== shown.line);
    });
  }

  #prefilter(rule: CheckedRule, { ruleSet }: LoadOutcome): string[] {
    if (!rule.enabled || rule.source !== 'syscall') return [];
    const choice = chooseEvents(ruleSet, this.#settings.config.base_syscalls);
    const [, ...lines] = prefilterText(rule.name, prefilterOfRule(rule, choice)).split('\n');
    return lines.map((line) => line.replace(/^ {2}/, ''));
  }

  #problem(problem: Problem): RuleProblem {
    const { code, message, location, length, suggestion, fix } = problem;
    const { file, line, column, offset } = location;
    return {
      severity: isError(problem) ? 'error' : isLint(problem) ? 'lint' : 'warning',
      ...{ code, message, file, line, column, offset, length },
      isOwn: file === this.#ownName(),
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(fix === undefined || fix.file !== file
        ? {}
        : { fix: { start: fix.start, end: fix.end, text: fix.text } }),
    };
  }
}

function knownRule(rule: CheckedRule): KnownRule {
  const { name, priority, source, tags, enabled, location } = rule;
  const { file, line, column } = location;
  return {
    ...{ name, priority, source, tags, enabled },
    place: { file, line, column },
    events: source === 'syscall' ? [...eventsOfRule(rule)].sort() : [],
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function stampOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return `${path} ${stat?.ino} ${stat?.mtimeMs} ${stat?.size}`;
}
