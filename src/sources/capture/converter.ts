/**
 * Brings events of old captures to the current schema. Older captures hold two events per system call, enter
 * and exit; the current schema has one, with the parameters of both, and the converter makes it of the two.
 */
import { HEADER_SIZE, MAX_PARAMETERS } from '../../events/cursor.ts';
import { EVENT_TYPES, PARAMETER_SIZES } from '../../events/table.ts';
import { type Plan, planConversion, type Source } from './conversion-plan.ts';
import { type EnterEvent, EnterEvents } from './enter-events.ts';
import { SCRATCH_SIZE, type Window } from './window.ts';

/** Events longer than this are not converted, as in Falco; old events never are. */
const MAX_EVENT_SIZE = 64 * 1024;

const VARIABLE_SIZE = -1;

/** By event code: bytes in which a parameter's length is written. */
const LENGTH_SIZES = Uint8Array.from(EVENT_TYPES, (type) => (type.flags.has('LARGE_PAYLOAD') ? 4 : 2));

/** By event code: the fixed sizes of its parameters. */
const SIZES: readonly Int32Array[] = EVENT_TYPES.map((type) =>
  Int32Array.from(type.parameters, (parameter) => PARAMETER_SIZES[parameter.type] ?? VARIABLE_SIZE),
);

/** What the converter did, in events. */
export interface ConversionCounts {
  /** Delivered as something else than what the file holds. */
  converted: number;
  /** Enter events kept for their exit event. */
  stored: number;
  /** Left out: Falco has no use for them either. */
  dropped: number;
  /** Exit events whose enter event was missing. */
  withoutEnter: number;
  /** Old events for which there is no conversion, or too long for one. They are not delivered. */
  unknown: number;
}

export class Converter {
  readonly counts: ConversionCounts = { converted: 0, stored: 0, dropped: 0, withoutEnter: 0, unknown: 0 };
  readonly enterEvents = new EnterEvents();

  /** By event code and number of parameters. */
  readonly #plans: readonly (Plan | undefined)[][] = EVENT_TYPES.map(() => []);
  /** Where the parameters of the event begin that is converted; one more for the end of the last. */
  readonly #starts = new Int32Array(MAX_PARAMETERS + 1);

  /**
   * Converts the event at `offset` of the window's buffer, which has been found whole. Where the event
   * lies that is to be delivered (the same place, or the buffer's scratch space), or -1 for none.
   */
  convert(window: Window, offset: number): number {
    const code = window.view.getUint16(offset + 20, true);
    const count = window.view.getUint32(offset + 22, true);
    const plan = this.#plan(code, count);
    const { counts } = this;
    const tooLong = window.view.getUint32(offset + 16, true) > MAX_EVENT_SIZE;
    if ((plan.unknown && !plan.deliver) || (tooLong && (plan.sources || plan.store))) {
      counts.unknown++;
      return -1;
    }
    const tid = window.view.getUint32(offset + 8, true);
    const result = plan.sources ? this.#build(plan, window, offset, tid) : offset;
    if (plan.store) {
      const length = window.view.getUint32(result + 16, true);
      this.enterEvents.store(tid, plan.code, window.buffer, result, length);
      counts.stored++;
    }
    if (plan.deliver) {
      if (plan.sources) counts.converted++;
      return result;
    }
    if (!plan.store) counts.dropped++;
    return -1;
  }

