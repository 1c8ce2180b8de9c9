/** `evt.*` fields that every event has, whatever its source. */

import { isAuditEvent, PLUGIN_DATA } from '../events/plugin-event.ts';
import type { EventContext } from '../system/context.ts';
import { defineClass } from './define.ts';
import { eventName } from './evt-read.ts';
import type { FieldValue } from './field.ts';
import { integer, subSeconds, wholeSeconds } from './number.ts';
import { dateAndTime, fraction, iso8601, timeOfDay } from './time-text.ts';

function sinceFirst(
  { event, firstTimestamp }: EventContext,
  part: (nanoseconds: bigint) => number | bigint,
): FieldValue {
  return part(event.timestamp - (firstTimestamp ?? 0n));
}

export const COMMON_EVENT_FIELDS = defineClass(
  {
    name: 'evt',
    title: 'All event types',
    description: 'What is known of an event of any source: its number, its time, where it comes from.',
    sources: [],
  },
  [
    {
      name: 'evt.num',
      type: 'UINT64',
      description:
        'Number of the event within its source, counted from 1. Since it is never 0, `evt.num=0` is the customary way to write a condition that never holds.',
      read: ({ event }) => event.number,
    },
    {
      name: 'evt.time',
      type: 'CHARBUF',
      description: 'Local time of day with nanoseconds, such as `14:03:07.123456789`.',
      read: ({ event }) => timeOfDay(event.wallTime) + fraction(event.wallTime),
      json: ({ event }) => event.wallTime,
    },
    {
      name: 'evt.time.s',
      type: 'CHARBUF',
      description: 'Local time of day in whole seconds, such as `14:03:07`.',
      read: ({ event }) => timeOfDay(event.wallTime),
      json: ({ event }) => event.wallTime,
    },
    {
      name: 'evt.time.iso8601',
      type: 'CHARBUF',
      description: 'Date and time in UTC with nanoseconds, such as `2026-01-31T13:03:07.123456789+0000`.',
      read: ({ event }) => iso8601(event.wallTime),
      json: ({ event }) => event.wallTime,
    },
    {
      name: 'evt.datetime',
      type: 'CHARBUF',
      description: 'Local date and time with nanoseconds, such as `2026-01-31 14:03:07.123456789`.',
      read: ({ event }) => dateAndTime(event.wallTime) + fraction(event.wallTime),
      json: ({ event }) => event.wallTime,
    },
    {
      name: 'evt.datetime.s',
      type: 'CHARBUF',
      description: 'Local date and time in whole seconds, such as `2026-01-31 14:03:07`.',
      read: ({ event }) => dateAndTime(event.wallTime),
      json: ({ event }) => event.wallTime,
    },
    {
      name: 'evt.rawtime',
      type: 'ABSTIME',
      description: 'Time of the event in nanoseconds since the epoch.',
      read: ({ event }) => integer(event.wallTime),
    },
    {
      name: 'evt.rawtime.s',
      type: 'ABSTIME',
      description: 'Time of the event in whole seconds since the epoch.',
      read: ({ event }) => wholeSeconds(event.wallTime),
    },
    {
      name: 'evt.rawtime.ns',
      type: 'ABSTIME',
      description: 'Nanoseconds within the second of the event, 0 to 999999999.',
      read: ({ event }) => subSeconds(event.wallTime),
    },
    {
      name: 'evt.reltime',
      type: 'RELTIME',
      description: 'Nanoseconds between the first event of the source and this one.',
      read: (context) => sinceFirst(context, integer),
    },
    {
      name: 'evt.reltime.s',
      type: 'RELTIME',
      description: 'Whole seconds between the first event of the source and this one.',
      read: (context) => sinceFirst(context, wholeSeconds),
    },
    {
      name: 'evt.reltime.ns',
      type: 'RELTIME',
      description: 'What is left of `evt.reltime` after its whole seconds, in nanoseconds.',
      read: (context) => sinceFirst(context, subSeconds),
    },
    {
      name: 'evt.pluginname',
      type: 'CHARBUF',
      description: 'Name of the plugin that made the event, `k8saudit`; missing for system calls.',
      read: ({ event }) => (isAuditEvent(event) ? 'k8saudit' : undefined),
    },
    {
      name: 'evt.plugininfo',
      type: 'CHARBUF',
      description:
        'The event in the words of the plugin that made it, here its JSON; missing for system calls.',
      cost: 4,
      read: ({ event }) => (isAuditEvent(event) ? event.raw(PLUGIN_DATA)?.toString('latin1') : undefined),
    },
    {
      name: 'evt.source',
      type: 'CHARBUF',
      description: 'Name of the source that the event comes from: `syscall` or `k8s_audit`.',
      read: ({ source }) => source ?? 'syscall',
    },
    {
      name: 'evt.is_async',
      type: 'BOOL',
      byEventType: true,
      description:
        'True for events that no system call stands behind, such as news about a container put between the events of the source.',
      read: ({ event }) => event.type.kind === 'METAEVENT',
    },
    {
      name: 'evt.asynctype',
      type: 'CHARBUF',
      description: 'Kind of an asynchronous event, such as `container`; missing for all others.',
      read: (context) => (context.event.type.kind === 'METAEVENT' ? eventName(context) : undefined),
    },
    {
      name: 'evt.hostname',
      type: 'CHARBUF',
      description:
        'Name of the machine: the environment variable FALCO_HOSTNAME when it is set (useful to carry the node name into a pod), otherwise what the kernel says.',
      read: ({ system }) => system.hostname,
    },
  ],
);
