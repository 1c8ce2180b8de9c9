/**
 * What must hold of the bytes of an event for anybody to want it: predicates over its parameters, which the probe
 * asks in the kernel. All here is data; src/matcher/prefilter/ derives it from rules, src/sources/kernel/ hands it
 * to the probe (bpf/filter.h).
 */
import type { ByteString } from './bytes.ts';

/** A question about a number among the bytes of a parameter, little-endian. */
export interface NumberPredicate {
  readonly kind: 'number';
  /** Index of the parameter. */
  readonly parameter: number;
  /** Where in the parameter the number begins. */
  readonly offset: number;
  readonly width: 1 | 2 | 4 | 8;
  /** `in set`: the operand has the bit with the value's number, modulo 64. */
  readonly operation: 'any bit' | 'equals' | 'not negative' | 'in set';
  readonly operand: bigint;
  /** The parameter is dear to collect: worth asking what else there is before. */
  readonly late?: true;
}

/** A component of a path that was given ends with two dots. */
export interface DotsPredicate {
  readonly kind: 'dots';
}

/** A name of the file has at most one component: it lies in the root, or is the root. */
export interface TopPredicate {
  readonly kind: 'top';
}

/** A predicate about the names of a file; it is asked only whether it holds. */
export type NamePredicate = DotsPredicate | TopPredicate;

/** The name of the event's thread (comm, 15 bytes at most) is one of these; it is asked only whether it holds. */
export interface ProgramPredicate {
  readonly kind: 'program';
  readonly names: ReadonlySet<ByteString>;
}

/** The process may be in a container; it is asked only whether it holds. */
export interface ContainerPredicate {
  readonly kind: 'container';
}

export type Predicate = NumberPredicate | NamePredicate | ProgramPredicate | ContainerPredicate;

/** Filters with more terms cannot be used. */
export const MAX_FILTER_TERMS = 48;

/**
 * A name of the file, absolute and normal, contains one of these texts. A NUL at the beginning or the end of a text
 * stands for the name's beginning or end.
 */
export type NameTexts = ReadonlySet<ByteString>;

/** Conjunction: every predicate has the value it is mapped to, and a name of the file contains one of the texts. */
export interface Term {
  readonly predicates: ReadonlyMap<Predicate, boolean>;
  /** Absent: whatever the names. */
  readonly texts?: NameTexts;
}

/** Parameters with the names of a file that was opened. */
export interface NameParameters {
  readonly given: number;
  readonly base: number;
  readonly descriptor: number;
}

/** Events of one code that one of the terms may hold for are wanted; what cannot be decided counts as held. */
export interface EventFilter {
  readonly code: number;
  readonly terms: readonly Term[];
  /** Absent: terms have no texts, and the predicate about dots is not used. */
  readonly names?: NameParameters | undefined;
}
