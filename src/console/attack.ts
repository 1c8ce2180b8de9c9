/** MITRE ATT&CK by the tags of rules: which tactics and techniques they cover, and what has fired. */
import type { Attack, AttackRule, AttackTactic } from '../server/api-types.ts';
import { FORMER_TACTICS, type NamedTactic, TACTICS, TECHNIQUES } from './attack-names.ts';
import type { TaggedRule } from './rule-answers.ts';
import type { Fired } from './search.ts';

const TACTIC = /^mitre_([a-z_]+)$/;
const TECHNIQUE = /^T\d{4}(?:\.\d{3})?$/;

interface Column {
  readonly rules: Set<AttackRule>;
  readonly techniques: Map<string, Set<AttackRule>>;
}

/** The matrix; `fired` is absent without a store. */
export function attackMatrix(rules: readonly TaggedRule[], fired: readonly Fired[] | undefined): Attack {
  const firedOf = new Map(fired?.map((each) => [each.name, each]));
  const columns = new Map<string, Column>(TACTICS.map(({ tag }) => [tag, emptyColumn()]));
  for (const { name, enabled, tags } of rules) {
    const own = tags.flatMap((tag) => TACTIC.exec(tag)?.[1] ?? []);
    const techniques = tags.filter((tag) => TECHNIQUE.test(tag));
    if (own.length === 0 && techniques.length === 0) continue;
    const { day = 0, all = 0 } = firedOf.get(name) ?? {};
    const rule: AttackRule = { name, enabled, day, all };
    for (const tactic of own) columnOf(columns, tactic).rules.add(rule);
    for (const technique of techniques)
      for (const tactic of tacticsOf(technique, own)) {
        const column = columnOf(columns, tactic);
        column.rules.add(rule);
        const same = column.techniques.get(technique) ?? new Set();
        column.techniques.set(technique, same.add(rule));
      }
  }
  return {
    tactics: [...columns].map(([tag, column]) => tacticFrom(tag, column)),
    hasStore: fired !== undefined,
  };
}

/**
 * A rule may have several tactics and techniques; a technique stands under those of the rule's tactics that ATT&CK has
 * for it. Where none fit, the rule's own count, and without any those of ATT&CK, but for the former ones.
 */
function tacticsOf(technique: string, own: readonly string[]): readonly string[] {
  const [parent = ''] = technique.split('.');
  const named = TECHNIQUES.get(technique)?.tactics ?? [];
  const known = named.length > 0 ? named : (TECHNIQUES.get(parent)?.tactics ?? []);
  const both = own.filter((tactic) => known.includes(tactic));
  if (both.length > 0) return both;
  return own.length > 0 ? own : known.filter((tactic) => TACTICS.some(({ tag }) => tag === tactic));
}

function columnOf(columns: Map<string, Column>, tag: string): Column {
  const column = columns.get(tag) ?? emptyColumn();
  columns.set(tag, column);
  return column;
}

function emptyColumn(): Column {
  return { rules: new Set(), techniques: new Map() };
}

function tacticFrom(tag: string, { rules, techniques }: Column): AttackTactic {
  const named = [...TACTICS, ...FORMER_TACTICS].find((tactic): tactic is NamedTactic => tactic.tag === tag);
  return {
    tag,
    name: named?.name ?? tag.replaceAll('_', ' '),
    id: named?.id ?? null,
    techniques: [...techniques]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([id, own]) => ({ id, name: TECHNIQUES.get(id)?.name ?? null, rules: [...own] })),
    rules: [...rules],
  };
}
