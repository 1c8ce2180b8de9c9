/** What the kernel asks of the events of a rule, in words. */
import type { RulePrefilter } from '../engine/prefilter.ts';
import { type ByteString, toText } from '../events/bytes.ts';
import type { EventFilter, Predicate, Term } from '../events/event-filter.ts';
import { EVENT_TYPES } from '../events/table.ts';

/** So many texts of a set are shown. */
const MAX_TEXTS = 8;

/** The rule's name, and below it, for events of which the same is asked, the conditions of which one must hold. */
export function prefilterText(rule: string, events: readonly RulePrefilter[]): string {
  const byText = Map.groupBy(events, ({ filter }) => filterText(filter));
  const parts = [...byText].map(
    ([text, group]) => `  ${group.map(({ event }) => event).join(', ')}: ${text}`,
  );
  return [rule, ...parts].join('\n');
}

function filterText(filter: RulePrefilter['filter']): string {
  if (filter === 'model') return 'all pass, since the model of the machine learns from them';
  if (filter === undefined) return 'all pass: the kernel can decide nothing of what the rule asks';
  if (filter.terms.length === 0) return 'none pass: the rule cannot match them';
  return `pass if\n${filter.terms.map((term) => `    ${termText(term, filter)}`).join('\n    or\n')}`;
}

function termText({ predicates, texts }: Term, filter: EventFilter): string {
  const parts = [...predicates].map(([predicate, holds]) => predicateText(predicate, holds, filter));
  if (texts) parts.push(textsText([...texts]));
  return parts.join('\n    and ');
}

function predicateText(predicate: Predicate, holds: boolean, { code }: EventFilter): string {
  const not = holds ? '' : 'not: ';
  if (predicate.kind === 'dots') return `${not}a component of the path ends with two dots`;
  if (predicate.kind === 'top') return `${not}the file lies in the root`;
  if (predicate.kind === 'container') return `${not}the process may be in a container`;
  if (predicate.kind === 'program') return `${not}the program is called ${shortened([...predicate.names])}`;
  const { parameter, operation, operand, offset, late } = predicate;
  const type = EVENT_TYPES[code];
  const name = type && [...type.parameters, ...type.extensions][parameter]?.name;
  switch (operation) {
    case 'not negative':
      return holds ? `${name} is no error` : `${name} is an error`;
    case 'any bit':
      return `${not}${name} has one of the bits 0x${operand.toString(16)}`;
    case 'equals':
      if (late) return `${not}an end of the connection has an address of the loopback interface`;
      return `${not}${name} is ${operand}`;
    case 'in set':
      if (!late) return `${not}${name} is among ${setText(operand)}`;
      return `${not}the descriptor's ${offset === 0 ? 'kind' : 'protocol'} is one that the rule asks for`;
  }
}

function setText(operand: bigint): string {
  return Array.from({ length: 64 }, (_, number) => number)
    .filter((number) => (operand >> BigInt(number)) & 1n)
    .join(', ');
}

function textsText(texts: readonly ByteString[]): string {
  return `a name of the file ${shortened(texts.map(textText))}`;
}

function shortened(texts: readonly string[]): string {
  const rest = texts.length > MAX_TEXTS ? `, or one of ${texts.length - MAX_TEXTS} more` : '';
  return `${texts.slice(0, MAX_TEXTS).join(', or ')}${rest}`;
}

function textText(text: ByteString): string {
  const plain = toText(text.replaceAll('\0', ''));
  if (text.startsWith('\0')) return text.endsWith('\0') ? `is ${plain}` : `begins with ${plain}`;
  return text.endsWith('\0') ? `ends with ${plain}` : `contains ${plain}`;
}
