/** Reads YAML into configuration nodes that remember their places. */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type ParsedNode,
  parseDocument,
  Scalar,
} from 'yaml';
import { nestedTooDeep } from '../rules/source/yaml.ts';
import { type Environment, expandVariables } from './environment.ts';
import { ConfigError, type ConfigNode, type MapNode, type ScalarValue } from './node.ts';

/** Values in one file; more are a mistake, or an attack. */
const MAX_VALUES = 100_000;

/**
 * Reads the text of a configuration file. `file` is its name for messages. Values get their environment
 * variables replaced, unless `environment` is undefined. Throws {@link ConfigError} when it is not YAML or not a
 * mapping.
 */
export function parseConfigText(text: string, file: string, environment: Environment | undefined): MapNode {
  const tooDeep = nestedTooDeep(text);
  if (tooDeep !== undefined) {
    const before = text.slice(0, tooDeep).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    throw new ConfigError([`${file}:${before.length}:${column}: the file is nested too deep`]);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map((error) => `${place(error.pos[0])}: ${error.message}`));
  }
  let budget = MAX_VALUES;
  const convert = (node: ParsedNode | null, parent: string, keyPlace?: string): ConfigNode => {
    const at = node === null ? parent : place(node.range[0]);
    const where = keyPlace === undefined ? { place: at } : { place: at, keyPlace };
    // Aliases of aliases could make a small file a very large configuration.
    if (budget-- === 0) throw new ConfigError([`${at}: a configuration has at most ${MAX_VALUES} values`]);
    if (node === null) return { kind: 'scalar', value: null, ...where };
    if (isMap(node)) {
      const entries = node.items.map((pair) => {
        const placeOfKey = place(pair.key.range[0]);
        return [keyText(pair.key, at), convert(pair.value, placeOfKey, placeOfKey)] as const;
      });
      return { kind: 'map', entries: new Map(entries), ...where };
    }
    if (isSeq(node)) return { kind: 'list', items: node.items.map((item) => convert(item, at)), ...where };
    if (isScalar(node)) {
      const value = scalarValue(node, environment);
      const written = { ...(isWrittenOtherwise(value, node.source) && { written: node.source }) };
      return { kind: 'scalar', value, ...written, ...where };
    }
    if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined || contains(target, node)) {
        throw new ConfigError([`${at}: there is no finished value with the name ${node.source} before this`]);
      }
      return convert(target as ParsedNode, at, keyPlace);
    }
    throw new ConfigError([`${at}: unexpected kind of value`]);
  };
  const root = convert(document.contents, `${file}:1:1`);
  if (root.kind === 'map') return root;
  if (root.kind === 'scalar' && root.value === null) {
    return { kind: 'map', entries: new Map(), place: root.place };
  }
  throw new ConfigError([`${root.place}: expected a mapping of keys to values`]);
}

/**
 * Reads the value of an option on the command line: a mapping or list in brackets, in JSON or as YAML writes it,
 * otherwise one value as YAML reads it when it is written without quotes.
 */
export function parseOptionValue(text: string, place: string, environment: Environment): ConfigNode {
  if (!/^\s*[[{]/.test(text)) {
    return { kind: 'scalar', value: plainValue(expandVariables(text, environment)), place };
  }
  try {
    return fromPlainData(JSON.parse(text), place, environment);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return parseFlow(text, place, environment);
  }
}

/** Reads YAML in brackets, which need not be JSON: `{disable: {tag: network}}`. */
function parseFlow(text: string, place: string, environment: Environment): ConfigNode {
  const { entries } = parseConfigText(`{value: ${text}}`, place, environment);
  const node = entries.get('value');
  if (node === undefined || node.kind === 'scalar' || entries.size > 1)
    throw new ConfigError([`${place}: expected a mapping or a list in brackets`]);
  return node;
}

function fromPlainData(data: unknown, place: string, environment: Environment): ConfigNode {
  if (Array.isArray(data)) {
    return { kind: 'list', items: data.map((item) => fromPlainData(item, place, environment)), place };
  }
  if (typeof data === 'object' && data !== null) {
    const entries = Object.entries(data).map(
      ([key, value]) => [key, fromPlainData(value, place, environment)] as const,
    );
    return { kind: 'map', entries: new Map(entries), place };
  }
  const value = typeof data === 'string' ? expandVariables(data, environment) : (data as ScalarValue);
  return { kind: 'scalar', value, place };
}

/** Whether an alias stands inside of what it names. */
function contains(target: Node, { range }: ParsedNode): boolean {
  const [start = 0, end = 0] = target.range ?? [];
  return range[0] >= start && range[0] < end;
}

function keyText(key: unknown, place: string): string {
  if (isScalar(key)) return String(key.value);
  throw new ConfigError([`${place}: a key must be plain text`]);
}

/** A variable may hold any kind of value: without quotes, its value is read as if it had been written there. */
function scalarValue(node: Scalar, environment: Environment | undefined): ScalarValue {
  const value = node.value as ScalarValue;
  if (typeof value !== 'string' || environment === undefined) return value;
  const expanded = expandVariables(value, environment);
  return expanded !== value && node.type === Scalar.PLAIN ? plainValue(expanded) : expanded;
}

function isWrittenOtherwise(value: ScalarValue, source: string | undefined): source is string {
  return (typeof value === 'number' || typeof value === 'boolean') && source !== String(value);
}

function plainValue(text: string): ScalarValue {
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (/^[-+]?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text)) return Number(text);
  return text;
}
