/** Makes an audit event fit a limit by leaving out what tells least: what attacks are seen by stays as long as it can. */

export interface Shortened {
  readonly document: object;
  readonly json: Buffer;
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** How much of a text is kept, in each round less. */
const SHORTEST = 64;
const TEXT_LENGTHS = [4096, 512, SHORTEST];
/** How many entries of a list are kept when texts are short and it is still too much. */
const LIST_LENGTHS = [64, 16];
/** Written by machines for machines: who set which field of the object. */
const MANAGED_FIELDS = 'managedFields';

/**
 * The event with as little left out as it takes to fit `limit` bytes: first the bookkeeping of fields, then the ends of
 * long texts, then the answer's object, then the ends of lists, at last the request's object.
 */
export function shorten(whole: object, limit: number): Shortened {
  let document = whole as { [key: string]: Json };
  const fits = (): Buffer | undefined => {
    const json = Buffer.from(JSON.stringify(document));
    return json.length <= limit ? json : undefined;
  };
  const steps = [
    () => (document = cut(document, { key: (key) => key !== MANAGED_FIELDS })),
    ...TEXT_LENGTHS.map((length) => () => (document = cut(document, { text: length }))),
    () => (document = without(document, 'responseObject')),
    ...LIST_LENGTHS.map((length) => () => (document = cut(document, { list: length }))),
    () => (document = without(document, 'requestObject')),
    () => (document = essence(document)),
  ];
  for (const step of steps) {
    try {
      step();
      const json = fits();
      if (json) return { document, json };
    } catch (error) {
      // Objects within objects, more than the stack holds.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return { document, json: Buffer.from(JSON.stringify(document)) };
}

function without(document: { [key: string]: Json }, key: string): { [key: string]: Json } {
  const { [key]: _, ...rest } = document;
  return rest;
}

interface Cut {
  readonly key?: (key: string) => boolean;
  readonly text?: number;
  readonly list?: number;
}

function cut<T extends Json>(value: T, how: Cut): T {
  if (typeof value === 'string') return value.slice(0, how.text) as T;
  if (Array.isArray(value)) return value.slice(0, how.list).map((item) => cut(item, how)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const { key = () => true } = how;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => key(name))
      .map(([name, item]) => [name, cut(item, how)]),
  ) as T;
}

/** What is left of an event whose very keys are too many. */
function essence(document: { [key: string]: Json }): { [key: string]: Json } {
  const { user, objectRef, responseStatus, ...rest } = document;
  const texts = Object.entries(rest).flatMap(([name, value]): [string, Json][] =>
    typeof value === 'string' ? [[name, value.slice(0, SHORTEST)]] : [],
  );
  const parts = { user, objectRef, responseStatus };
  const kept = Object.entries(parts).map(([name, part]): [string, Json] => [name, textsOf(part)]);
  return Object.fromEntries([...texts.slice(0, 16), ...kept]);
}

function textsOf(part: Json | undefined): Json {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return null;
  const scalars = Object.entries(part).filter(([, value]) => typeof value !== 'object');
  return Object.fromEntries(
    scalars
      .slice(0, 16)
      .map(([name, value]) => [name, typeof value === 'string' ? value.slice(0, SHORTEST) : value]),
  );
}
