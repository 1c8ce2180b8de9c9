/** The operators of conditions and what each wants on its right. */

/** Compares with a number, a field or a transformer. */
export const NUMERIC_OPERATORS = ['<=', '<', '>=', '>'] as const;

/** Compares with one value, a field or a transformer; may take a modifier and a list. */
export const STRING_OPERATORS = [
  '==',
  '=',
  '!=',
  'glob',
  'iglob',
  'contains',
  'icontains',
  'bcontains',
  'startswith',
  'bstartswith',
  'endswith',
  'regex',
] as const;

/** Compares with a list of values, a field or a transformer. */
export const LIST_OPERATORS = ['intersects', 'in', 'pmatch'] as const;

export const MODIFIERS = ['oneof', 'anyof', 'allof'] as const;

export const TRANSFORMERS = [
  'tolower',
  'toupper',
  'b64',
  'basename',
  'len',
  'join',
  'concat',
  'getopt',
] as const;

/** Every operator, as suggestions offer them and exceptions name them. */
export const ALL_OPERATORS: readonly string[] = [
  'exists',
  ...NUMERIC_OPERATORS,
  ...STRING_OPERATORS,
  ...LIST_OPERATORS,
];

const STRING_SET: ReadonlySet<string> = new Set(STRING_OPERATORS);
const NUMERIC_SET: ReadonlySet<string> = new Set(NUMERIC_OPERATORS);
const LIST_SET: ReadonlySet<string> = new Set(LIST_OPERATORS);
const MODIFIER_SET: ReadonlySet<string> = new Set(MODIFIERS);
const OPERATOR_SET: ReadonlySet<string> = new Set(ALL_OPERATORS);

export function isStringOperator(operator: string): boolean {
  return STRING_SET.has(operator);
}

export function isNumericOperator(operator: string): boolean {
  return NUMERIC_SET.has(operator);
}

export function isListOperator(operator: string): boolean {
  return LIST_SET.has(operator);
}

export function isOperator(operator: string): boolean {
  return OPERATOR_SET.has(operator);
}

/** Whether `text` is a string operator and a modifier: `startswith oneof`. */
export function isModifiedOperator(text: string): boolean {
  const [operator = '', modifier = '', ...rest] = text.split(' ');
  return rest.length === 0 && STRING_SET.has(operator) && MODIFIER_SET.has(modifier);
}
