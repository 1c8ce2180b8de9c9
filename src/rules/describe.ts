/**
 * What `-L` and `-l` tell of loaded rules, in Falco's JSON shape: each rule, macro and list as written
 * (`info`) and as compiled (`details`). Keys whose order means nothing in Falco are sorted here.
 */
import { EventCodes } from './check/event-codes.ts';
import type { OutputSegment } from './checked.ts';
import { type ConditionUses, usesOf } from './compile/condition-uses.ts';
import { exceptionDetails } from './compile/exceptions.ts';
import type { CompiledList } from './compile/lists.ts';
import { joinTexts } from './compile/stage-parse.ts';
import type { CompiledMacro, CompiledRule } from './compile/state.ts';
import { DEFAULT_SOURCE, type EventNames, type RuleEnvironment } from './environment.ts';
import { compareVersions, parseVersion, type Version } from './items/read-requirements.ts';
import type { CompiledFiles } from './load.ts';
import type { MappedText } from './source/mapped-text.ts';
import type { ConditionNode } from './syntax/nodes.ts';
import { parseCondition } from './syntax/parser.ts';
import { printCondition } from './syntax/print.ts';
import { ConditionError } from './syntax/scanner.ts';

export interface Description {
  readonly required_engine_version: string;
  readonly required_plugin_versions: readonly PluginDescription[];
  readonly rules: readonly RuleDescription[];
  readonly macros: readonly MacroDescription[];
  readonly lists: readonly ListDescription[];
}

export interface PluginDescription {
  readonly name: string;
  readonly version: string;
  readonly alternatives: readonly { readonly name: string; readonly version: string }[];
}

export interface RuleDescription {
  readonly info: {
    readonly name: string;
    readonly condition: string;
    readonly priority: string;
    readonly output: string;
    readonly description: string;
    readonly enabled: boolean;
    readonly source: string;
    readonly capture: boolean;
    readonly capture_duration: number;
    readonly tags: readonly string[];
  };
  readonly details: {
    readonly macros: readonly string[];
    readonly lists: readonly string[];
    readonly condition_operators: readonly string[];
    readonly condition_fields: readonly string[];
    readonly output_fields: readonly string[];
    readonly extra_output_formatted_fields?: Readonly<Record<string, string>>;
    readonly exception_fields: readonly string[];
    readonly exception_names: readonly string[];
    readonly exception_operators: readonly string[];
    readonly events: readonly string[];
    readonly condition_compiled: string;
    readonly output_compiled: string;
    readonly plugins: readonly string[];
  };
}

export interface MacroDescription {
  readonly info: { readonly name: string; readonly condition: string };
  readonly details: {
    readonly used: boolean;
    readonly macros: readonly string[];
    readonly lists: readonly string[];
    readonly condition_operators: readonly string[];
    readonly condition_fields: readonly string[];
    readonly events: readonly string[];
    readonly condition_compiled: string;
    readonly plugins: readonly string[];
  };
}

export interface ListDescription {
  readonly info: { readonly name: string; readonly items: readonly string[] };
  readonly details: {
    readonly used: boolean;
    readonly lists: readonly string[];
    readonly items_compiled: readonly string[];
    readonly plugins: readonly string[];
  };
}

/** Describes everything that was loaded. Items with errors are left out. */
export function describeRules(files: CompiledFiles): Description {
  const describer = new Describer(files);
  return {
    required_engine_version: requiredEngineVersion(files),
    required_plugin_versions: files.collection.pluginRequirements.map(({ alternatives }) => {
      const [first, ...others] = alternatives;
      return { name: first?.name ?? '', version: first?.version ?? '', alternatives: others };
    }),
    rules: files.rules.flatMap((rule) => describer.rule(rule) ?? []),
    macros: [...files.macros.values()].flatMap((macro) => describer.macro(macro) ?? []),
    lists: [...files.lists.all].map((list) => describer.list(list)),
  };
}

/** Describes one rule; `undefined` when no rule of that name is loaded. */
export function describeRule(files: CompiledFiles, name: string): RuleDescription | undefined {
  const rule = files.rules.find(({ entry }) => entry.name === name);
  return rule && new Describer(files).rule(rule);
}

/** The highest version that a file asks for; `0.0.0` when none does. */
function requiredEngineVersion({ collection }: CompiledFiles): string {
  let highest: Version = [0, 0, 0];
  for (const { version } of collection.engineRequirements) {
    const required = parseVersion(version) ?? highest;
    if (compareVersions(required, highest) > 0) highest = required;
  }
  return highest.join('.');
}

class Describer {
  readonly #files: CompiledFiles;
  readonly #eventNames: EventNamesOf;

  constructor(files: CompiledFiles) {
    this.#files = files;
    this.#eventNames = new EventNamesOf(files.environment.events);
  }

