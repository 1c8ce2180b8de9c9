/** The operators as tests of one value, with everything that can be prepared from a literal prepared. */
import type { ByteString } from '../events/bytes.ts';
import { compileGlob } from '../events/glob.ts';
import type { Scalar } from '../fields/field.ts';
import type { IpNetwork, ListModifier, ListOperator, ScalarOperator, Value } from '../rules/checked.ts';
import { lowerAscii, upperAscii } from './ascii.ts';
import { compileNetwork } from './network.ts';
import { PathPrefixSet } from './path-prefix.ts';
import { compileRegex } from './regex.ts';
import { bytesAsText } from './transformers.ts';

/** A value as operators compare it: byte buffers have become byte strings. */
export type Comparable = Exclude<Scalar, Uint8Array>;

export type Test = (value: Comparable) => boolean;

export function isNetwork(value: Value): value is IpNetwork {
  return typeof value === 'object' && 'prefix' in value;
}

/** Compiles a scalar operator with its literal. */
export function compileTest(operator: ScalarOperator, right: Value): Test {
  if (isNetwork(right)) return compileNetworkTest(operator, right);
  const literal = bytesAsText(right);
  switch (operator) {
    case '=':
      return (value) => value === literal;
    case '!=':
      return (value) => value !== literal;
    case '<':
      return (value) => value < literal;
    case '<=':
      return (value) => value <= literal;
    case '>':
      return (value) => value > literal;
    case '>=':
      return (value) => value >= literal;
    default:
      return compileTextTest(operator, literal as ByteString) as Test;
  }
}

type TextOperator = Exclude<ScalarOperator, '=' | '!=' | '<' | '<=' | '>' | '>='>;

function compileTextTest(operator: TextOperator, literal: ByteString): (text: ByteString) => boolean {
  switch (operator) {
    case 'contains':
    case 'bcontains':
      return (text) => text.includes(literal);
    case 'icontains': {
      const pattern = ignoringCase(literal);
      return (text) => pattern.test(text);
    }
    case 'startswith':
    case 'bstartswith':
      return (text) => text.startsWith(literal);
    case 'endswith':
      return (text) => text.endsWith(literal);
    case 'glob':
      return compileGlob(literal);
    case 'iglob':
      return compileGlob(literal, { ignoreCase: true });
    case 'regex':
      return compileRegex(literal);
  }
}

/** A pattern that finds a text whatever the case of its ASCII letters: no copy in one case is made of what is searched. */
function ignoringCase(literal: ByteString): RegExp {
  const source = literal.replace(/./gs, (byte) => {
    if (/[a-z]/i.test(byte)) return `[${lowerAscii(byte)}${upperAscii(byte)}]`;
    return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return new RegExp(source);
}

function compileNetworkTest(operator: ScalarOperator, network: IpNetwork): Test {
  const contains = compileNetwork(network) as Test;
  return operator === '!=' ? (ip) => !contains(ip) : contains;
}

/** Compiles a list operator with its literals, for one value: is it, or its path, among them? */
export function compileMembership(operator: ListOperator, values: readonly Value[]): Test {
  if (operator === 'pmatch') {
    const paths = new PathPrefixSet(values as readonly ByteString[]);
    return (path) => paths.coversPath(path as ByteString);
  }
  const networks = values.filter(isNetwork).map(compileNetwork);
  if (networks.length > 0) return (ip) => networks.some((contains) => contains(ip as ByteString));
  const members = new Set(values.map((value) => bytesAsText(value as Scalar)));
  return (value) => members.has(value);
}

/** Joins the tests for the literals of an operator under `oneof`, `anyof` or `allof`. */
export function compileModified(modifier: ListModifier, tests: readonly Test[]): Test {
  switch (modifier) {
    case 'anyof':
      return (value) => tests.some((test) => test(value));
    case 'allof':
      // An empty list holds for nothing, as under the other modifiers.
      return (value) => tests.length > 0 && tests.every((test) => test(value));
    case 'oneof':
      return (value) => {
        let count = 0;
        for (const test of tests) {
          if (test(value) && ++count > 1) return false;
        }
        return count === 1;
      };
  }
}

/** A scalar operator between two values of the event. */
export function compareValues(operator: ScalarOperator, left: Comparable, right: Comparable): boolean {
  return compileTest(operator, right)(left);
}
