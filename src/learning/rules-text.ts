/** The rule file that comes of learning: macros, lists and five rules for each subject, for people to read. */
import type { ByteString } from '../events/bytes.ts';
import {
  type Allowed,
  allowedAddresses,
  allowedFiles,
  allowedListening,
  allowedPrograms,
  allowedSockets,
  allowedViews,
  type NameValues,
} from './allowed.ts';
import { isOneOf } from './condition-text.ts';
import { type Learned, LIMIT, type PathField, type Profile, refusedBy } from './observation.ts';
import { nameOf, subjectCondition } from './subject.ts';
import { CONTAINER_SETUP, WATCHED, type WatchedName } from './watched.ts';

export interface RulesTextOptions {
  /** Name of the subject in names and texts; of several subjects each has its own. */
  readonly name?: string | undefined;
  /** Name of the host at an address, where one is known. */
  readonly namesOf?: (address: string) => string | undefined;
}

export interface RulesText {
  readonly text: string;
  /** What an attacker could make use of; one line each. */
  readonly holes: readonly string[];
  readonly subjects: readonly NamedSubject[];
}

export interface NamedSubject {
  readonly profile: Profile;
  readonly name: string;
}

/** What the rules are called, for a subject. */
export const RULES = {
  program: (name: string) => `Unlearned Program in ${name}`,
  file: (name: string) => `Unlearned File Change in ${name}`,
  secret: (name: string) => `Unlearned Read of Secret in ${name}`,
  contact: (name: string) => `Unlearned Connection from ${name}`,
  listening: (name: string) => `Unlearned Listening Port in ${name}`,
} as const;

const WIDTH = 110;
/** Comments on one macro. */
const MOST_REMARKS = 40;
/** Fewer values than these stand in their condition. */
const LISTED = 4;
const PROCESS =
  'user=%user.name uid=%user.uid process=%proc.name exe=%proc.exepath command=%proc.exeline pid=%proc.pid parent=%proc.pname parent_exe=%proc.pexepath container_id=%container.id';

/** Writes the rules of all subjects. */
export function rulesText(learned: Learned, options: RulesTextOptions = {}): RulesText {
  const subjects = namedSubjects(learned.profiles, options.name);
  const writers = subjects.map((subject) => new SubjectWriter(subject, options));
  const parts = writers.map((writer) => writer.write());
  const holes = writers.flatMap((writer) => writer.holes);
  return { text: `${[header(learned, subjects, holes), ...parts].join('\n')}`, holes, subjects };
}

/** Names that tell the subjects apart. */
export function namedSubjects(profiles: readonly Profile[], name: string | undefined): NamedSubject[] {
  const used = new Map<string, number>();
  return profiles.map((profile) => {
    const wanted = profiles.length === 1 && name !== undefined ? name : nameOf(profile);
    const plain = wanted.replace(/[^\w.-]+/g, '-') || 'everything';
    const count = (used.get(plain) ?? 0) + 1;
    used.set(plain, count);
    return { profile, name: count === 1 ? plain : `${plain}-${count}` };
  });
}