  rule(rule: CompiledRule): RuleDescription | undefined {
    const { entry, resolved, checked } = rule;
    if (resolved === undefined || checked === undefined) return undefined;
    const condition = joinTexts(entry.condition);
    const written = this.#usesOfText(condition);
    const compiled = usesOf(resolved);
    const outputFields = keysOf(checked.outputSegments);
    const exceptions = exceptionDetails(entry);
    const extra = (checked.extraFields ?? []).filter(({ raw }) => !raw);
    return {
      info: {
        name: entry.name,
        condition: condition.text,
        priority: entry.priority,
        output: joinTexts(entry.output).text.trim(),
        description: entry.description,
        enabled: entry.enabled,
        source: entry.source,
        capture: entry.capture,
        capture_duration: entry.captureDuration,
        tags: checked.tags,
      },
      details: {
        macros: this.#knownMacros(written),
        lists: this.#knownLists(written),
        condition_operators: sorted(compiled.operators),
        condition_fields: sorted(compiled.fields),
        output_fields: [
          ...(checked.extraFields ?? []).map(({ segments }) => formatOf(segments)),
          ...outputFields,
        ],
        ...(extra.length === 0
          ? {}
          : {
              extra_output_formatted_fields: Object.fromEntries(
                extra.map(({ key, segments }) => [key, formatOf(segments)]),
              ),
            }),
        exception_fields: sorted(exceptions.fields),
        exception_names: sorted(exceptions.names),
        exception_operators: sorted(exceptions.operators),
        events: this.#eventNames.of(resolved, entry.source),
        condition_compiled: printCondition(resolved),
        output_compiled: checked.output,
        plugins: pluginsFor(this.#files.environment, entry.source, [...compiled.fields, ...outputFields]),
      },
    };
  }

  macro({ entry, text, resolved, used }: CompiledMacro): MacroDescription | undefined {
    if (resolved === undefined) return undefined;
    const written = this.#usesOfText(text);
    const compiled = usesOf(resolved);
    return {
      info: { name: entry.name, condition: text.text },
      details: {
        used,
        macros: this.#knownMacros(written),
        lists: this.#knownLists(written),
        condition_operators: sorted(compiled.operators),
        condition_fields: sorted(compiled.fields),
        events: this.#eventNames.of(resolved, DEFAULT_SOURCE),
        condition_compiled: printCondition(resolved),
        plugins: [],
      },
    };
  }

  list({ entry, items, name, used }: CompiledList): ListDescription {
    const compiled = items.map(({ text }) => text);
    const present = new Set(compiled);
    const written = entry.items.map(({ text }) => text);
    return {
      info: { name, items: written.filter((item) => present.has(item)) },
      details: {
        used,
        lists: sorted(new Set(written.filter((item) => !present.has(item)))),
        items_compiled: compiled,
        plugins: [],
      },
    };
  }

  /** What a condition as written names; nothing if it cannot be parsed without its lists. */
  #usesOfText(text: MappedText): ConditionUses | undefined {
    try {
      return usesOf(parseCondition(text));
    } catch (error) {
      if (error instanceof ConditionError) return undefined;
      throw error;
    }
  }

  #knownMacros(uses: ConditionUses | undefined): string[] {
    return sorted(uses?.macros ?? []).filter((name) => this.#files.macros.has(name));
  }

  #knownLists(uses: ConditionUses | undefined): string[] {
    return sorted(uses?.listItems ?? []).filter((name) => this.#files.lists.has(name));
  }
}

/**
 * Names of the events that conditions match, as Falco 0.44 lists them: worked out over names, and
 * without the knowledge that `evt.num` is never 0, which came later.
 */
class EventNamesOf {
  readonly #names: readonly string[];
  readonly #codes: EventCodes;
  readonly #pluginNames: readonly string[];

  constructor(events: EventNames) {
    this.#names = events.describedNames;
    const numbers = new Map(this.#names.map((name, index) => [name, index]));
    const number = (name: string): number[] => {
      const found = numbers.get(name);
      return found === undefined ? [] : [found];
    };
    this.#codes = new EventCodes({ allCodes: [...numbers.values()], codes: number }, 'any event number');
    this.#pluginNames = ['asyncevent', 'pluginevent'];
  }

  of(condition: ConditionNode, source: string): string[] {
    if (source !== DEFAULT_SOURCE) return [...this.#pluginNames];
    const names = [...this.#codes.of(condition)].map((number) => this.#names[number] ?? '');
    return sorted(new Set([...names, 'asyncevent']));
  }
}

/** Keys of an output's fields. */
function keysOf(segments: readonly OutputSegment[]): string[] {
  return segments.flatMap((segment) => (segment.kind === 'value' ? [segment.source] : []));
}

function formatOf(segments: readonly OutputSegment[]): string {
  return segments
    .map((segment) => (segment.kind === 'text' ? segment.text : `%${segment.width ?? ''}${segment.source}`))
    .join('');
}

/** Plugins of Falco that would be needed for a rule: by its source, and by its fields. */
function pluginsFor(environment: RuleEnvironment, source: string, fields: readonly string[]): string[] {
  const classes = new Set(
    fields.flatMap(
      (written) => environment.fields.find(written.split('[', 1)[0] ?? '')?.field.fieldClass ?? [],
    ),
  );
  return [...environment.plugins]
    .filter(([, plugin]) => plugin.source === source || plugin.fieldClasses.some((name) => classes.has(name)))
    .map(([name]) => name)
    .sort();
}

function sorted(names: Iterable<string>): string[] {
  return [...names].sort();
}
