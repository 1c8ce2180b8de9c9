/** Items that a rule file is begun with: changes of a rule that is in another file. */
import type { AlertDetail } from '../../../src/server/api-types.ts';

/** Which fields of an alert tell one program's behaviour from another's, the most telling first. */
const TELLING: readonly string[] = [
  'proc.exepath',
  'proc.name',
  'proc.pname',
  'fd.name',
  'fd.sip',
  'container.image.repository',
  'k8s.ns.name',
  'ka.user.name',
  'ka.target.resource',
  'user.name',
];
const MOST_FIELDS = 4;
/** What text a literal of the rule language can hold as it is, within quotes of YAML. */
const HELD = /^[^"'\\\p{C}\ufffd]{1,300}$/u;

/** Behind what is there, with an empty line between. */
export function appended(text: string, item: string): string {
  const before = text.trimEnd();
  return before === '' ? item : `${before}\n\n${item}`;
}

export function overrideItem(rule: string): string {
  return [
    `- rule: ${scalar(rule)}`,
    '  # What is written here is added to the condition; with "replace" it would stand for it.',
    '  condition: and not proc.name in (name_of_a_program)',
    '  override:',
    '    condition: append',
    '',
  ].join('\n');
}

/** An exception for alerts that have the same values in what tells them apart; `undefined` when nothing does. */
export function exceptionItem({ alert, fields }: Pick<AlertDetail, 'alert' | 'fields'>): string | undefined {
  const values = new Map(fields.map(({ name, value }) => [name, value]));
  const told = TELLING.flatMap((name) => {
    const value = values.get(name);
    return typeof value === 'string' && value !== '<NA>' && HELD.test(value) ? [{ name, value }] : [];
  }).slice(0, MOST_FIELDS);
  if (told.length === 0) return undefined;
  return [
    `# Proposed from alert ${alert.id}: take away fields that are too narrow, keep those that tell it from an attack.`,
    `- rule: ${scalar(alert.rule)}`,
    '  exceptions:',
    `    - name: like_alert_${alert.id}`,
    `      fields: [${told.map(({ name }) => name).join(', ')}]`,
    `      comps: [${told.map(() => '=').join(', ')}]`,
    '      values:',
    `        - [${told.map(({ value }) => `'"${value}"'`).join(', ')}]`,
    '  override:',
    '    exceptions: append',
    '',
  ].join('\n');
}

function scalar(text: string): string {
  return /^[A-Za-z][\w ()/.-]*$/.test(text) && !text.endsWith(' ') ? text : quoted(text);
}

/** In double quotes; what YAML does not take as it is by its number. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
