/**
 * How evidence lies in the store: what all alerts of a rule share, its condition as it is written, is kept once
 * (`outline`), and with each alert what was true (`verdicts`) and the rest; all of it compressed.
 */
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type Evidence, type EvidencePart, NOTHING_IN_TIME } from '../alerts/evidence.ts';

export interface KeptEvidence {
  /** Of a condition, where one was judged. */
  readonly outline: { readonly key: Uint8Array; readonly pack: () => Uint8Array } | undefined;
  readonly data: Uint8Array;
}

/** A part without what differs from alert to alert: kind, text, operands. */
type Outline = readonly [EvidencePart['kind'], string, ...Outline[]];

/** Of each part of the outline, from the outside in and from left to right: whether it held, and the value of a check. */
type Verdict = boolean | readonly [boolean, string | null];

interface Data extends Omit<Evidence, 'condition'> {
  readonly verdicts?: readonly Verdict[];
}

/** Bytes that kept evidence may have when it is taken out: more is damage. */
const MOST = 4 * 1024 * 1024;

/** Texts are of a few kilobytes: windows of 8 kB and small tables save most of the 260 kB that each call would take. */
const SMALL = { windowBits: 13, memLevel: 6 };

/** That of alerts for which nothing was gathered, since there was no time. */
export const NO_DATA = new Uint8Array(0);

export function keepEvidence({ condition, ...rest }: Evidence): KeptEvidence {
  if (condition === null) return { outline: undefined, data: packed(rest) };
  const text = JSON.stringify(outlineOf(condition));
  const key = createHash('sha256').update(text).digest().subarray(0, 16);
  const data: Data = { ...rest, verdicts: [...verdictsOf(condition)] };
  return { outline: { key, pack: () => deflateRawSync(text, SMALL) }, data: packed(data) };
}

/** Throws when the data is none that {@link keepEvidence} has made. */
export function readEvidence(data: Uint8Array, outline: Uint8Array | null): Evidence {
  if (data.length === 0) return NOTHING_IN_TIME;
  const { verdicts, ...rest } = unpacked(data) as Data;
  if (verdicts === undefined || outline === null) return { ...rest, condition: null };
  return { ...rest, condition: partOf(unpacked(outline) as Outline, verdicts.values()) };
}

function outlineOf({ kind, text, operands = [] }: EvidencePart): Outline {
  return [kind, text, ...operands.map(outlineOf)];
}

function* verdictsOf({ holds, value, operands = [] }: EvidencePart): Generator<Verdict> {
  yield value === undefined ? holds : [holds, value];
  for (const operand of operands) yield* verdictsOf(operand);
}

function partOf([kind, text, ...operands]: Outline, verdicts: Iterator<Verdict>): EvidencePart {
  const { value: verdict, done } = verdicts.next();
  if (done === true) throw new Error('the evidence is not whole');
  const told = typeof verdict === 'boolean' ? { holds: verdict } : { holds: verdict[0], value: verdict[1] };
  const below = operands.map((operand) => partOf(operand, verdicts));
  return { kind, text, ...told, ...(below.length === 0 ? {} : { operands: below }) };
}

function packed(value: object): Uint8Array {
  return deflateRawSync(JSON.stringify(value), SMALL);
}

function unpacked(data: Uint8Array): unknown {
  return JSON.parse(inflateRawSync(data, { maxOutputLength: MOST }).toString());
}
