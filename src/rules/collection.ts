/**
 * All items collected so far: lists, macros and rules by name, each as its definition and later
 * changes left it.
 *
 * Every item has two numbers. `index` is its place in the order of definition and stays when it is
 * redefined; `visibility` is the number of its last change. A macro sees macros with an index below its
 * visibility, and a list sees lists likewise.
 */
import type { Priority } from './checked.ts';
import { DEFAULT_SOURCE } from './environment.ts';
import type {
  ConditionProperty,
  EngineRequirement,
  ExceptionEntry,
  Item,
  ListItem,
  MacroItem,
  PluginRequirement,
  RuleChangeItem,
  RuleItem,
  RuleProperties,
  RuleToggleItem,
} from './items/items.ts';
import { ItemError } from './items/reader.ts';
import type { Context, Report } from './problem.ts';
import type { ScalarText } from './source/scalar-text.ts';
import { nearest } from './suggest.ts';

interface Ordered {
  index: number;
  visibility: number;
}

export interface ListEntry extends Ordered {
  readonly name: string;
  readonly items: ScalarText[];
  readonly context: Context;
}

export interface MacroEntry extends Ordered {
  readonly name: string;
  /** The definition and what was appended to it. */
  readonly condition: ConditionProperty[];
  readonly context: Context;
}

export interface Exception {
  readonly name: string;
  readonly fields: ExceptionEntry;
  readonly comps: ExceptionEntry | undefined;
  readonly values: ExceptionEntry[];
  readonly context: Context;
}

export interface RuleEntry extends Ordered {
  readonly name: string;
  readonly source: string;
  readonly context: Context;
  condition: ConditionProperty[];
  output: ConditionProperty[];
  description: string;
  priority: Priority;
  enabled: boolean;
  capture: boolean;
  captureDuration: number;
  warnEventTypes: boolean;
  skipIfUnknownFilter: boolean;
  tags: Set<string>;
  exceptions: Exception[];
}

export class Collection {
  readonly lists = new Map<string, ListEntry>();
  readonly macros = new Map<string, MacroEntry>();
  readonly rules = new Map<string, RuleEntry>();
  readonly engineRequirements: EngineRequirement[] = [];
  readonly pluginRequirements: PluginRequirement[] = [];
  #next = 0;

  /** Takes one item. An item that does not fit is reported and changes nothing. */
  add(item: Item, report: Report): void {
    switch (item.kind) {
      case 'list':
        this.#addList(item, report);
        return;
      case 'macro':
        this.#addMacro(item, report);
        return;
      case 'rule':
        this.#defineRule(item, report);
        return;
      case 'change':
        this.#changeRule(item, report);
        return;
      case 'toggle':
        this.#toggleRule(item, report);
        return;
      case 'engine version':
        this.engineRequirements.push(item);
        return;
      case 'plugin version':
        this.pluginRequirements.push(item);
        return;
    }
  }

  #addList(item: ListItem, report: Report): void {
    const previous = this.lists.get(item.name);
    if (!item.append) {
      const index = previous?.index ?? this.#next;
      const { name, context } = item;
      const entry = { name, context, items: [...item.items], index, visibility: this.#next++ };
      this.lists.set(name, entry);
      return;
    }
    if (previous === undefined) {
      const message = 'there is no earlier list of this name to append to';
      this.#reject(message, item, this.lists.keys(), report);
    }
    for (const text of item.items) previous.items.push(text);
    previous.visibility = this.#next++;
  }

