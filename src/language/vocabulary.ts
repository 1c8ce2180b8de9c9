/**
 * What rules can name, as plain data: an editor in a browser gets it from the engine whose rules it edits, and
 * finds there what that engine would find.
 */
import type { DottedArgument, FieldInfo, ValueType } from '../fields/field-info.ts';
import { findField } from '../fields/find-field.ts';
import type { PluginInfo, RuleEnvironment } from '../rules/environment.ts';

/** JSON. */
export interface Vocabulary {
  readonly fields: readonly FieldInfo[];
  readonly dotted: Readonly<Record<string, DottedNames>>;
  readonly events: {
    /** Codes by name: all names that `evt.type` may have. */
    readonly codes: Readonly<Record<string, readonly number[]>>;
    readonly allCodes: readonly number[];
    readonly describedNames: readonly string[];
    readonly asyncCode: number;
    readonly pluginCode: number;
  };
  readonly engineVersion: string;
  readonly plugins: Readonly<Record<string, PluginInfo>>;
  readonly sources: readonly string[];
  readonly services: Readonly<Record<string, number>>;
}

interface DottedNames {
  readonly names?: Readonly<Record<string, ValueType>>;
  readonly pattern?: string;
}

/** The vocabulary of an engine. */
export function vocabularyOf(environment: RuleEnvironment): Vocabulary {
  const { fields, events, engineVersion, plugins, sources, services } = environment;
  const { allCodes, describedNames, asyncCode, pluginCode } = events;
  const names = [...events.names()];
  return {
    fields: fields.fields.map(dataOf),
    dotted: Object.fromEntries(
      [...(fields.dotted ?? [])].map(([name, { names, pattern }]) => [
        name,
        {
          ...(names === undefined ? {} : { names: Object.fromEntries(names) }),
          ...(pattern === undefined ? {} : { pattern }),
        },
      ]),
    ),
    events: {
      codes: Object.fromEntries(names.map((name) => [name, events.codes(name)])),
      allCodes,
      describedNames,
      asyncCode,
      pluginCode,
    },
    engineVersion,
    plugins: Object.fromEntries(plugins),
    sources,
    services: Object.fromEntries(services),
  };
}

/** A field without how it is read. */
function dataOf(field: FieldInfo): FieldInfo {
  const { name, type, isList, argument, description, fieldClass, sources } = field;
  const flags = [
    'deprecated',
    'conditionOnly',
    'outputOnly',
    'hidden',
    'noRightHandSide',
    'noTransformer',
    'equalsUpTo',
  ] as const;
  const set = Object.fromEntries(flags.filter((flag) => field[flag] === true).map((flag) => [flag, true]));
  return { name, type, isList, argument, description, fieldClass, sources, ...set };
}

/** What the rule language needs to know of the engine, from its vocabulary. */
export function environmentOf(vocabulary: Vocabulary): RuleEnvironment {
  const { fields, events, engineVersion, plugins, sources, services } = vocabulary;
  const byName = new Map(fields.map((field) => [field.name, field]));
  const codes = new Map(Object.entries(events.codes));
  const dotted = new Map(
    Object.entries(vocabulary.dotted).map(([name, { names, pattern }]): [string, DottedArgument] => [
      name,
      {
        ...(names === undefined ? {} : { names: new Map(Object.entries(names)) }),
        ...(pattern === undefined ? {} : { pattern }),
      },
    ]),
  );
  return {
    fields: { fields, dotted, find: (name) => findField(name, byName, dotted) },
    events: {
      allCodes: events.allCodes,
      describedNames: events.describedNames,
      asyncCode: events.asyncCode,
      pluginCode: events.pluginCode,
      codes: (name) => codes.get(name) ?? [],
      names: () => codes.keys(),
    },
    engineVersion,
    plugins: new Map(Object.entries(plugins)),
    sources,
    services: new Map(Object.entries(services)),
  };
}
