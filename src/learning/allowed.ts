/** From what was seen to the conditions that allow it, one for each thing that rules watch. */
import type { ByteString } from '../events/bytes.ts';
import { allOf, anyOf, isOneOf, isPathOf, literal, runsOneOf } from './condition-text.ts';
import { generaliseArguments } from './generalise-arguments.ts';
import { generalisePaths, type PathSet } from './generalise-paths.ts';
import { EPHEMERAL, groupPeers, type PeerGroup } from './generalise-peers.ts';
import type { PathField, Profile, ProgramName, Seen, StartedProgram, UsedFile } from './observation.ts';
import { isTemporary, shapeOfPath } from './path-noise.ts';
import { isInterpreter } from './programs.ts';
import { CONTAINER_SETUP_START } from './watched.ts';

/** Conditions any of which lets something pass, and what is to be said of them. */
export interface Allowed {
  readonly conditions: readonly string[];
  /** What was generalised, from how much: comments in the file. */
  readonly remarks: readonly string[];
  /** What an attacker could make use of: comments in the file, and told when it is written. */
  readonly holes: readonly string[];
}

/** The kernel tells 4096 bytes of arguments, with a NUL behind each. */
const LONGEST = 4000;

/** Gives a condition for a set of values; long sets become lists. */
export type NameValues = (field: string, values: readonly ByteString[]) => string;

export function allowedPrograms(profile: Profile): Allowed {
  const { started, subject } = profile;
  const isContainer = subject.kind === 'image' || subject.kind === 'container';
  const conditions = new Set<string>(isContainer ? [`(${CONTAINER_SETUP_START})`] : []);
  const remarks: string[] = [];
  const holes: string[] = [];
  const isCoded = ({ item: { program } }: Seen<StartedProgram>): boolean =>
    isInterpreter(program.path, program.applet);
  const plain = started.all.filter((seen) => !isCoded(seen));
  // Programs that the same parents start stand together.
  const byParents = Map.groupBy(
    [...Map.groupBy(plain, ({ item }) => JSON.stringify(item.program)).values()],
    (uses) =>
      parentsCondition(
        uses.map(({ item }) => item),
        profile,
      ),
  );
  for (const [parents, programs] of byParents) {
    const names = programs.map(([first]) => (first as Seen<StartedProgram>).item.program);
    conditions.add(allOf([...(parents === '' ? [] : [parents]), runsOneOf(names)]));
    for (const { path } of names) noteVaryingProgram(path, remarks, holes);
  }
  const coded = Map.groupBy(started.all.filter(isCoded), ({ item: { program, directory, count } }) =>
    JSON.stringify([program, directory, count]),
  );
  for (const uses of coded.values()) {
    const items = uses.map(({ item }) => item);
    const { program, directory, count: words = 0 } = items[0] as StartedProgram;
    const parents = parentsCondition(items, profile);
    const name = program.applet ?? program.path;
    const texts = generaliseArguments(items.map(({ args = '' }) => args));
    for (const { regex, texts: count, example } of texts.frames)
      remarks.push(`${name} ${regex}: ${count} texts, such as ${shown(example)}`);
    if (items.some(({ args = '' }) => args.length >= LONGEST))
      holes.push(`${name} has arguments of which only the first ${LONGEST} bytes are compared`);
    if (texts.exact.includes(''))
      holes.push(`${name} was started without arguments, and runs whatever it reads`);
    if (texts.isOpen)
      holes.push(
        `${name} was started with too many different arguments: any are let pass, and with them any code`,
      );
    for (const example of texts.temporary)
      holes.push(`${name} runs a script with a varying name in a temporary folder: ${shown(example)}`);
    const args = [
      ...(texts.exact.length === 0 ? [] : [isOneOf('proc.args', texts.exact)]),
      ...texts.frames.map(({ regex }) => `proc.args regex ${literal(regex)}`),
    ];
    conditions.add(
      allOf([
        runsOneOf([program]),
        ...(parents === '' ? [] : [parents]),
        ...(directory === undefined ? [] : [isPathOf('proc.cwd', [`${directory}/`])]),
        ...(texts.isOpen ? [] : [`proc.cmdnargs = ${words}`, anyOf(args)]),
      ]),
    );
  }
  return { conditions: [...conditions], remarks, holes };
}

