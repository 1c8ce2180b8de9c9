/** From alerts of the past to exceptions that would have silenced them. */
import { type Comparison, kindOf, objectComparison, objectFields } from './comparisons.ts';
import type { PastAlert, PastValue } from './history.ts';

export interface Proposal {
  readonly rule: string;
  readonly source: string;
  readonly priority: string;
  readonly comparisons: readonly Comparison[];
  /** The alerts that it would have silenced. */
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
  /** Texts of the first ones. */
  readonly examples: readonly string[];
  /** What it silences beside what was seen, in words. */
  readonly broader: readonly string[];
  /** Each combination of compared values that was seen, by field. */
  readonly shapes: readonly Shape[];
}

export type Shape = ReadonlyMap<string, PastValue>;

/** Alerts of which no exception is proposed, and why. */
export interface LeftAlone {
  readonly rule: string;
  readonly reason: string;
  readonly count: number;
}

const EXAMPLES = 3;
/** Different values that are remembered of one field of one kind of alert. */
const MOST_VALUES = 1000;
/** Combinations and kinds that are remembered at all. */
const MOST_SHAPES = 200_000;

/** Fields of which it goes without saying that other values will come: times, numbers of events and processes. */
const VARYING =
  /^(?:evt\.(?:time|rawtime|datetime|reltime|latency|num|outputtime|pluginname)\b.*|.*[.:]v?(?:pid|tid|pgid)(?:\[\d+\])?|proc\.[as]?v?p?(?:pid|sid)\b.*|container\.(?:id|name|duration|start_ts)|k8s\.pod\.(?:name|uid|id|ip)|lanner\..*|ka\.auditid)$/;

/** Takes alerts, and forgets them: what stays is bounded by how much they differ, and by a limit. */
export class Tuning {
  readonly #kinds = new Map<string, Kind>();
  readonly #leftAlone = new Map<string, { rule: string; reason: string; count: number }>();
  #shapes = 0;
  #total = 0;
  readonly #rules = new Set<string>();

  add(alert: PastAlert): void {
    this.#total += alert.count;
    this.#rules.add(alert.rule);
    const comparisons = kindOf(alert);
    if (typeof comparisons === 'string') {
      this.#leave(alert, comparisons);
      return;
    }
    const id = JSON.stringify([alert.rule, alert.source, comparisons]);
    const kind = this.#kinds.get(id) ?? new Kind(alert, comparisons);
    const shape = kind.shapeOf(alert);
    if (!kind.shapes.has(shape)) {
      if (this.#shapes >= MOST_SHAPES) {
        this.#leave(alert, `more than ${MOST_SHAPES} different alerts are too many to look at`);
        return;
      }
      this.#shapes++;
    }
    this.#kinds.set(id, kind);
    kind.add(alert, shape);
  }

  /** Alerts that were taken, folded ones counted one by one. */
  get total(): number {
    return this.#total;
  }

  /** How many rules they were of. */
  get rules(): number {
    return this.#rules.size;
  }

  /** Exceptions for what came at least `leastCount` times, that which came most often first. */
  proposals(leastCount: number): Proposal[] {
    return [...this.#kinds.values()]
      .filter(({ count }) => count >= leastCount)
      .map((kind) => kind.proposal())
      .sort((one, other) => other.count - one.count || (one.rule < other.rule ? -1 : 1));
  }

  get leftAlone(): readonly LeftAlone[] {
    return [...this.#leftAlone.values()];
  }

  #leave({ rule, count }: PastAlert, reason: string): void {
    const id = `${rule}\0${reason}`;
    const entry = this.#leftAlone.get(id) ?? { rule, reason, count: 0 };
    entry.count += count;
    this.#leftAlone.set(id, entry);
  }
}

/** Alerts of one rule with the same who and where. */
class Kind {
  readonly #alert: PastAlert;
  readonly #comparisons: readonly Comparison[];
  readonly #objects: readonly string[];
  readonly #values = new Map<string, Set<PastValue>>();
  readonly #examples: string[] = [];
  /** By the text of their values. */
  readonly shapes = new Map<string, Shape>();
  count = 0;
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor(alert: PastAlert, comparisons: readonly Comparison[]) {
    this.#alert = alert;
    this.#comparisons = comparisons;
    const compared = comparisons.map(({ field }) => field);
    this.#objects = objectFields(alert.source).filter((field) => !compared.includes(field));
  }

