/** A rule's detections and condition as one condition of Lanner's. */
import type { Location } from '../rules/location.ts';
import type { YamlMap, YamlNode, YamlScalar } from '../rules/source/yaml.ts';
import { addressCheck, hostCheck, Inexpressible, networkCheck, regexCheck, textCheck } from './checks.ts';
import { DocumentError, placeOf, type SigmaDocument, scalars } from './documents.ts';
import { allOf, anyOf, type Expression, not } from './expression.ts';
import { GrammarError, namesOf, parseSigmaCondition, type SigmaCondition } from './grammar.ts';
import { existence, numberCheck, placesFor, referenceCheck, SYMBOLS } from './mapping-checks.ts';
import { ModifierError, type Modifiers, readModifiers, transform } from './modifiers.ts';
import { basenamePatterns, open, type Pattern, PatternError, parsePattern } from './pattern.ts';
import type { LogSource, Mapping, Place, Siblings } from './places.ts';

/** Values of placeholders by name. */
export type Placeholders = ReadonlyMap<string, readonly string[]>;

/** Something that a condition of Lanner's cannot say; it counts as a field that the event does not have. */
export interface LeftOut {
  readonly location: Location;
  readonly message: string;
  /** It stands in what a rule excepts: the rule alerts more often than it should, not less. */
  readonly excepts: boolean;
}

export interface Translation {
  readonly expression: Expression;
  readonly leftOut: readonly LeftOut[];
}

/** Keys of a detection that are no detections themselves. */
const NO_DETECTIONS: ReadonlySet<string> = new Set(['condition', 'timeframe']);

/**
 * Translates what stands under `detection` of a rule, or `filter`. Throws {@link DocumentError} for what does not
 * follow Sigma's specification or has no meaning in Lanner. `isExcepted`: a filter will except something of it.
 */
export function translate(
  document: SigmaDocument,
  body: YamlMap,
  source: LogSource,
  placeholders: Placeholders,
  isExcepted: boolean,
): Translation {
  const first = new Translator(document, body, source, placeholders, false);
  const expression = first.condition();
  if (!first.deniesTrusted && !isExcepted) return { expression, leftOut: first.leftOut };
  const second = new Translator(document, body, source, placeholders, true);
  return { expression: second.condition(), leftOut: second.leftOut };
}

/** Names of the detections of a body. */
export function detectionsOf(body: YamlMap): Map<string, YamlNode> {
  const entries = [...body.entries].filter(([name]) => !NO_DETECTIONS.has(name) && name !== 'rules');
  return new Map(entries.map(([name, { value }]) => [name, value]));
}

/** How many items a condition may ask for, each time that it names them. */
const MOST_ITEMS = 20_000;

class Translator {
  readonly leftOut: LeftOut[] = [];
  /** A field with a place that counts beside exceptions is asked for in what is excepted. */
  deniesTrusted = false;
  readonly #document: SigmaDocument;
  readonly #body: YamlMap;
  readonly #source: LogSource;
  readonly #placeholders: Placeholders;
  readonly #untrusted: boolean;
  readonly #detections: Map<string, YamlNode>;
  #items = 0;

  constructor(
    document: SigmaDocument,
    body: YamlMap,
    source: LogSource,
    placeholders: Placeholders,
    untrusted: boolean,
  ) {
    this.#document = document;
    this.#body = body;
    this.#source = source;
    this.#placeholders = placeholders;
    this.#untrusted = untrusted;
    this.#detections = detectionsOf(body);
  }