  #plan(code: number, count: number): Plan {
    const plans = this.#plans[code] as (Plan | undefined)[];
    const known = plans[count];
    if (known) return known;
    const plan = planConversion(code, count);
    plans[count] = plan;
    return plan;
  }

  /** Writes the new event to the scratch space. The parts that it is made of are bounded, and so it fits. */
  #build(plan: Plan, window: Window, offset: number, tid: number): number {
    const { buffer, view } = window;
    const sources = plan.sources ?? [];
    const sizes = SIZES[plan.code] as Int32Array;
    const lengthSize = LENGTH_SIZES[plan.code] as number;
    const enter = plan.enterCode >= 0 ? this.enterEvents.find(tid, plan.enterCode) : undefined;
    if (plan.enterCode >= 0 && !enter) this.counts.withoutEnter++;
    this.#locate(view, offset);

    let at = HEADER_SIZE + sources.length * lengthSize;
    for (let index = 0; index < sources.length; index++) {
      const source = sources[index] as Source;
      const size = sizes[index] as number;
      const limit = size !== VARIABLE_SIZE ? size : lengthSize === 2 ? 0xffff : SCRATCH_SIZE;
      const start = at;
      if (source.from === 'old') {
        const from = this.#starts[source.index] as number;
        const length = (this.#starts[source.index + 1] as number) - from;
        at = copy(buffer, from, Math.min(length, limit), buffer, at);
      } else if (source.from === 'enter' && enter && source.index < parameterCount(enter)) {
        at = copyParameter(enter, source.index, limit, buffer, at);
      } else if (source.from === 'default' || (source.from === 'enter' && source.otherwise === 'default')) {
        for (let left = size; left > 0; left--) buffer[at++] = 0;
      } else if (source.from === 'container') {
        at += buffer.write(this.#containerJson(window), at, 'latin1');
      }
      if (lengthSize === 2) view.setUint16(HEADER_SIZE + index * 2, at - start, true);
      else view.setUint32(HEADER_SIZE + index * 4, at - start, true);
    }
    if (enter) this.enterEvents.remove(tid);

    buffer.copyWithin(0, offset, offset + 16);
    view.setUint32(16, at, true);
    view.setUint16(20, plan.code, true);
    view.setUint32(22, sources.length, true);
    return 0;
  }

  #locate(view: DataView, offset: number): void {
    const code = view.getUint16(offset + 20, true);
    const count = view.getUint32(offset + 22, true);
    const lengthSize = LENGTH_SIZES[code] as number;
    let at = offset + HEADER_SIZE + count * lengthSize;
    for (let index = 0; index < count; index++) {
      this.#starts[index] = at;
      const lengthAt = offset + HEADER_SIZE + index * lengthSize;
      at += lengthSize === 2 ? view.getUint16(lengthAt, true) : view.getUint32(lengthAt, true);
    }
    this.#starts[count] = at;
  }

  /**
   * The four parameters of an old container event as the JSON text that carries them now, with its NUL.
   * Empty when it would be longer than a parameter could be then.
   */
  #containerJson({ buffer, view }: Window): string {
    const starts = this.#starts;
    const text = (index: number): string =>
      JSON.stringify(
        buffer.toString(
          'latin1',
          starts[index],
          Math.max(starts[index] as number, (starts[index + 1] as number) - 1),
        ),
      );
    const type =
      (starts[2] as number) - (starts[1] as number) === 4 ? view.getUint32(starts[1] as number, true) : 0;
    const json = `{"id":${text(0)},"type":${type},"name":${text(2)},"image":${text(3)}}\0`;
    return json.length <= 0xffff ? json : '';
  }
}

function parameterCount(event: EnterEvent): number {
  return event.bytes.readUInt32LE(22);
}

/** Copies parameter `index` of a stored event, at most `limit` bytes of it. Where the copy ends. */
function copyParameter(event: EnterEvent, index: number, limit: number, target: Buffer, at: number): number {
  const lengthSize = LENGTH_SIZES[event.code] as number;
  let from = HEADER_SIZE + parameterCount(event) * lengthSize;
  for (let before = 0; before < index; before++)
    from += event.bytes.readUIntLE(HEADER_SIZE + before * lengthSize, lengthSize);
  const length = event.bytes.readUIntLE(HEADER_SIZE + index * lengthSize, lengthSize);
  return copy(event.bytes, from, Math.min(length, limit), target, at);
}

/** Copies bytes; where the copy ends. Most parameters are a few bytes, for which a loop beats a native call. */
function copy(source: Buffer, from: number, length: number, target: Buffer, at: number): number {
  if (length > 32) source.copy(target, at, from, from + length);
  else for (let index = 0; index < length; index++) target[at + index] = source[from + index] as number;
  return at + length;
}