/**
 * Empty where any parent will do. Where a parent ends before its child starts a program, the child has been adopted: by
 * init, or by the first program of the container.
 */
function parentsCondition(items: readonly StartedProgram[], { subject, roots }: Profile): string {
  const parents = new Set(items.map(({ parent }) => parent));
  if (parents.has(undefined)) return '';
  const isContainer = subject.kind === 'image' || subject.kind === 'container';
  const adopters = isContainer ? roots.all.map(({ item }) => item.program.path) : [];
  const isParent = isPathOf('proc.pexepath', [...(parents as Set<ByteString>), ...adopters]);
  return isContainer ? isParent : anyOf([isParent, 'proc.ppid = 1']);
}

function noteVaryingProgram(path: ByteString, remarks: string[], holes: string[]): void {
  const { regex, isVarying } = shapeOfPath(path);
  if (!isVarying) return;
  remarks.push(`${regex}: such as ${shown(path)}`);
  if (isTemporary(path))
    holes.push(`programs with varying names in a temporary folder are let pass: ${regex}`);
}

/** What programs may do to files by one field. */
export function allowedFiles(uses: readonly Seen<UsedFile>[], field: PathField, name: NameValues): Allowed {
  const remarks: string[] = [];
  const sets = new Map<string, { readonly set: PathSet; readonly programs: ProgramName[] }>();
  const ofField = uses.filter(({ item }) => item.field === field);
  for (const some of Map.groupBy(ofField, ({ item }) => programKey(item.program)).values()) {
    const set = generalisePaths(some.map(({ item }) => item.path));
    const programs = some.map(({ item }) => item.program);
    const key = JSON.stringify([set.exact, set.patterns.map(({ regex }) => regex)]);
    const known = sets.get(key);
    if (known) known.programs.push(...programs);
    else sets.set(key, { set, programs: [...programs] });
  }
  const conditions = [...sets.values()].map(({ set, programs }) => {
    for (const { regex, paths, example } of set.patterns)
      remarks.push(`${regex}: ${paths} ${paths === 1 ? 'name' : 'names'}, such as ${shown(example)}`);
    for (const path of set.fixed)
      remarks.push(`${shown(path)}: seems to vary, but nothing is generalised there`);
    const paths = [
      ...(set.exact.length === 0 ? [] : [name(field, set.exact)]),
      ...set.patterns.map(({ regex }) => `${field} regex ${literal(regex)}`),
    ];
    return allOf([runsOneOf(programs), anyOf(paths)]);
  });
  return { conditions, remarks, holes: [] };
}

/** Programs whose paths vary alike are one. */
function programKey({ path, applet }: ProgramName): string {
  return JSON.stringify([shapeOfPath(path).regex, applet]);
}

export function allowedViews({ views }: Profile): Allowed {
  const byCall = Map.groupBy(views.all, ({ item }) => item.call);
  const conditions = [...byCall].map(([call, some]) =>
    allOf([`evt.type = ${call}`, runsOneOf(some.map(({ item }) => item.program))]),
  );
  return { conditions, remarks: [], holes: [] };
}

export function allowedSockets({ contacts }: Profile): Allowed {
  const byProgram = Map.groupBy(
    contacts.all.filter(({ item }) => item.protocol === 'unix'),
    ({ item }) => programKey(item.program),
  );
  const conditions = [...byProgram.values()].map((some) =>
    allOf([
      runsOneOf(some.map(({ item }) => item.program)),
      isPathOf(
        'evt.arg.addr',
        some.map(({ item }) => item.address),
      ),
    ]),
  );
  return { conditions, remarks: [], holes: [] };
}