  /** Several conditions are alternatives. */
  condition(): Expression {
    const node = this.#body.entries.get('condition')?.value;
    if (node === undefined) this.#fail('there is no condition', this.#body);
    return anyOf(
      scalars(this.#document.file, node).map((scalar) => {
        try {
          return this.#of(parseSigmaCondition(scalar.text.text), scalar, true);
        } catch (error) {
          if (error instanceof GrammarError) this.#fail(error.message, scalar, error.offset);
          throw error;
        }
      }),
    );
  }

  #of(condition: SigmaCondition, scalar: YamlScalar, wanted: boolean): Expression {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const operands = condition.operands.map((operand) => this.#of(operand, scalar, wanted));
        return condition.kind === 'and' ? allOf(operands) : anyOf(operands);
      }
      case 'not':
        return not(this.#of(condition.operand, scalar, !wanted));
      case 'name':
        return this.#named(condition.name, scalar, wanted);
      default: {
        const names = namesOf(condition.pattern, this.#detections.keys());
        if (names.length === 0) this.#fail(`no detection fits "${condition.pattern}"`, scalar);
        const operands = names.map((name) => this.#named(name, scalar, wanted));
        return condition.kind === 'all' ? allOf(operands) : anyOf(operands);
      }
    }
  }

  #named(name: string, scalar: YamlScalar, wanted: boolean): Expression {
    const node = this.#detections.get(name);
    if (node === undefined) this.#fail(`there is no detection ${name}`, scalar);
    return this.#detection(node, wanted);
  }

  /** A map wants all of its items, a list one of its maps or words. */
  #detection(node: YamlNode, wanted: boolean): Expression {
    if (node.kind === 'map') {
      const siblings = siblingsOf(node);
      return allOf(
        [...node.entries.values()].map(({ key, value }) => this.#item(key, value, siblings, wanted)),
      );
    }
    if (node.kind === 'scalar') return this.#keywords([node], readModifiers([]), wanted);
    if (node.items.length === 0) this.#fail('the list is empty', node);
    return anyOf(
      node.items.map((item) =>
        item.kind === 'scalar'
          ? this.#keywords([item], readModifiers([]), wanted)
          : this.#detection(item, wanted),
      ),
    );
  }

  #item(key: YamlScalar, value: YamlNode, siblings: Siblings, wanted: boolean): Expression {
    if (++this.#items > MOST_ITEMS) this.#fail('the condition is too large', this.#body);
    const [name = '', ...names] = key.text.text.split('|');
    try {
      const modifiers = readModifiers(names);
      if (modifiers.negated)
        return not(this.#field(name, key, value, { ...modifiers, negated: false }, siblings, !wanted));
      return this.#field(name, key, value, modifiers, siblings, wanted);
    } catch (error) {
      if (error instanceof ModifierError) this.#fail(error.message, key);
      throw error;
    }
  }

  #field(
    name: string,
    key: YamlScalar,
    value: YamlNode,
    modifiers: Modifiers,
    siblings: Siblings,
    wanted: boolean,
  ): Expression {
    const values = scalars(this.#document.file, value);
    if (name === '') return this.#keywords(values, modifiers, wanted);
    const mapping = this.#source.field(name, siblings);
    if (typeof mapping === 'string') {
      if (modifiers.operation === 'exists' || values.some(({ isNull }) => isNull))
        this.#fail(`${mapping}, so that whether it is there cannot be told`, key);
      return this.#leaveOut(mapping, key, wanted);
    }
    if (modifiers.operation === 'exists') return this.#exists(name, mapping, values, wanted);
    const nulls = values.filter(({ isNull }) => isNull);
    const others = values.filter(({ isNull }) => !isNull);
    const checks = nulls.map((node) => this.#guarded(node, wanted, () => not(existence(mapping))));
    return this.#joined(
      [...checks, ...this.#values(mapping, others, modifiers, siblings, wanted)],
      modifiers,
    );
  }

  #exists(name: string, mapping: Mapping, values: readonly YamlScalar[], wanted: boolean): Expression {
    const [first] = values as [YamlScalar];
    const says = first.text.text.toLowerCase();
    if (values.length > 1 || !/^(?:true|false)$/.test(says))
      this.#fail(`${name}|exists wants true or false`, first);
    return this.#guarded(first, wanted, () =>
      says === 'true' ? existence(mapping) : not(existence(mapping)),
    );
  }

  #joined(checks: readonly Expression[], { all }: Modifiers): Expression {
    return all ? allOf(checks) : anyOf(checks);
  }

  /** What each value asks for; those that are alternatives in one check where that can be. */
  #values(
    mapping: Mapping,
    values: readonly YamlScalar[],
    modifiers: Modifiers,
    siblings: Siblings,
    wanted: boolean,
  ): Expression[] {
    const { operation, all, cased, flags } = modifiers;
    if (operation === 'text' && !all && mapping.kind === 'text') {
      const patterns = values.flatMap((node) => this.#patterns(node, modifiers, wanted));
      return patterns.length === 0 ? [false] : [this.#inPlaces(mapping.places, patterns, cased, wanted)];
    }
    return values.map((node) =>
      this.#guarded(node, wanted, () => {
        if (operation === 'fieldref') return this.#reference(mapping, node, modifiers, siblings);
        if (operation === 're') {
          const places = this.#placesOf(placesFor(mapping, 'regular expressions'), wanted);
          const whole = places.filter(({ isBasename }) => !isBasename);
          return anyOf(whole.map((place) => regexCheck(place, node.text.text, flags)));
        }
        if (operation === 'cidr') {
          if (mapping.kind !== 'address')
            throw new Inexpressible('only addresses are compared with networks');
          return networkCheck(mapping.network, [node.text.text]);
        }
        if (operation !== 'text') return numberCheck(mapping, node.text.text, SYMBOLS[operation] as string);
        return this.#whole(mapping, node, modifiers, wanted);
      }),
    );
  }

  /** A value as a whole, whatever the field is. */
  #whole(mapping: Mapping, node: YamlScalar, modifiers: Modifiers, wanted: boolean): Expression {
    const { text } = node.text;
    if (mapping.kind === 'choice') {
      const chosen = mapping.choose(text);
      if (chosen === undefined) throw new Inexpressible(`Lanner has no events with "${text}" there`);
      return chosen;
    }
    if (mapping.kind === 'number') {
      if (modifiers.transformations.length > 0)
        throw new Inexpressible('numbers are compared as a whole, not by parts of their text');
      return numberCheck(mapping, text, '=');
    }
    const patterns = this.#patterns(node, modifiers, wanted);
    if (patterns.length === 0) return false;
    switch (mapping.kind) {
      case 'address':
        return addressCheck(mapping.field, mapping.network, patterns);
      case 'host':
        return hostCheck(mapping.field, patterns, (message) => this.#leaveOut(message, node, wanted));
      case 'text':
        return this.#inPlaces(mapping.places, patterns, modifiers.cased, wanted);
    }
  }

  #inPlaces(places: readonly Place[], patterns: readonly Pattern[], cased: boolean, wanted: boolean) {
    return anyOf(
      this.#placesOf(places, wanted).map((place) => {
        const fitting = place.isBasename ? basenamePatterns(patterns) : patterns;
        return fitting.length === 0 ? false : textCheck(place, fitting, cased);
      }),
    );
  }

  /** Places that count here. */
  #placesOf(places: readonly Place[], wanted: boolean): readonly Place[] {
    const depends = places.some(({ untrusted }) => untrusted === 'beside exceptions');
    if (!wanted && depends) this.deniesTrusted = true;
    return places.filter(({ untrusted }) => {
      if (untrusted === undefined) return true;
      return wanted && (untrusted === 'always' || this.#untrusted);
    });
  }

  /** The texts that a value stands for. What it cannot stand for is left out. */
  #patterns(node: YamlScalar, modifiers: Modifiers, wanted: boolean): Pattern[] {
    const texts = modifiers.expand ? this.#expanded(node) : [node.text.text];
    try {
      const patterns = texts.flatMap((text) => transform(parsePattern(text), modifiers));
      for (const pattern of patterns)
        if (pattern.some((piece) => typeof piece === 'object' && piece.literal.includes('\0')))
          throw new Inexpressible('texts of events have no NUL bytes (UTF-16 that is not in base64)');
      return patterns;
    } catch (error) {
      if (error instanceof PatternError) this.#fail(error.message, node);
      if (!(error instanceof Inexpressible)) throw error;
      this.#leaveOut(error.message, node, wanted);
      return [];
    }
  }

  /** The value with each of the values that stand for its placeholders. */
  #expanded(node: YamlScalar): string[] {
    let texts = [''];
    for (const part of node.text.text.split(/((?<!\\)%[^%\s\\]+(?<!\\)%)/)) {
      const name = /^%(.+)%$/.exec(part)?.[1];
      const values = name === undefined ? [part.replaceAll('\\%', '%')] : this.#placeholders.get(name);
      if (values === undefined)
        this.#fail(`the placeholder %${name}% has no value: --placeholder gives one`, node);
      texts = texts.flatMap((text) => values.map((value) => text + value));
    }
    return texts;
  }

  #keywords(values: readonly YamlScalar[], modifiers: Modifiers, wanted: boolean): Expression {
    const places = this.#placesOf(this.#source.keywords(new Map()), wanted);
    const checks = values.map((node) =>
      this.#guarded(node, wanted, () => {
        if (modifiers.operation === 're')
          return anyOf(places.map((place) => regexCheck(place, node.text.text, modifiers.flags)));
        if (modifiers.operation !== 'text') this.#fail('words without a field take no such modifier', node);
        const patterns = this.#patterns(node, modifiers, wanted).map((pattern) => open(pattern, true, true));
        return patterns.length === 0 ? false : this.#inPlaces(places, patterns, modifiers.cased, wanted);
      }),
    );
    return this.#joined(checks, modifiers);
  }

  #reference(mapping: Mapping, node: YamlScalar, modifiers: Modifiers, siblings: Siblings): Expression {
    const other = this.#source.field(node.text.text, siblings);
    if (typeof other === 'string') throw new Inexpressible(other);
    return referenceCheck(mapping, other, modifiers);
  }

  /** The expression, or that nothing fits where it cannot be said. */
  #guarded(node: YamlNode, wanted: boolean, make: () => Expression): Expression {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof Inexpressible)) throw error;
      return this.#leaveOut(error.message, node, wanted);
    }
  }

  #leaveOut(message: string, node: YamlNode, wanted: boolean): false {
    this.leftOut.push({ location: placeOf(this.#document.file, node), message, excepts: !wanted });
    return false;
  }

  #fail(message: string, node: YamlNode, offset = 0): never {
    throw new DocumentError(message, placeOf(this.#document.file, node, offset));
  }
}

/** The values of a map's items by field. */
function siblingsOf(map: YamlMap): Siblings {
  const entries = [...map.entries.values()].map(({ key, value }): [string, string[]] => {
    const nodes = value.kind === 'sequence' ? value.items : [value];
    const texts = nodes.flatMap((node) => (node.kind === 'scalar' ? [node.text.text] : []));
    return [key.text.text.split('|', 1)[0] as string, texts];
  });
  return new Map(entries);
}
