/**
 * Random rules and events: what a converted rule matches is what the Sigma rule means. The meaning is told by a
 * second reading of Sigma's specification, plain and slow, which shares no code with the conversion.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convert, processRule, raisedBy } from './sigma.test-kit.ts';

/** Lanner's fields, by Sigma's names. */
const FIELDS = {
  Image: 'proc.exepath',
  CommandLine: 'proc.exeline',
  ParentImage: 'proc.pexepath',
  User: 'user.name',
} as const;
type Field = keyof typeof FIELDS;
type Event = Partial<Record<Field, string>>;
type Meaning = (event: Event) => boolean;

/** Something of a rule: as a rule has it, and what it means. */
interface Piece {
  readonly text: string;
  readonly means: Meaning;
}

/** Numbers that look random and are the same in every run. */
class Choices {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  of<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  some<T>(most: number, make: () => T): T[] {
    return Array.from({ length: 1 + this.below(most) }, make);
  }
}

const ATOMS = [
  'a',
  'A',
  'b',
  '/',
  '/b',
  ' -c',
  '.',
  'é',
  'É',
  '[',
  ']',
  '$',
  '\\',
  '*',
  '?',
  '"',
  "'",
  '(',
  '=',
  ',',
];
const WRITTEN = [...ATOMS, '*', '?', '\\*', '\\?', '\\\\', '\\\\*', 'a', 'b', '*a', 'b*'];
const REGEXES = ['a+', '^a', 'b$', '[ab]/', '\\$', '(a|b)c?', '^$', 'A', '.\\.', '\\[.'];

/** The text of Sigma's as a regular expression of JavaScript's. */
function pattern(written: string, before: boolean, behind: boolean, cased: boolean): RegExp {
  let source = '';
  for (let at = 0; at < written.length; at++) {
    const [char, next] = [written[at] as string, written[at + 1]];
    if (char === '\\' && next !== undefined && '\\*?'.includes(next)) {
      source += RegExp.escape(next);
      at++;
    } else source += char === '*' ? '.*' : char === '?' ? '.' : RegExp.escape(char);
  }
  return new RegExp(`^${before ? '.*' : ''}${source}${behind ? '.*' : ''}$`, cased ? 'su' : 'isu');
}

function item(choices: Choices): Piece {
  const field = choices.of(Object.keys(FIELDS) as Field[]);
  switch (choices.below(12)) {
    case 0:
      return { text: `${field}: null`, means: (event) => event[field] === undefined };
    case 1: {
      const exists = choices.below(2) === 0;
      return {
        text: `${field}|exists: ${exists}`,
        means: (event) => (event[field] !== undefined) === exists,
      };
    }
    case 2: {
      const source = choices.of(REGEXES);
      const any = choices.below(2) === 0 ? 'i' : '';
      const regex = new RegExp(source, any);
      const text = `${field}|re${any && '|i'}: ${JSON.stringify(source)}`;
      return {
        text,
        means: (event) => regex.test(event[field] ?? '\0'.repeat(0)) && event[field] !== undefined,
      };
    }
    default:
      return textItem(choices, field);
  }
}

function textItem(choices: Choices, field: Field): Piece {
  const where = choices.of(['', '', 'contains', 'startswith', 'endswith']);
  const cased = choices.below(4) === 0;
  const all = choices.below(4) === 0;
  const negated = choices.below(8) === 0;
  const values = choices.some(3, () => choices.some(4, () => choices.of(WRITTEN)).join(''));
  const patterns = values.map((value) =>
    pattern(
      value,
      where === 'contains' || where === 'endswith',
      where === 'contains' || where === 'startswith',
      cased,
    ),
  );
  const modifiers = [where, cased && 'cased', all && 'all', negated && 'neq'].filter(Boolean);
  const holds = (text: string): boolean =>
    all ? patterns.every((each) => each.test(text)) : patterns.some((each) => each.test(text));
  return {
    text: `${[field, ...modifiers].join('|')}: ${JSON.stringify(values)}`,
    means: (event) => {
      const value = event[field];
      return (value !== undefined && holds(value)) !== negated;
    },
  };
}

/** A map of one or two items, of different fields. */
function map(choices: Choices): Piece {
  const items = new Map(
    choices.some(2, () => item(choices)).map((piece) => [piece.text.split(/[|:]/)[0], piece]),
  );
  const pieces = [...items.values()];
  return {
    text: `{${pieces.map(({ text }) => text.replace(/^(.*?): /, '"$1": ')).join(', ')}}`,
    means: (event) => pieces.every(({ means }) => means(event)),
  };
}

