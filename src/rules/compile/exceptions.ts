/** Exceptions of a rule, put behind its condition as ` and not (…)`. */
import type { Exception, RuleEntry } from '../collection.ts';
import type { ExceptionEntry } from '../items/items.ts';
import type { Report } from '../problem.ts';
import { MappedText, type TextPart, whole } from '../source/mapped-text.ts';
import type { ScalarText } from '../source/scalar-text.ts';
import { nearest } from '../suggest.ts';
import { ALL_OPERATORS, isListOperator, isModifiedOperator, isOperator } from '../syntax/operators.ts';
import { quoteWhereBlank } from './lists.ts';

type Part = TextPart | string;

/** Finds out whether a text is a field, or a transformer of fields, that rules of the source may use. */
export type FieldTest = (
  text: ScalarText,
) => { readonly message: string; readonly suggestion?: string | undefined } | undefined;

/** Fields, operators and names of the exceptions of a rule. */
export interface ExceptionDetails {
  readonly fields: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
  readonly operators: ReadonlySet<string>;
}

/** The condition with its exceptions; `undefined` when an exception is wrong, which was reported. */
export function addExceptions(
  condition: MappedText,
  rule: RuleEntry,
  fieldTest: FieldTest,
  report: Report,
): MappedText | undefined {
  if (rule.exceptions.length === 0) return condition;
  const parts: Part[] = ['(', whole(condition), ')'];
  let failed = false;
  for (const exception of rule.exceptions) {
    const text = exceptionText(exception, fieldTest, report);
    if (text === undefined) failed = true;
    else if (text.length > 0) parts.push(' and not ', ...text);
  }
  return failed ? undefined : MappedText.join(parts);
}

export function exceptionDetails(rule: RuleEntry): ExceptionDetails {
  const names = new Set<string>();
  const fields = new Set<string>();
  const operators = new Set<string>();
  for (const exception of rule.exceptions) {
    names.add(exception.name);
    const isList = exception.fields.kind === 'list';
    for (const { text } of textsOf(exception.fields)) {
      if (exception.values.length > 0) fields.add(text);
    }
    if (exception.comps === undefined) {
      operators.add(isList ? '=' : 'in');
    } else {
      for (const { text } of textsOf(exception.comps)) operators.add(text.trim());
    }
  }
  return { fields, names, operators };
}

function textsOf(entry: ExceptionEntry): ScalarText[] {
  return entry.kind === 'text' ? [entry.text] : entry.items.flatMap(textsOf);
}

/** Text of one exception, empty without values; `undefined` when it is wrong. */
function exceptionText(exception: Exception, fieldTest: FieldTest, report: Report): Part[] | undefined {
  const invalid = (message: string, at?: ScalarText, suggestion?: string): undefined => {
    const { context } = exception;
    const location = at?.locate(0) ?? context.location;
    const length = Math.max(1, at?.text.length ?? 1);
    report({ code: 'LOAD_ERR_VALIDATE', message, location, length, context, suggestion });
    return undefined;
  };
  for (const field of textsOf(exception.fields)) {
    const wrong = fieldTest(field);
    if (wrong === undefined) continue;
    const message = `${wrong.message}`;
    return invalid(message, field, wrong.suggestion);
  }
  return exception.fields.kind === 'text'
    ? scalarForm(exception, exception.fields.text, invalid)
    : tupleForm(exception, exception.fields.items, invalid);
}

type Invalid = (message: string, at?: ScalarText, suggestion?: string) => undefined;

