/** A made-up host with init (1) and a login shell (100), and a model of it, for tests of what events change. */
import type { EventCursor } from '../../events/cursor.ts';
import type { EventContext } from '../context.ts';
import { DirectInquiry } from '../proc-inquiry.ts';
import { ProcReader } from '../proc-reader.ts';
import { type Seed, System, type SystemLimits } from '../system.ts';
import { START } from './event-builder.ts';
import { FakeHost } from './fake-proc.ts';

export const SHELL = {
  pid: 100,
  ppid: 1,
  comm: 'bash',
  argv: ['-bash', '-i'],
  env: ['HOME=/root'],
  exepath: '/usr/bin/bash',
};

export function hostWithShell(): FakeHost {
  const host = new FakeHost();
  host.add({ pid: 1, ppid: 0, comm: 'init', argv: ['/sbin/init'], exepath: '/sbin/init' });
  host.add({ ...SHELL, cwd: '/root', sid: 100, tty: 34816, loginuid: 1000, uid: 7 });
  return host;
}

/** Answers questions about `host` at once. */
export function inquiryOf({ root }: { readonly root: string }): DirectInquiry {
  return new DirectInquiry(new ProcReader(root));
}

/** A model of `host` whose clocks stand still, at the time that events have unless told. */
export function open(
  host: FakeHost,
  seed: Seed = { kind: 'host' },
  limits: Partial<SystemLimits> = {},
): System {
  return System.open({
    hostRoot: host.root,
    ...{ seed, limits, inquiry: inquiryOf(host) },
    clock: () => 0,
    wallClock: () => START,
  });
}

/** Learns the event and settles; what the context showed must be read before the next call. */
export function pass(system: System, cursor: EventCursor): EventContext {
  if (system.postpone(cursor)) throw new Error('a look-up that is answered at once keeps nobody waiting');
  const context = system.learn(cursor);
  system.settle();
  return context;
}