function header(learned: Learned, subjects: readonly NamedSubject[], holes: readonly string[]): string {
  const { runs, events, lost, unattributed, pathless, profiles } = learned;
  const refused = profiles.reduce((sum, profile) => sum + refusedBy(profile), 0);
  const lines = [
    `What ${subjects.map(({ name }) => name).join(', ')} did while "lanner learn" watched: ${count(runs, 'run')}, ${count(events, 'event')}. What differs raises an alert.`,
    'Names that vary are regular expressions; the comments say from what. Write changes into a file of your own that is loaded after this one.',
    ...(lost > 0
      ? [`INCOMPLETE: ${count(lost, 'event')} were lost while learning. What they told is not allowed here.`]
      : []),
    ...(unattributed > 0
      ? [`INCOMPLETE: ${count(unattributed, 'event')} came from processes that nobody knew.`]
      : []),
    ...(pathless > 0
      ? [
          `INCOMPLETE: of ${count(pathless, 'opened file')} the kernel's path was not recorded. Learn from a live run, or a recording of Lanner's.`,
        ]
      : []),
    ...(refused > 0
      ? [
          `INCOMPLETE: ${count(refused, 'observation')} did not fit: ${LIMIT} different ones of a kind are kept.`,
        ]
      : []),
    ...[...new Set(holes)].map((hole) => `HOLE: ${hole}.`),
  ];
  return lines.map((line) => wrapped(line, '# ')).join('');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

class SubjectWriter {
  readonly holes: string[] = [];
  readonly #subject: NamedSubject;
  readonly #options: RulesTextOptions;
  /** Begins the names of all macros and lists. */
  readonly #prefix: string;
  /** Leaves out what sets a container up. */
  #setup = '';
  #text = '';
  #lists = '';
  #listCount = 0;
  readonly #listed = new Set<ByteString>();

  constructor(subject: NamedSubject, options: RulesTextOptions) {
    this.#subject = subject;
    this.#options = options;
    this.#prefix = `learned_${subject.name.toLowerCase().replace(/\W+/g, '_')}`;
  }

  write(): string {
    const { profile, name } = this.#subject;
    const condition = subjectCondition(profile);
    if (condition !== undefined)
      this.#macro('subject', condition, [`The processes that these rules are about.`]);
    const { namesOf = () => undefined } = this.#options;
    this.#programRule(name, profile);
    const { kind } = profile.subject;
    if (kind === 'image' || kind === 'container')
      this.#setup = `not ${this.#macro('setup', CONTAINER_SETUP, ['runc, before it becomes the program of the container.'])} and `;
    this.#fileRule(name, profile);
    this.#secretRule(name, profile);
    const sockets = allowedSockets(profile);
    const addresses = allowedAddresses(profile, namesOf);
    this.#rule({
      name: RULES.contact(name),
      about: 'contacted an address or a socket that it did not contact before',
      cases: [
        this.#case('contacts_address', 'known_addresses', addresses),
        this.#case('contacts_socket', 'known_sockets', sockets),
      ],
      output: `${name} contacts what it did not before: %fd.name %evt.arg.addr (%fd.l4proto) | ${PROCESS}`,
      priority: 'NOTICE',
      tags: ['network', 'mitre_command_and_control', 'T1071'],
    });
    this.#rule({
      name: RULES.listening(name),
      about: 'listens at an address or a port at which it did not before',
      cases: [this.#case('listens', 'known_ports', allowedListening(profile))],
      output: `${name} listens where it did not before: %fd.name (%fd.l4proto) | ${PROCESS}`,
      priority: 'WARNING',
      tags: ['network', 'mitre_command_and_control', 'T1571'],
    });
    return `\n${this.#lists}${this.#text}`;
  }

  #programRule(name: string, profile: Profile): void {
    this.#rule({
      name: RULES.program(name),
      about: 'started a program, or an interpreter with arguments, that it did not start before',
      cases: [this.#case('starts_program', 'known_programs', allowedPrograms(profile))],
      output: `${name} starts what it did not before: %proc.exepath | ${PROCESS}`,
      priority: 'WARNING',
      tags: ['process', 'mitre_execution', 'T1204'],
    });
  }

  #fileRule(name: string, profile: Profile): void {
    const seen = profile.files.all;
    const of = (field: PathField): Allowed => allowedFiles(seen, field, this.#list);
    this.#rule({
      name: RULES.file(name),
      about:
        'wrote, made, moved or removed a file that it did not touch before, or made paths lead elsewhere (mount, chroot, namespaces)',
      cases: [
        this.#case('opens_to_write', 'known_written', of('fd.path.resolved')),
        this.#case('makes_or_removes', 'known_named', of('fs.path.name')),
        ...this.#moves(of),
        this.#case('changes_view', 'known_views', allowedViews(profile)),
      ],
      output: `${name} changes a file that it did not before (%evt.type): opened=%fd.path.resolved named=%fs.path.name from=%fs.path.source to=%fs.path.target | ${PROCESS}`,
      priority: 'NOTICE',
      tags: ['filesystem', 'mitre_persistence', 'T1565.001'],
    });
  }

  /** Both names of a rename must be known; of a link the one that is made. */
  #moves(of: (field: PathField) => Allowed): string[] {
    const [target, source] = [of('fs.path.target'), of('fs.path.source')];
    const renames = this.#watched('renames');
    const links = this.#watched('links');
    const isTarget = this.#allowedMacro('known_targets', target);
    const isSource = this.#allowedMacro('known_sources', source);
    return [
      isTarget === undefined ? renames : `(${renames} and not ${isTarget})`,
      isSource === undefined ? links : `((${renames} or ${links}) and not ${isSource})`,
    ];
  }

  #secretRule(name: string, { reads }: Profile): void {
    this.#rule({
      name: RULES.secret(name),
      about: 'read a file with passwords, keys or other secrets that it did not read before',
      cases: [
        this.#case('reads_secret', 'known_secrets', allowedFiles(reads.all, 'fd.path.resolved', this.#list)),
      ],
      output: `${name} reads a secret that it did not before: %fd.path.resolved | given_path=%fd.nameraw ${PROCESS}`,
      priority: 'WARNING',
      tags: ['filesystem', 'mitre_credential_access', 'T1552.001'],
    });
  }

  /** What a rule watches, without what is allowed. */
  #case(watched: WatchedName, macro: string, allowed: Allowed): string {
    const happens = this.#watched(watched);
    const isAllowed = this.#allowedMacro(macro, allowed);
    return isAllowed === undefined ? happens : `(${happens} and not ${isAllowed})`;
  }

  #watched(name: WatchedName): string {
    return this.#macro(name, WATCHED[name], []);
  }

  #allowedMacro(name: string, { conditions, remarks, holes }: Allowed): string | undefined {
    this.holes.push(...holes);
    if (conditions.length === 0) return undefined;
    return this.#macro(
      name,
      conditions.length === 1 ? (conditions[0] as string) : `(${conditions.join('\nor ')})`,
      [...holes.map((hole) => `HOLE: ${hole}.`), ...remarks],
    );
  }

  #macro(name: string, condition: string, remarks: readonly string[]): string {
    const full = `${this.#prefix}_${name}`;
    const different = [...new Set(remarks)];
    const told = different.slice(0, MOST_REMARKS);
    if (told.length < different.length) told.push(`and ${different.length - told.length} more.`);
    this.#text += `${told.map((remark) => `# ${remark}\n`).join('')}- macro: ${full}\n  condition: >\n${wrapped(condition.startsWith('(') ? condition : `(${condition})`)}\n`;
    return full;
  }

  /** A set of paths: in the condition when it is short, otherwise as a list. */
  readonly #list: NameValues = (field, values) => {
    const isPlain = values.every((value) => /^\/[\w./+-]*$/.test(value) && !this.#listed.has(value));
    if (values.length < LISTED || !isPlain) return isOneOf(field, values);
    for (const value of values) this.#listed.add(value);
    const name = `${this.#prefix}_files_${++this.#listCount}`;
    const items = values.map((value) => `    - ${value}\n`).join('');
    this.#lists += `- list: ${name}\n  items:\n${items}\n`;
    return `${field} in (${name})`;
  };

  #rule({ name, about, cases, output, priority, tags }: RuleParts): void {
    const subject =
      this.#subject.profile.subject.kind === 'all' ? '' : `${this.#prefix}_subject and ${this.#setup}`;
    const of = `Something that belongs to ${this.#subject.name}`;
    const condition = cases.length === 1 ? (cases[0] as string) : `(${cases.join('\nor ')})`;
    const text = `${of} ${about}, when "lanner learn" watched.`;
    this.#text += [
      `- rule: ${name}`,
      `  desc: >\n${wrapped(text).trimEnd()}`,
      `  condition: >\n${wrapped(subject + condition).trimEnd()}`,
      `  output: >\n${wrapped(output).trimEnd()}`,
      `  priority: ${priority}`,
      `  tags: [learned, ${tags.join(', ')}]`,
      '',
    ].join('\n');
    this.#text = `${this.#text.trimEnd()}\n\n`;
  }
}

interface RuleParts {
  readonly name: string;
  readonly about: string;
  readonly cases: readonly string[];
  readonly output: string;
  readonly priority: string;
  readonly tags: readonly string[];
}

/** Lines of a folded scalar: broken at single blanks, which the fold puts back. */
function wrapped(text: string, indent = '    '): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const lines: string[] = [''];
      // A blank beside another blank must stay in its line: more than one would be folded to one.
      for (const word of line.split(/(?<=[^ ]) (?=[^ ])/)) {
        const last = lines.at(-1) as string;
        if (last === '') lines[lines.length - 1] = word;
        else if (last.length + 1 + word.length <= WIDTH) lines[lines.length - 1] = `${last} ${word}`;
        else lines.push(word);
      }
      return lines;
    })
    .map((line) => `${indent}${line}\n`)
    .join('');
}