  /** Names the alert's values of the fields that may be compared. */
  shapeOf({ fields }: PastAlert): string {
    return JSON.stringify(this.#objects.map((name) => fields.get(name) ?? null));
  }

  add(alert: PastAlert, shape: string): void {
    this.count += alert.count;
    this.#first = Math.min(this.#first, alert.time);
    this.#last = Math.max(this.#last, alert.time);
    if (this.#examples.length < EXAMPLES && !this.#examples.includes(alert.output))
      this.#examples.push(alert.output);
    for (const [name, value] of alert.fields) {
      const values = this.#values.get(name) ?? new Set<PastValue>();
      this.#values.set(name, values);
      if (values.size <= MOST_VALUES) values.add(value);
    }
    if (!this.shapes.has(shape)) {
      const names = [...this.#comparisons.map(({ field }) => field), ...this.#objects];
      this.shapes.set(shape, new Map(names.map((name) => [name, alert.fields.get(name) ?? null])));
    }
  }

  proposal(): Proposal {
    const shapes = [...this.shapes.values()];
    // A field that some alerts do not have is one that has no value in them.
    const valuesOf = (name: string): Set<PastValue> =>
      new Set(shapes.map((shape) => shape.get(name) ?? null));
    const objects = this.#objects
      .map((name) => objectComparison(name, valuesOf(name)))
      .filter((comparison) => comparison !== undefined);
    const comparisons = [...this.#comparisons, ...objects];
    const several = objects.filter(({ values }) => values.length > 1).map(({ field }) => field);
    const { rule, source, priority } = this.#alert;
    return {
      ...{ rule, source, priority, comparisons, count: this.count, first: this.#first, last: this.#last },
      examples: this.#examples,
      broader: [
        ...comparisons.flatMap(({ broader }) => broader ?? []),
        ...(several.length > 1 ? [`these values of ${several.join(' and ')} in any combination`] : []),
        ...notTold(source, comparisons),
        ...this.#notCompared(new Set(comparisons.map(({ field }) => field))),
      ],
      shapes,
    };
  }

  /** The other fields of the output, which may have any value, with those that they had. */
  #notCompared(compared: ReadonlySet<string>): string[] {
    return [...this.#values]
      .filter(([name]) => !compared.has(name) && !VARYING.test(name))
      .map(([name, values]) => `any ${name} (${seen(values)})`)
      .sort();
  }
}

/** What the output does not tell, and the exception therefore cannot ask for. */
function notTold(source: string, comparisons: readonly Comparison[]): string[] {
  if (source !== 'syscall') return [];
  const asks = (pattern: RegExp): boolean => comparisons.some(({ field }) => pattern.test(field));
  return [
    ...(asks(/^proc\.p(?:name|exepath)$/) ? [] : ['any parent process (the output does not tell it)']),
    ...(asks(/^container\./) ? [] : ['the host and any container (the output does not tell which)']),
  ];
}

const SHOWN = 2;
const SHOWN_LENGTH = 60;

function seen(values: ReadonlySet<PastValue>): string {
  const shown = [...values].slice(0, SHOWN).map((value) => {
    const text = value === null ? 'none' : String(value);
    return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
  });
  const rest = values.size - shown.length;
  return `seen: ${shown.join(', ')}${rest > 0 ? ` and ${values.size > MOST_VALUES ? `more than ${MOST_VALUES}` : rest} others` : ''}`;
}
