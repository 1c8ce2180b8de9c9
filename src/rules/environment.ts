/** What the rule language needs to know of the engine around it. Handed in, so that this room stays pure. */
import type { FieldCatalog, ValueType } from '../fields/field-info.ts';

/** Names and codes of events. */
export interface EventNames {
  /** Codes of all events of system calls. */
  readonly allCodes: readonly number[];
  /**
   * Codes of the events called `name`. For a system call without an event of its own these are the
   * codes of the generic event; empty when there is no such event.
   */
  codes(name: string): readonly number[];
  /** All names that `evt.type` may have. */
  names(): Iterable<string>;
  /**
   * Names that descriptions of rules list: those of events, and of the system calls that have no event
   * of their own.
   */
  readonly describedNames: readonly string[];
  /** Code of asynchronous events, which every rule may match. */
  readonly asyncCode: number;
  /** Code of the events of other sources. */
  readonly pluginCode: number;
}

/** What Falco's rule files call a plugin, as far as Lanner answers for it. */
export interface PluginInfo {
  readonly version: string;
  /** Source that the plugin would provide. */
  readonly source?: string;
  /** Classes of fields (`container`, `k8s`) that the plugin would provide. */
  readonly fieldClasses: readonly string[];
}

export interface RuleEnvironment {
  readonly fields: FieldCatalog;
  readonly events: EventNames;
  /** Version of Falco's engine that the rule language corresponds to. */
  readonly engineVersion: string;
  readonly plugins: ReadonlyMap<string, PluginInfo>;
  /** Event sources: `syscall`, `k8s_audit`. */
  readonly sources: readonly string[];
  /** Port numbers of well-known services by name. */
  readonly services: ReadonlyMap<string, number>;
}

/** The source of rules that do not say. */
export const DEFAULT_SOURCE = 'syscall';

/** Types whose values are text. */
export function isText(type: ValueType): boolean {
  return type === 'CHARBUF' || type === 'FSPATH' || type === 'FSRELPATH';
}
