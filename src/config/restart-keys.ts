/** Settings that are read only when Lanner starts. */
import { isDeepStrictEqual } from 'node:util';
import { type Config, SCHEMA } from './schema.ts';
import type { Keys } from './shape.ts';

/** Paths of the keys that differ and that only a restart brings into effect. */
export function restartKeys(before: Config, after: Config): readonly string[] {
  return differing(SCHEMA.keys ?? {}, before as unknown as Values, after as unknown as Values, '');
}

type Values = Readonly<Record<string, unknown>>;

function differing(keys: Keys, before: Values, after: Values, prefix: string): string[] {
  return Object.entries(keys).flatMap(([name, key]) => {
    const path = prefix + name;
    const [one, other] = [before[name], after[name]];
    if (key.marks.restart) return isDeepStrictEqual(one, other) ? [] : [path];
    const isSection = key.keys !== undefined && isMapping(one) && isMapping(other);
    return isSection ? differing(key.keys, one, other, `${path}.`) : [];
  });
}

/** A section, and not a list of sections or one that is absent. */
function isMapping(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