  #addMacro(item: MacroItem, report: Report): void {
    const previous = this.macros.get(item.name);
    const { name, context } = item;
    const property = { text: item.condition, context: item.conditionContext };
    if (!item.append) {
      const index = previous?.index ?? this.#next;
      this.macros.set(name, { name, context, condition: [property], index, visibility: this.#next++ });
      return;
    }
    if (previous === undefined) {
      const message = 'there is no earlier macro of this name to append to';
      this.#reject(message, item, this.macros.keys(), report);
    }
    previous.condition.push(property);
    previous.visibility = this.#next++;
  }

  #defineRule(item: RuleItem, report: Report): void {
    const { name, context, properties } = item;
    const source = item.source === '' ? DEFAULT_SOURCE : item.source;
    const previous = this.rules.get(name);
    if (previous !== undefined && previous.source !== source) {
      this.#reject(
        `the earlier rule of this name is of source ${previous.source}, this one of ${source}`,
        item,
        [],
        report,
      );
    }
    const index = previous?.index ?? this.#next;
    this.rules.set(name, {
      name,
      source,
      context,
      condition: [properties.condition],
      output: [properties.output],
      description: properties.description,
      priority: properties.priority,
      enabled: properties.enabled ?? true,
      capture: properties.capture ?? false,
      captureDuration: properties.captureDuration ?? 0,
      warnEventTypes: properties.warnEventTypes ?? true,
      skipIfUnknownFilter: properties.skipIfUnknownFilter ?? false,
      tags: new Set(properties.tags),
      exceptions: definedExceptions(properties, report),
      index,
      visibility: this.#next++,
    });
  }

  #changeRule(item: RuleChangeItem, report: Report): void {
    const rule = this.rules.get(item.name);
    if (rule === undefined) {
      const message =
        item.append === undefined
          ? 'there is no earlier rule of this name in which to replace anything'
          : 'there is no earlier rule of this name to append to';
      this.#reject(message, item, this.rules.keys(), report);
    }
    if (item.source !== '' && item.source !== rule.source) {
      this.#reject(
        `the earlier rule of this name is of source ${rule.source}, this one of ${item.source}`,
        item,
        [],
        report,
      );
    }
    if (item.append !== undefined) this.#appendToRule(rule, item.append, item, report);
    if (item.replace !== undefined) this.#replaceInRule(rule, item.replace, report);
    rule.visibility = this.#next++;
  }

  #appendToRule(rule: RuleEntry, append: RuleProperties, item: RuleChangeItem, report: Report): void {
    if (Object.keys(append).length === 0) {
      this.#reject('there is nothing to append: give a condition or exceptions', item, [], report);
    }
    if (append.condition !== undefined) rule.condition.push(append.condition);
    if (append.output !== undefined) rule.output.push(append.output);
    if (append.description !== undefined) rule.description += ` ${append.description}`;
    for (const tag of append.tags ?? []) rule.tags.add(tag);
    appendExceptions(rule, append, report);
  }

  #replaceInRule(rule: RuleEntry, replace: RuleProperties, report: Report): void {
    const { condition, output, tags, exceptions } = replace;
    if (condition !== undefined) rule.condition = [condition];
    if (output !== undefined) rule.output = [output];
    if (tags !== undefined) rule.tags = new Set(tags);
    if (exceptions !== undefined) rule.exceptions = definedExceptions(replace, report);
    rule.description = replace.description ?? rule.description;
    rule.priority = replace.priority ?? rule.priority;
    rule.enabled = replace.enabled ?? rule.enabled;
    rule.capture = replace.capture ?? rule.capture;
    rule.captureDuration = replace.captureDuration ?? rule.captureDuration;
    rule.warnEventTypes = replace.warnEventTypes ?? rule.warnEventTypes;
    rule.skipIfUnknownFilter = replace.skipIfUnknownFilter ?? rule.skipIfUnknownFilter;
  }

  #toggleRule(item: RuleToggleItem, report: Report): void {
    const rule = this.rules.get(item.name);
    if (rule !== undefined) {
      rule.enabled = item.enabled;
      return;
    }
    const message = 'there is no earlier rule of this name to turn on or off';
    this.#reject(message, item, this.rules.keys(), report);
  }

  /** Reports that an item does not fit to what was collected before it, and gives it up. */
  #reject(
    message: string,
    { name, context }: { readonly name: string; readonly context: Context },
    known: Iterable<string>,
    report: Report,
  ): never {
    const { location } = context;
    const suggestion = nearest(name, known);
    report({ code: 'LOAD_ERR_VALIDATE', message, location, length: 1, context, suggestion });
    throw new ItemError(message);
  }
}

function invalidException(message: string, context: Context, report: Report): void {
  report({ code: 'LOAD_ERR_VALIDATE', message, location: context.location, length: 1, context });
}

function definedExceptions({ exceptions = [] }: RuleProperties, report: Report): Exception[] {
  return exceptions.flatMap(({ name, fields, comps, values, context }) => {
    if (fields !== undefined) return [{ name, fields, comps, values: [...values], context }];
    const message = "an exception needs 'fields'";
    invalidException(message, context, report);
    return [];
  });
}

function appendExceptions(rule: RuleEntry, { exceptions = [] }: RuleProperties, report: Report): void {
  for (const { name, fields, comps, values, context } of exceptions) {
    const previous = rule.exceptions.find((exception) => exception.name === name);
    if (previous !== undefined) {
      if (fields !== undefined || comps !== undefined) {
        const what = fields !== undefined ? 'fields' : 'comps';
        const message = `only values can be appended to an earlier exception, not ${what}`;
        invalidException(message, context, report);
      } else {
        for (const value of values) previous.values.push(value);
      }
    } else if (fields === undefined) {
      const message = "a new exception needs 'fields'";
      invalidException(message, context, report);
    } else if (values.length === 0) {
      const message = "a new exception needs 'values'";
      invalidException(message, context, report);
    } else {
      rule.exceptions.push({ name, fields, comps, values: [...values], context });
    }
  }
}
