/** A model of a captured machine for tests: a few processes, and events one by one. */
import type { ParameterValue } from '../../events/encode.ts';
import type { EventContext } from '../context.ts';
import type { ThreadState } from '../snapshot.ts';
import { System } from '../system.ts';
import { event } from './event-builder.ts';

/** A thread as a capture begins with it. */
export function threadState(facts: Partial<ThreadState>): ThreadState {
  const tid = facts.tid ?? 100;
  const pid = facts.pid ?? tid;
  return {
    tid,
    pid,
    ptid: 1,
    vtid: tid,
    vpid: pid,
    sid: 1,
    pgid: pid,
    vpgid: pid,
    comm: 'sh',
    exe: 'sh',
    exepath: '/bin/sh',
    args: [],
    env: [],
    cwd: '/home',
    uid: 0,
    gid: 0,
    loginuid: -1,
    tty: 0,
    capEffective: 0n,
    capPermitted: 0n,
    capInheritable: 0n,
    cgroups: [],
    executable: {
      writable: false,
      upperLayer: false,
      lowerLayer: false,
      fromMemfd: false,
      inode: 0n,
      changeTime: 0n,
      modifyTime: 0n,
    },
    pidNamespaceStart: 0n,
    fdLimit: 1024,
    vmSize: 0,
    vmRss: 0,
    vmSwap: 0,
    majorFaults: 0,
    minorFaults: 0,
    ...facts,
  };
}

type Parameters = Readonly<Record<string, ParameterValue>>;

export class CapturedSystem {
  readonly system = System.open({ seed: { kind: 'capture' } });

  /** Knows init and the given threads. */
  constructor(...threads: readonly Partial<ThreadState>[]) {
    this.snapshot.section();
    for (const facts of [{ tid: 1, ptid: 0, comm: 'init' }, ...threads])
      this.snapshot.thread(threadState(facts));
    this.snapshot.complete();
  }

  get snapshot() {
    const { snapshot } = this.system;
    if (!snapshot) throw new Error('the model is not one of a capture');
    return snapshot;
  }

  /** Learns from an event; what it ends is still there. */
  learn(tid: number, name: string, parameters: Parameters = {}, time?: number): EventContext {
    return this.system.learn(event(name, time === undefined ? { tid } : { tid, time }, parameters));
  }

  /** Learns from an event and lets go what it ended. */
  pass(tid: number, name: string, parameters: Parameters = {}, time?: number): EventContext {
    const context = this.learn(tid, name, parameters, time);
    this.system.settle();
    return context;
  }

  /** Name of a descriptor of thread `tid`; `undefined` when it has none of that number. */
  nameOf(tid: number, fd: number): string | undefined {
    const thread = this.system.thread(tid);
    return thread && this.system.descriptor?.(thread, fd)?.name;
  }
}
