/** Watches a run, or reads a recording, and tells what was done in it. */
import { type Alert, fieldEntries } from '../alerts/alert.ts';
import type { EventObserver } from '../engine/engine.ts';
import { type ByteString, toByteString } from '../events/bytes.ts';
import type { EventCursor } from '../events/cursor.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import type { CheckedRule } from '../rules/checked.ts';
import type { EventContext } from '../system/context.ts';
import { formatIp } from '../system/ip.ts';
import type { Thread } from '../system/thread.ts';
import { hostsIn, MOST_HOSTS } from './host-words.ts';
import {
  emptyProfile,
  mergeProfile,
  type PathField,
  type Profile,
  type ProgramName,
  type StartedProgram,
  type Subject,
} from './observation.ts';
import { baseName, isContainerSetup, isContainerSetupStart, isInterpreter, isMulticall } from './programs.ts';
import type { WatchedName } from './watched.ts';

export interface ObserverOptions {
  /** Number of the run, from 1. */
  readonly run: number;
  /** Processes on the host that were named; without any, the first program that is started counts. */
  readonly roots?: readonly number[];
}

/** A profile, and what it is of: the host, or one container. */
interface Group {
  readonly profile: Profile;
  image: string;
  /** Ports at which it takes datagrams; as many as it has. */
  readonly served: Set<number>;
}

/** Different sockets whose port the kernel chose; they are told apart until they listen. */
const MOST_PORTS = 10_000;

export class LearningObserver implements EventObserver {
  readonly #run: number;
  readonly #roots: Set<number>;
  readonly #groups = new Map<ByteString, Group>();
  /** `pid port` of sockets that were bound to port 0. */
  readonly #chosenPorts = new Set<string>();
  /** Host processes of which the program is a root already. */
  readonly #metRoots = new Set<number>();
  /** Hosts in URLs that programs were started with. */
  readonly hosts = new Set<string>();
  #events = 0;
  #unattributed = 0;
  #pathless = 0;

  constructor({ run, roots = [] }: ObserverOptions) {
    this.#run = run;
    this.#roots = new Set(roots);
  }

  /** Events that told something. */
  get events(): number {
    return this.#events;
  }

  /** Events of processes of which nobody knew the program. */
  get unattributed(): number {
    return this.#unattributed;
  }

  /** A command that is being started: its program, and whatever it becomes, is what is learned. */
  addCommand(pid: number): void {
    this.#roots.add(pid);
    // Until its first exec it is what has started it.
    this.#metRoots.add(pid);
  }

  /** Opened files of which only the name is known that the program gave. */
  get pathless(): number {
    return this.#pathless;
  }

  /** Takes the alerts of the observing rules, which tell of containers what was not known at the event. */
  told(alert: Alert): void {
    const values = new Map(fieldEntries(alert));
    const group = this.#groups.get(String(values.get('container.id')));
    const image = values.get('container.image.repository');
    if (group && typeof image === 'string' && image !== '') group.image = toByteString(image);
  }

  judged(_: EventCursor, context: EventContext, matched: readonly CheckedRule[]): void {
    if (matched.length === 0) return;
    const { thread } = context;
    const program = thread && programOf(thread);
    if (thread === undefined || program === undefined) {
      this.#unattributed++;
      return;
    }
    const startsProgram = matched.some(({ name }) => name === 'starts_program');
    if (thread.containerId !== '' && isContainerSetup(thread) && !startsProgram) return;
    this.#events++;
    const group = this.#groupOf(context, thread);
    for (const { name } of matched)
      this.#note(name as WatchedName | 'binds', context, thread, program, group);
  }

  /** What was learned: one profile for the host, one for each image, one for containers without a known image. */
  profiles(): Profile[] {
    const merged = new Map<string, Profile>();
    for (const [container, { profile, image }] of this.#groups) {
      const subject: Subject =
        container === ''
          ? { kind: 'program' }
          : image === ''
            ? { kind: 'container' }
            : { kind: 'image', image };
      const key = JSON.stringify(subject);
      const known = merged.get(key);
      profile.subject = subject;
      if (known) mergeProfile(known, profile);
      else merged.set(key, profile);
    }
    return [...merged.values()];
  }

