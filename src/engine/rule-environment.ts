/** What the rule language needs to know of this engine: fields, events, sources, versions. */
import { PLUGIN_EVENT } from '../events/plugin-event.ts';
import { syscallNames } from '../events/syscalls.ts';
import { EVENT_TYPES, eventCodes } from '../events/table.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { FieldCatalog } from '../fields/field.ts';
import type { EventNames, RuleEnvironment } from '../rules/environment.ts';
import { PLUGINS } from './plugins.ts';
import { SERVICE_PORTS } from './service-ports.ts';

/** Version of Falco's engine whose rule language this is. */
export const ENGINE_VERSION = '0.63.0';

/** Name and codes of the event of a system call that has none of its own. */
export const GENERIC_EVENT = 'syscall';
export const GENERIC_CODES: readonly number[] = [0, 1];
const ASYNC_CODE = 402;

/** System calls whose events go by another name (`pread64` is the event `pread`), and codes for none. */
const WITHOUT_OWN_NAME = new Set(
  `unknown prlimit64 sendfile64 ugetrlimit fcntl64 _llseek pread64 pwrite64 setuid32 getuid32 setgid32
  geteuid32 getgid32 setresuid32 setresgid32 getresuid32 getresgid32 getegid32 na_1 sched_process_exit
  sched_switch page_fault_user page_fault_kernel signal_deliver`.split(/\s+/),
);

/** Events that the container side tells of itself, not the kernel. */
const ASYNC_NAMES = new Set(['container', 'container_removed']);

const SYSCALL_NAMES = new Set(syscallNames());
const EVENT_NAMES = new Set(EVENT_TYPES.map((type) => type.name));

/** What the rule language needs to know of events. */
export const EVENTS: EventNames = {
  allCodes: EVENT_TYPES.map((type) => type.code),
  codes(name) {
    const codes = eventCodes(name).filter((code) => !GENERIC_CODES.includes(code));
    if (ASYNC_NAMES.has(name)) codes.push(ASYNC_CODE);
    if (codes.length > 0) return codes;
    return SYSCALL_NAMES.has(name) ? [...GENERIC_CODES] : [];
  },
  names: () => EVENT_NAMES.union(SYSCALL_NAMES).union(ASYNC_NAMES),
  describedNames: [
    ...EVENT_NAMES.difference(new Set([GENERIC_EVENT])).union(SYSCALL_NAMES.difference(WITHOUT_OWN_NAME)),
  ],
  asyncCode: ASYNC_CODE,
  pluginCode: PLUGIN_EVENT,
};

/** The environment of this engine; `fields` replaces the catalogue, for instance with static fields in it. */
export function ruleEnvironment(fields: FieldCatalog = FIELD_CATALOG): RuleEnvironment {
  return {
    fields,
    events: EVENTS,
    engineVersion: ENGINE_VERSION,
    plugins: PLUGINS,
    sources: ['syscall', 'k8s_audit'],
    services: SERVICE_PORTS,
  };
}
