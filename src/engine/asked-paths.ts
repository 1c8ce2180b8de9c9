/** Which files a rule set asks for by their names, as far as its conditions name them in full. */
import type { ByteString } from '../events/bytes.ts';
import type { CheckedRuleSet, Condition, ListCheck, ScalarCheck } from '../rules/checked.ts';
import type { AskedPaths } from '../system/known-files.ts';

const PATH_FIELDS: ReadonlySet<string> = new Set(['fd.name', 'fs.path.name', 'proc.exepath']);
const DIRECTORY_FIELD = 'fd.directory';
const PATTERN = /[?*[]/;

/** Paths and directories in the conditions of enabled rules that are about files and programs. */
export function askedPaths({ rules }: CheckedRuleSet): AskedPaths {
  const asked = { files: new Set<ByteString>(), directories: new Set<ByteString>() };
  const seen = new Set<Condition>();
  const visit = (condition: Condition): void => {
    if (seen.has(condition)) return;
    seen.add(condition);
    if (condition.kind === 'and' || condition.kind === 'or') condition.operands.forEach(visit);
    else if (condition.kind === 'not') visit(condition.operand);
    else if (condition.kind !== 'exists') collect(condition, asked);
  };
  for (const rule of rules) if (rule.enabled && rule.source === 'syscall') visit(rule.condition);
  return asked;
}

function collect(
  { left, operator, right }: ScalarCheck | ListCheck,
  asked: { readonly files: Set<ByteString>; readonly directories: Set<ByteString> },
): void {
  if (left.kind !== 'field' || right.kind !== 'values') return;
  const isPath = PATH_FIELDS.has(left.field.name);
  if (!isPath && left.field.name !== DIRECTORY_FIELD) return;
  for (const value of right.values) {
    if (typeof value !== 'string' || !value.startsWith('/') || PATTERN.test(value)) continue;
    const path = value.length > 1 && value.endsWith('/') ? value.slice(0, -1) : value;
    if (isPath && (operator === '=' || operator === 'in' || operator === 'pmatch')) asked.files.add(path);
    const isBelow = operator === 'pmatch' || (operator === 'startswith' && value.endsWith('/'));
    if (isPath ? isBelow : operator === '=' || operator === 'in') asked.directories.add(path);
  }
}