function detection(choices: Choices): Piece {
  if (choices.below(3) > 0) return map(choices);
  const maps = choices.some(2, () => map(choices));
  return {
    text: `[${maps.map(({ text }) => text).join(', ')}]`,
    means: (event) => maps.some(({ means }) => means(event)),
  };
}

const NAMES = ['sel_a', 'sel_b', 'filter_c', '_d'];

function condition(choices: Choices, meanings: ReadonlyMap<string, Meaning>, depth: number): Piece {
  const fitting = (start: string): Meaning[] =>
    [...meanings].flatMap(([name, means]) => (name.startsWith(start) && !name.startsWith('_') ? means : []));
  const kind = choices.below(depth > 0 ? 7 : 3);
  if (kind === 0)
    return { text: '1 of sel_*', means: (event) => fitting('sel_').some((means) => means(event)) };
  if (kind === 1)
    return { text: 'all of them', means: (event) => fitting('').every((means) => means(event)) };
  if (kind === 2) {
    const name = choices.of(NAMES);
    return { text: name, means: meanings.get(name) as Meaning };
  }
  const left = condition(choices, meanings, depth - 1);
  if (kind === 3) return { text: `not (${left.text})`, means: (event) => !left.means(event) };
  const right = condition(choices, meanings, depth - 1);
  if (kind === 4) {
    return {
      text: `(${left.text}) and not ${right.text.includes(' ') ? `(${right.text})` : right.text}`,
      means: (event) => left.means(event) && !right.means(event),
    };
  }
  return kind === 5
    ? { text: `(${left.text}) or (${right.text})`, means: (event) => left.means(event) || right.means(event) }
    : {
        text: `(${left.text}) and (${right.text})`,
        means: (event) => left.means(event) && right.means(event),
      };
}

function event(choices: Choices): Event {
  const given = (Object.keys(FIELDS) as Field[]).flatMap((field): [Field, string][] =>
    choices.below(5) === 0 ? [] : [[field, choices.some(5, () => choices.of(ATOMS)).join('')]],
  );
  return Object.fromEntries(given);
}

function literal(event: Event): string {
  const values = Object.entries(event).map(([field, value]) => [FIELDS[field as Field], value]);
  return JSON.stringify({ execve: Object.fromEntries(values) });
}

const RULES = 200;
const EVENTS = 150;

test('converted rules match what Sigma rules mean', async (context) => {
  const choices = new Choices(7);
  const rules: { title: string; text: string; means: Meaning }[] = [];
  for (let number = 0; number < RULES; number++) {
    const detections = NAMES.map((name) => [name, detection(choices)] as const);
    const meanings = new Map(detections.map(([name, { means }]) => [name, means]));
    const { text, means } = condition(choices, meanings, 3);
    const lines = [...detections.map(([name, each]) => `${name}: ${each.text}`), `condition: ${text}`];
    rules.push({ title: `Rule ${number}`, text: processRule(lines.join('\n'), `Rule ${number}`), means });
  }
  const conversion = convert(rules.map(({ text }) => text).join('\n---\n'));
  const constant = new Set(
    conversion.rules.flatMap(({ outcome, title }) => (outcome === 'not converted' ? title : [])),
  );
  // Conditions such as "a or not a" and what contradicts itself are few, and said to be so.
  for (const { outcome, reasons, title } of conversion.rules)
    if (outcome !== 'converted')
      assert.match(reasons[0]?.message ?? '', /^(?:every event would|no event)/, title);
  assert.ok(constant.size < 10, `${constant.size} are constant`);
  const events = Array.from({ length: EVENTS }, () => event(choices));
  const raised = await raisedBy(conversion, events.map(literal));
  let matches = 0;
  for (const [index, got] of raised.entries()) {
    const each = events[index] as Event;
    const meant = rules.filter(({ title, means }) => !constant.has(title) && means(each));
    const wanted = meant.map(({ title }) => title);
    matches += got.length;
    const [odd] = new Set(wanted).symmetricDifference(new Set(got));
    const rule = rules.find(({ title }) => title === odd);
    const what = wanted.includes(odd ?? '') ? 'missed' : 'too much';
    assert.equal(odd, undefined, `${what}: ${literal(each)}\n${rule?.text}`);
  }
  context.diagnostic(`${RULES} rules, ${EVENTS} events, ${matches} matches`);
  assert.ok(matches > 1000);
});