export function allowedAddresses(
  { contacts, listening }: Profile,
  namesOf: (address: string) => string | undefined,
): Allowed {
  const remarks: string[] = [];
  const own = listening.all.filter(({ item }) => item.isEphemeral).map(({ item }) => item.port);
  const byProgram = Map.groupBy(
    contacts.all.filter(({ item }) => item.protocol !== 'unix'),
    ({ item }) => programKey(item.program),
  );
  const alike = new Map<string, ProgramName[]>();
  for (const some of byProgram.values()) {
    // A port that another process of the subject was given by the kernel.
    const peers = some.map(({ item }) => ({ ...item, isEphemeral: own.includes(item.port) }));
    for (const group of groupPeers(peers, namesOf)) {
      remark(group, remarks);
      const key = peerCondition(group);
      alike.set(key, [...(alike.get(key) ?? []), ...some.map(({ item }) => item.program)]);
    }
  }
  const conditions = [...alike].map(([peers, programs]) => allOf([runsOneOf(programs), peers]));
  // Answers of a server go to whoever has asked.
  const served = listening.all.filter(({ item }) => item.protocol === 'udp');
  for (const some of Map.groupBy(served, ({ item }) => programKey(item.program)).values()) {
    const ports = [...new Set(some.map(({ item }) => item.port))];
    const programs = runsOneOf(some.map(({ item }) => item.program));
    conditions.push(allOf([programs, 'fd.l4proto = udp', `fd.cport in (${ports.join(', ')})`]));
  }
  return { conditions, remarks, holes: [] };
}

export function allowedListening({ listening }: Profile): Allowed {
  const remarks: string[] = [];
  const alike = new Map<string, ProgramName[]>();
  for (const some of Map.groupBy(listening.all, ({ item }) => programKey(item.program)).values())
    for (const group of groupPeers(
      some.map(({ item }) => item),
      () => undefined,
    )) {
      remark(group, remarks);
      const key = peerCondition(group);
      alike.set(key, [...(alike.get(key) ?? []), ...some.map(({ item }) => item.program)]);
    }
  const conditions = [...alike].map(([ends, programs]) => allOf([runsOneOf(programs), ends]));
  return { conditions, remarks, holes: [] };
}

function remark({ networks, names, hasEphemeral, addresses, seen }: PeerGroup, remarks: string[]): void {
  const places = `${seen} addresses and ports`;
  for (const network of networks) remarks.push(`${network}: many addresses among ${places}`);
  for (const name of names) remarks.push(`${name}: by its name, whatever its address is then`);
  if (hasEphemeral)
    remarks.push(
      `ports from ${EPHEMERAL} on at ${addresses.join(', ')}: the kernel gives these out, ${places}`,
    );
}

function peerCondition({ protocol, addresses, networks, names, ports, hasEphemeral }: PeerGroup): string {
  const list = (field: string, values: readonly (string | number)[], quoted: boolean): string[] =>
    values.length === 0
      ? []
      : [`${field} in (${values.map((value) => (quoted ? `"${value}"` : value)).join(', ')})`];
  return [
    `fd.l4proto = ${protocol}`,
    anyOf([
      ...list('fd.sip', addresses, true),
      ...list('fd.snet', networks, true),
      ...list('fd.sip.name', names, true),
    ]),
    anyOf([...list('fd.sport', ports, false), ...(hasEphemeral ? [`fd.sport >= ${EPHEMERAL}`] : [])]),
  ].join(' and ');
}

/** A text in a comment: in one line, not too long. */
export function shown(text: ByteString): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to leave out
  const line = text.replace(/[\x00-\x1f\x7f-\xff]/g, '?');
  return line.length <= 100 ? line : `${line.slice(0, 99)}...`;
}
