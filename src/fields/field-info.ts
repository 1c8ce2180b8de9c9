/**
 * What the rule language, listings and editors need to know of a field: pure data and no more, so that they run
 * where there is no engine, and no Node.
 */

/** Type of a field's value; names are those that `--list` prints. */
export type ValueType =
  | 'CHARBUF'
  | 'FSPATH'
  | 'FSRELPATH'
  | 'BYTEBUF'
  | 'BOOL'
  | 'INT8'
  | 'INT16'
  | 'INT32'
  | 'INT64'
  | 'UINT8'
  | 'UINT16'
  | 'UINT32'
  | 'UINT64'
  | 'DOUBLE'
  | 'RELTIME'
  | 'ABSTIME'
  | 'PORT'
  | 'IPADDR'
  | 'IPNET'
  /** Known only when the event is seen (`evt.rawarg`). */
  | 'DYN';

/** Whether a field takes an argument in brackets, and what kind: an index, a key, or either. */
export interface ArgumentRule {
  readonly presence: 'none' | 'optional' | 'required';
  readonly kind?: 'index' | 'key' | 'index or key';
}

/** What the rule language and `--list` need to know of a field. Pure data. */
export interface FieldInfo {
  readonly name: string;
  readonly type: ValueType;
  /** The value is a list: only `in`, `intersects` and `exists` apply. */
  readonly isList: boolean;
  readonly argument: ArgumentRule;
  /** One or two sentences in our own words. */
  readonly description: string;
  /** Class as `--list` groups it: `evt`, `process`, `fd`, … */
  readonly fieldClass: string;
  /** Event sources that have the field: `syscall`, `k8s_audit`; empty for all. */
  readonly sources: readonly string[];
  readonly deprecated?: boolean;
  /** Usable in conditions only (`fd.ip`, `fd.net`, …). */
  readonly conditionOnly?: boolean;
  /** Usable in outputs only (`evt.outputtime`). */
  readonly outputOnly?: boolean;
  /** Known to the engine, left out of `--list`. */
  readonly hidden?: boolean;
  /** Must not stand on the right-hand side of a comparison. */
  readonly noRightHandSide?: boolean;
  /** Must not be wrapped in a transformer. */
  readonly noTransformer?: boolean;
  /** Only `=` applies, and it holds for values up to that on its right (`evt.around`). */
  readonly equalsUpTo?: boolean;
}

/**
 * One value as rules compare it. Text is a byte string. 64-bit integers are numbers while they are safe
 * integers and bigints beyond, so that equal values are identical (`===`). An IP address is its 4 or
 * 16 bytes as a byte string.
 */
export type Scalar = string | number | bigint | boolean | Uint8Array;

/** A field's value: a scalar, a list where `isList`, or `undefined` when the event has none. */
export type FieldValue = Scalar | readonly Scalar[] | undefined;

/** A field name as a rule writes it, split into the field and its argument in dotted form. */
export interface FieldReference<F extends FieldInfo = FieldInfo> {
  readonly field: F;
  /** Argument of the dotted form (`evt.arg.name` gives `name`); `undefined` otherwise. */
  readonly argument: string | undefined;
  /** Type of the value: that of the field, or for DYN that of the parameter which the argument names. */
  readonly type?: ValueType;
}

/** Which arguments a field takes after a dot. */
export interface DottedArgument {
  /** By name, with the type of the value where that of the field is DYN. */
  readonly names?: ReadonlyMap<string, ValueType>;
  /** Regular expression of all others. */
  readonly pattern?: string;
}

/** The fields that rules may use. */
export interface FieldCatalog<F extends FieldInfo = FieldInfo> {
  /** Finds a field by its name as written, dotted arguments included, without brackets. */
  find(name: string): FieldReference<F> | undefined;
  /** All fields, in the order of `--list`. */
  readonly fields: readonly F[];
  /** The fields whose argument may follow after a dot, for who offers names while they are typed. */
  readonly dotted?: ReadonlyMap<string, DottedArgument>;
}
