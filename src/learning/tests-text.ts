/** Tests of the learned rules, for `lanner test`: what was seen is silent, and what was not raises an alert. */
import { type ByteString, toText } from '../events/bytes.ts';
import type { Contact, Listening, Profile, ProgramName, Seen, UsedFile } from './observation.ts';
import { type NamedSubject, RULES } from './rules-text.ts';
import { subjectFields } from './subject.ts';

/** So many observations of a kind become tests. */
const MOST = 30;

/** Names that nothing has: what differs. */
const NEVER = {
  program: '/usr/bin/never-learned',
  file: '/usr/lib/never-learned',
  secret: '/root/.ssh/id_never_learned',
  // Addresses for documentation (RFC 5737).
  address: '203.0.113.77',
  port: 4444,
} as const;

type Fields = Readonly<Record<string, unknown>>;

type NamesOf = (address: string) => string | undefined;

interface TestText {
  readonly test: string;
  readonly event: Readonly<Record<string, Fields>>;
  readonly rules: readonly string[];
}

/** Text of a test file for the rules of these subjects. What is known by a host's name has no literal event. */
export function testsText(subjects: readonly NamedSubject[], namesOf: NamesOf = () => undefined): string {
  const tests = subjects.flatMap((subject) => testsOf(subject, namesOf));
  const lines = tests.map(
    ({ test, event, rules }) =>
      `  - test: ${JSON.stringify(test)}\n    event: ${JSON.stringify(event)}\n    rules: ${JSON.stringify(rules)}\n`,
  );
  return `# Written by lanner learn: of what was seen each, up to ${MOST} of a kind, is silent, and what was not seen raises an alert.\ntests:\n${lines.join('')}`;
}

function testsOf({ profile, name }: NamedSubject, namesOf: NamesOf): TestText[] {
  const of = subjectFields(profile);
  return [...allowed(profile, of, name, namesOf), ...deviations(profile, of, name)];
}

function allowed(profile: Profile, of: Fields, name: string, namesOf: NamesOf): TestText[] {
  const silent = (what: string, event: TestText['event']): TestText => ({
    test: `${name}: ${what}`,
    event,
    rules: [],
  });
  const started = some(profile.started.all).map(({ program, parent, args, count, directory }) => {
    const event = {
      ...of,
      ...programFields(program),
      ...(parent === undefined ? {} : { 'proc.pexepath': toText(parent) }),
      ...(args === undefined ? {} : { 'proc.args': toText(args), 'proc.cmdnargs': count }),
      ...(directory === undefined ? {} : { 'proc.cwd': `${toText(directory)}/` }),
    };
    return silent(`starts ${toText(program.path)}`, { execve: event });
  });
  const files = some(profile.files.all).flatMap(({ program, field, path }) => {
    const event = fileEvent(field, toText(path), { ...of, ...programFields(program) });
    return event === undefined ? [] : [silent(`changes ${toText(path)}`, event)];
  });
  const reads = some(profile.reads.all).map((use) =>
    silent(`reads ${toText(use.path)}`, {
      openat: readFields(use, { ...of, ...programFields(use.program) }),
    }),
  );
  const unnamed = profile.contacts.all.filter(({ item }) => namesOf(item.address) === undefined);
  const contacts = some(unnamed).map((contact) =>
    silent(`contacts ${toText(contact.address)}:${contact.port}`, {
      connect: contactFields(contact, { ...of, ...programFields(contact.program) }),
    }),
  );
  const listening = some(profile.listening.all).map((end) =>
    silent(`listens at ${end.address}:${end.port}`, {
      [end.protocol === 'udp' ? 'bind' : 'listen']: listeningFields(end, {
        ...of,
        ...programFields(end.program),
      }),
    }),
  );
  return [...started, ...files, ...reads, ...contacts, ...listening];
}

/** What is not text cannot be written down. */
function some<T extends object>(seen: readonly Seen<T>[]): T[] {
  const items = seen.map(({ item }) => item);
  return items.filter((item) => !/\\ufffd|\ufffd/.test(toText(JSON.stringify(item)))).slice(0, MOST);
}

function programFields({ path, applet }: ProgramName): Fields {
  return { 'proc.exepath': toText(path), ...(applet === undefined ? {} : { 'proc.exe': toText(applet) }) };
}

/** Of a rename both names are asked for: its names are tested by other calls that have one of them. */
function fileEvent(field: UsedFile['field'], path: string, fields: Fields): TestText['event'] | undefined {
  switch (field) {
    case 'fd.path.resolved':
      return { openat: { ...fields, 'evt.arg.flags': 'O_WRONLY|O_CREAT', 'fd.name': path, [field]: path } };
    case 'fs.path.name':
      return { unlink: { ...fields, [field]: path } };
    case 'fs.path.source':
      // Only learned of renames, a name is none that a link may make: rules do not tell them apart.
      return { symlink: { ...fields, [field]: path } };
    case 'fs.path.target':
      return undefined;
  }
}

function readFields({ path }: UsedFile, fields: Fields): Fields {
  return {
    ...fields,
    'evt.arg.flags': 'O_RDONLY',
    'fd.name': toText(path),
    'fd.path.resolved': toText(path),
  };
}

function contactFields({ protocol, address, port }: Contact, fields: Fields): Fields {
  if (protocol === 'unix') return { ...fields, 'fd.type': 'unix', 'evt.arg.addr': toText(address) };
  const client = address.includes(':') ? '::1:40000' : '127.0.0.1:40000';
  return { ...fields, 'fd.name': `${client}->${address}:${port}`, 'fd.l4proto': protocol };
}

function listeningFields(
  { protocol, address, port }: Omit<Listening, 'program' | 'isEphemeral'>,
  fields: Fields,
): Fields {
  const type = address.includes(':') ? 'ipv6' : 'ipv4';
  const end = { 'fd.type': type, 'fd.sip': address, 'fd.sport': port, 'fd.l4proto': protocol };
  return { ...fields, ...end, ...(protocol === 'udp' ? { 'evt.arg.addr': `${address}:${port}` } : {}) };
}

function deviations(profile: Profile, of: Fields, name: string): TestText[] {
  const path = (profile.roots.all[0] ?? profile.started.all[0])?.item.program ?? { path: NEVER.program };
  const fields = { ...of, ...programFields(path) };
  const contact = { program: path, protocol: 'tcp', address: NEVER.address as ByteString, port: NEVER.port };
  const listening = { protocol: 'tcp', address: '0.0.0.0', port: NEVER.port };
  const secret = { program: path, field: 'fd.path.resolved', path: NEVER.secret } as const;
  return [
    {
      test: `${name}: another program`,
      event: {
        execve: {
          ...of,
          'proc.exepath': NEVER.program,
          'proc.pexepath': toText(path.path),
          'proc.name': 'never-learned',
        },
      },
      rules: [RULES.program(name)],
    },
    {
      test: `${name}: another file`,
      event: fileEvent('fd.path.resolved', NEVER.file, fields) ?? {},
      rules: [RULES.file(name)],
    },
    {
      test: `${name}: another secret`,
      event: { openat: readFields(secret, fields) },
      rules: [RULES.secret(name)],
    },
    {
      test: `${name}: another address`,
      event: { connect: contactFields(contact, fields) },
      rules: [RULES.contact(name)],
    },
    {
      test: `${name}: another port`,
      event: { listen: listeningFields(listening, fields) },
      rules: [RULES.listening(name)],
    },
  ];
}
