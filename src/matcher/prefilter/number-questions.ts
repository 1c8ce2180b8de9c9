/** Checks that become questions about numbers among the parameters of an event: arguments, ends of connections. */
import type { NumberPredicate } from '../../events/event-filter.ts';
import { parameterIndex } from '../../events/parameters.ts';
import { SYMBOLS } from '../../events/symbols.ts';
import { type EventType, PARAMETER_SIZES, type Parameter } from '../../events/table.ts';
import { isNetwork } from '../comparisons.ts';
import type { Check } from '../necessary.ts';

/** Numbers below this have a bit of their own in a set. */
const SET_SIZE = 64;
const MAX_NUMBERS = 4;
const LAYERS: ReadonlySet<string> = new Set(['FD_UPPER_LAYER', 'FD_LOWER_LAYER']);

/** Where in a DESCRIPTOR its ends begin: a family, then address and port of one end, and of the other. */
const ENDS = 16;
const AF_INET = 2;
const LOOPBACK = 127;
const LOOPBACK_PREFIX = 8;
const SECOND_ADDRESS = ENDS + 1 + 4 + 2;

/** Fields with the addresses of ends. */
const NETWORK_FIELDS: ReadonlySet<string> = new Set(['fd.net', 'fd.cnet', 'fd.snet', 'fd.lnet', 'fd.rnet']);

/**
 * Questions of which one has the answer yes whenever the check of `evt.arg.NAME` holds; `undefined` when that cannot
 * be said. Symbols are asked for in a set, in which greater numbers than its size, which have none, may seem to be.
 */
export function argumentQuestions(
  check: Check,
  type: EventType,
  literals: readonly unknown[] | undefined,
): readonly NumberPredicate[] | undefined {
  const index = check.left.kind === 'field' ? parameterIndex(type, String(check.left.argument)) : -1;
  const parameter = type.parameters[index];
  const width = parameter && PARAMETER_SIZES[parameter.type];
  if (!parameter || (width !== 1 && width !== 2 && width !== 4)) return undefined;
  const texts = literals?.map(String) ?? containedText(check);
  if (texts === undefined) return undefined;
  const question = { kind: 'number', parameter: index, offset: 0, width } as const;
  if (parameter.type.startsWith('ENUMFLAGS')) {
    const symbols = SYMBOLS.get(parameter.symbols ?? '') ?? [];
    // A number without a symbol is shown in digits.
    if (symbols.some(({ value }) => value >= SET_SIZE) || !texts.every((text) => /[^-\d]/.test(text)))
      return undefined;
    const isWanted = (name: string): boolean =>
      literals ? texts.includes(name) : texts.some((text) => name.includes(text));
    let operand = 0n;
    for (const { name, value } of symbols) if (isWanted(name)) operand |= 1n << BigInt(value);
    return [{ ...question, operation: 'in set', operand }];
  }
  if (parameter.type.startsWith('FLAGS'))
    return literals ? undefined : flagQuestions(question, parameter, texts);
  const isPlain = /^UINT(8|16|32)$/.test(parameter.type) && parameter.format === 'dec';
  if (!isPlain || !literals || texts.length > MAX_NUMBERS) return undefined;
  if (!texts.every((text) => /^(0|[1-9]\d{0,8})$/.test(text))) return undefined;
  return texts.map((text) => ({ ...question, operation: 'equals', operand: BigInt(text) }));
}

/** Flags are shown by their names; a layer of an overlay is among them only when the event is complete. */
function flagQuestions(
  question: Pick<NumberPredicate, 'kind' | 'parameter' | 'offset' | 'width'>,
  { symbols }: Parameter,
  [text = '']: readonly string[],
): readonly NumberPredicate[] | undefined {
  // A value without a name is shown in digits.
  if (!/^\w*[A-Za-z_]\w*$/.test(text)) return undefined;
  const named = (SYMBOLS.get(symbols ?? '') ?? []).filter(({ name }) => name.includes(text));
  if (named.length === 0 || named.some(({ name, value }) => value === 0 || LAYERS.has(name)))
    return undefined;
  const operand = named.reduce((bits, { value }) => bits | BigInt(value), 0n);
  return [{ ...question, operation: 'any bit', operand }];
}

function containedText(check: Check): string[] | undefined {
  if (check.kind !== 'scalar' || check.operator !== 'contains' || check.right.kind !== 'values')
    return undefined;
  const { values } = check.right;
  return values.length === 1 && typeof values[0] === 'string' ? [values[0]] : undefined;
}

/**
 * Questions of which one has the answer no whenever the check has the value `wanted`, since it rules out connections
 * over the loopback interface (127.0.0.0/8 at both ends); `undefined` when it does not.
 */
export function loopbackQuestions(
  check: Check,
  wanted: boolean,
  type: EventType,
): readonly NumberPredicate[] | undefined {
  if (check.left.kind !== 'field' || !NETWORK_FIELDS.has(check.left.field.name)) return undefined;
  if (check.kind === 'exists' || check.right.kind !== 'values') return undefined;
  const { values } = check.right;
  const isDenied =
    check.kind === 'scalar'
      ? values.length === 1 && check.operator === (wanted ? '!=' : '=')
      : check.operator === 'in' && !wanted;
  const extension = type.extensions.findIndex((parameter) => parameter.type === 'DESCRIPTOR');
  if (!isDenied || extension < 0 || !values.some(isLoopback)) return undefined;
  const question = {
    kind: 'number',
    parameter: type.parameters.length + extension,
    operation: 'equals',
    late: true,
  } as const;
  return [
    { ...question, offset: ENDS, width: 2, operand: BigInt(AF_INET | (LOOPBACK << 8)) },
    { ...question, offset: SECOND_ADDRESS, width: 1, operand: BigInt(LOOPBACK) },
  ];
}

function isLoopback(value: unknown): boolean {
  const network = value as Parameters<typeof isNetwork>[0];
  return (
    isNetwork(network) &&
    network.prefix <= LOOPBACK_PREFIX &&
    network.address.length === 4 &&
    (network.prefix === 0 ||
      (network.prefix === LOOPBACK_PREFIX && network.address.charCodeAt(0) === LOOPBACK))
  );
}