/** One field, and values of which it may have any. */
function scalarForm(exception: Exception, field: ScalarText, invalid: Invalid): Part[] | undefined {
  const { comps, values } = exception;
  if (comps?.kind === 'list') return invalid("with a single field 'comps' is a single operator");
  const operator = comps?.text.text.trim() ?? 'in';
  if (!isListOperator(operator) && !isModifiedOperator(operator)) {
    const message =
      "with a single field 'comps' is one of in, pmatch, intersects, or an operator with a modifier such as startswith oneof";
    return invalid(message, comps?.text, nearest(operator, ['in', 'pmatch', 'intersects']));
  }
  if (values.length === 0) return [];
  const parts: Part[] = ['(', whole(field), ' ', operatorPart(comps, operator), ' ('];
  for (const [index, value] of values.entries()) {
    if (value.kind === 'list') return invalid("with a single field 'values' is a flat list");
    if (index > 0) parts.push(', ');
    parts.push(...quoteWhereBlank(value.text));
  }
  return [...parts, '))'];
}

/** Several fields, and tuples with a value for each. */
function tupleForm(
  exception: Exception,
  fields: readonly ExceptionEntry[],
  invalid: Invalid,
): Part[] | undefined {
  const { comps, values } = exception;
  const operators = comps === undefined ? fields.map(() => undefined) : entriesOf(comps);
  if (operators === undefined || operators.length !== fields.length) {
    return invalid("'fields' and 'comps' must be lists of the same length");
  }
  if (!operatorsAreKnown(operators, invalid)) return undefined;
  if (values.length === 0) return [];
  const parts: Part[] = ['('];
  for (const [index, tuple] of values.entries()) {
    if (tuple.kind !== 'list' || tuple.items.length !== fields.length) {
      return invalid(
        `each entry of 'values' must be a list of ${fields.length}: one value for each field`,
        textsOf(tuple)[0],
      );
    }
    if (index > 0) parts.push(' or ');
    const checks = tupleChecks(fields, operators, tuple.items, invalid);
    if (checks === undefined) return undefined;
    parts.push('(', ...checks, ')');
  }
  return [...parts, ')'];
}

function tupleChecks(
  fields: readonly ExceptionEntry[],
  operators: readonly (ExceptionEntry | undefined)[],
  values: readonly ExceptionEntry[],
  invalid: Invalid,
): Part[] | undefined {
  const parts: Part[] = [];
  for (const [index, field] of fields.entries()) {
    const value = values[index];
    if (field.kind !== 'text' || value === undefined) return invalid("'fields' must be a list of texts");
    const comp = operators[index];
    const operator = comp?.kind === 'text' ? comp.text.text.trim() : '=';
    if (parts.length > 0) parts.push(' and ');
    parts.push(' ', whole(field.text), ' ', operatorPart(comp, operator), ' ');
    if (value.kind === 'list') {
      parts.push('(');
      for (const [place, item] of value.items.entries()) {
        if (item.kind === 'list') return invalid('the values are nested too deep');
        if (place > 0) parts.push(', ');
        parts.push(...quoteWhereBlank(item.text));
      }
      parts.push(')');
    } else if (isListOperator(operator) || isModifiedOperator(operator)) {
      const bare = !value.text.text.startsWith('(');
      parts.push(...(bare ? ['(', whole(value.text), ')'] : [whole(value.text)]));
    } else {
      parts.push(...quoteWhereBlank(value.text));
    }
  }
  return parts;
}

function operatorsAreKnown(operators: readonly (ExceptionEntry | undefined)[], invalid: Invalid): boolean {
  for (const comp of operators) {
    if (comp === undefined) continue;
    if (comp.kind === 'list') {
      invalid("'comps' must be a list of texts");
      return false;
    }
    const operator = comp.text.text.trim();
    if (!isOperator(operator) && !isModifiedOperator(operator)) {
      invalid(`'${operator}' is not an operator`, comp.text, nearest(operator, ALL_OPERATORS));
      return false;
    }
  }
  return true;
}

function operatorPart(entry: ExceptionEntry | undefined, operator: string): Part {
  if (entry?.kind !== 'text') return operator;
  const start = entry.text.text.indexOf(operator);
  return { origin: entry.text, from: start, to: start + operator.length };
}

function entriesOf(entry: ExceptionEntry): readonly ExceptionEntry[] | undefined {
  return entry.kind === 'list' ? entry.items : undefined;
}
