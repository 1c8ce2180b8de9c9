/** Which operators work on which types. */

import type { ValueType } from '../../fields/field-info.ts';
import { isText } from '../environment.ts';

const EQUALITY = ['=', '!=', 'in', 'intersects'];
const NUMERIC = new Set([...EQUALITY, '<', '<=', '>', '>=']);
const BOOLEAN = new Set(EQUALITY);
const ADDRESS = new Set(EQUALITY);
const TEXT = new Set([
  ...NUMERIC,
  'contains',
  'icontains',
  'startswith',
  'endswith',
  'glob',
  'iglob',
  'pmatch',
  'regex',
]);
const BUFFER = new Set([...EQUALITY, 'contains', 'startswith', 'endswith', 'bcontains', 'bstartswith']);
const LIST = new Set(['in', 'intersects']);

/** Types whose lists can be compared. */
const LISTABLE: ReadonlySet<ValueType> = new Set([
  'CHARBUF',
  'UINT64',
  'RELTIME',
  'ABSTIME',
  'BOOL',
  'IPADDR',
  'IPNET',
]);

/** Operators for a type; none when values of the type cannot be compared at all. */
export function operatorsFor(type: ValueType, isList: boolean): ReadonlySet<string> {
  if (isList) return LISTABLE.has(type) ? LIST : new Set();
  if (isText(type)) return TEXT;
  switch (type) {
    case 'BOOL':
      return BOOLEAN;
    case 'IPADDR':
    case 'IPNET':
      return ADDRESS;
    case 'BYTEBUF':
      return BUFFER;
    case 'DYN':
      return new Set();
    default:
      return NUMERIC;
  }
}

/** A type as people read it. */
export function describeType(type: ValueType, isList: boolean): string {
  const name = TYPE_NAMES[type] ?? 'number';
  return isList ? `list of ${name === 'text' ? 'texts' : `${name}s`}` : name;
}

const TYPE_NAMES: Readonly<Partial<Record<ValueType, string>>> = {
  CHARBUF: 'text',
  FSPATH: 'text',
  FSRELPATH: 'text',
  BYTEBUF: 'byte buffer',
  BOOL: 'boolean',
  PORT: 'port',
  IPADDR: 'IP address',
  IPNET: 'IP network',
  RELTIME: 'time in nanoseconds',
  ABSTIME: 'time in nanoseconds',
  DYN: 'value of unknown type',
};