  #groupOf(context: EventContext, thread: Thread): Group {
    const { containerId } = thread;
    let group = this.#groups.get(containerId);
    if (group === undefined) {
      group = { profile: emptyProfile({ kind: 'program' }), image: '', served: new Set() };
      this.#groups.set(containerId, group);
      if (containerId !== '') this.#addRoot(firstOfContainer(context, thread), group);
    }
    if (containerId === '') this.#meetRoots(context, thread, group);
    return group;
  }

  /** Processes that were running before: their programs are known only now. */
  #meetRoots({ system }: EventContext, thread: Thread, group: Group): void {
    if (this.#roots.size === 0) this.#roots.add(thread.pid);
    if (this.#metRoots.size === this.#roots.size) return;
    for (const pid of this.#roots) {
      const root = this.#metRoots.has(pid) ? undefined : system.thread(pid);
      if (root === undefined || root.exepath === '') continue;
      this.#metRoots.add(pid);
      this.#addRoot(root, group);
    }
  }

  #addRoot(thread: Thread | undefined, { profile }: Group): void {
    const program = thread && programOf(thread);
    if (thread === undefined || program === undefined || isContainerSetup(thread)) return;
    const isScript = isInterpreter(program.path, program.applet);
    profile.roots.add(isScript ? { program, args: thread.args.join(' ') } : { program }, this.#run);
    // Whoever starts it, and also where it was running before anybody watched.
    profile.started.add(startOf(thread, program), this.#run);
  }

  #note(
    name: WatchedName | 'binds',
    context: EventContext,
    thread: Thread,
    program: ProgramName,
    group: Group,
  ): void {
    const { profile } = group;
    const run = this.#run;
    const useOf = (field: PathField): void => {
      const path = textOf(context, field);
      if (path?.startsWith('/')) profile.files.add({ program, field, path }, run);
    };
    switch (name) {
      case 'starts_program':
        this.#start(context, thread, program, group);
        return;
      case 'opens_to_write':
        if (textOf(context, 'fd.path.resolved') === undefined) this.#pathless++;
        else useOf('fd.path.resolved');
        return;
      case 'changes_view':
        profile.views.add({ program, call: textOf(context, 'evt.type') ?? '' }, run);
        return;
      case 'makes_or_removes':
        underAllNames(context, () => useOf('fs.path.name'));
        return;
      case 'renames':
        underAllNames(context, () => {
          useOf('fs.path.source');
          useOf('fs.path.target');
        });
        return;
      case 'links':
        underAllNames(context, () => useOf('fs.path.source'));
        return;
      case 'reads_secret': {
        const path = textOf(context, 'fd.path.resolved');
        if (path !== undefined) profile.reads.add({ program, field: 'fd.path.resolved', path }, run);
        return;
      }
      case 'contacts_socket': {
        const address = textOf(context, 'evt.arg.addr');
        if (address !== undefined) profile.contacts.add({ program, protocol: 'unix', address, port: 0 }, run);
        return;
      }
      case 'contacts_address': {
        const peer = endOf(context);
        // Answers of a server go to whoever has asked.
        const isAnswer = peer?.protocol === 'udp' && group.served.has(numberOf(context, 'fd.cport') ?? 0);
        if (peer && !isAnswer) profile.contacts.add({ program, ...peer }, run);
        return;
      }
      case 'binds':
        if (textOf(context, 'evt.arg.addr')?.endsWith(':0')) this.#notePort(thread.pid, context);
        return;
      case 'listens': {
        const end = endOf(context);
        if (end === undefined) return;
        const isEphemeral = this.#chosenPorts.has(`${thread.pid} ${end.port}`);
        if (end.protocol === 'udp') group.served.add(end.port);
        profile.listening.add({ program, ...end, isEphemeral }, run);
      }
    }
  }

  #start(context: EventContext, thread: Thread, program: ProgramName, group: Group): void {
    const parent = context.system.parent(thread)?.exepath ?? '';
    if (thread.containerId !== '' && isContainerSetupStart(thread.exepath, thread.args, parent)) return;
    for (const host of hostsIn(thread.args)) if (this.hosts.size < MOST_HOSTS) this.hosts.add(host);
    const isRoot = thread.containerId === '' ? this.#roots.has(thread.pid) : thread.vpid === 1;
    if (isRoot) {
      this.#addRoot(thread, group);
      return;
    }
    group.profile.started.add(
      { ...startOf(thread, program), ...(parent === '' ? {} : { parent }) },
      this.#run,
    );
  }

  #notePort(pid: number, context: EventContext): void {
    const port = numberOf(context, 'fd.sport');
    if (port !== undefined && this.#chosenPorts.size < MOST_PORTS) this.#chosenPorts.add(`${pid} ${port}`);
  }
}

/** What a process runs, with its arguments where these are code. */
function startOf(thread: Thread, program: ProgramName): StartedProgram {
  if (!isInterpreter(program.path, program.applet)) return { program };
  const args = thread.args.join(' ');
  const isRelative =
    thread.args.some((arg) => /^\.{0,2}[\w-]*\//.test(arg) && !arg.startsWith('/')) || isBareScript(thread);
  const directory = thread.cwd.replace(/(?<=.)\/$/, '');
  const count = thread.args.length;
  return isRelative ? { program, args, count, directory } : { program, args, count };
}

/** `sh job.sh`: the first argument that is no option is a file in the working directory. */
function isBareScript({ args }: Thread): boolean {
  const script = args.find((arg) => !arg.startsWith('-'));
  return script !== undefined && /^[\w.+-]+\.\w+$/.test(script);
}

function programOf({ exepath, exe }: Thread): ProgramName | undefined {
  if (exepath === '') return undefined;
  return isMulticall(exepath) ? { path: exepath, applet: baseName(exe) } : { path: exepath };
}

/** The first process of the container; who comes in later is not it. */
function firstOfContainer({ system }: EventContext, { containerId }: Thread): Thread | undefined {
  for (const each of system.threads()) if (each.containerId === containerId && each.vpid === 1) return each;
  return undefined;
}

/** Rules on names are asked under every name of the file: all of them must be known. */
function underAllNames(context: EventContext, note: () => void): void {
  note();
  for (const name of context.otherNames ?? []) {
    if (name.isExecutable) continue;
    context.showAs?.(name);
    note();
  }
  context.showAs?.(undefined);
}

function endOf(context: EventContext): { protocol: string; address: string; port: number } | undefined {
  const ip = fieldValue(context, 'fd.sip');
  const port = numberOf(context, 'fd.sport');
  if (typeof ip !== 'string' || port === undefined) return undefined;
  return { protocol: textOf(context, 'fd.l4proto') ?? '', address: formatIp(ip), port };
}

function fieldValue(context: EventContext, name: string): unknown {
  const found = FIELD_CATALOG.find(name);
  return found?.field.read(context, found.argument);
}

function textOf(context: EventContext, name: string): ByteString | undefined {
  const value = fieldValue(context, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(context: EventContext, name: string): number | undefined {
  const value = fieldValue(context, name);
  return typeof value === 'number' ? value : undefined;
}
