/**
 * What the probe can ask of an event, for the checks of rules: `decide` of the analysis in ../necessary.ts. Checks
 * that it does not know may have any value.
 */
import type { ByteString } from '../../events/bytes.ts';
import type {
  ContainerPredicate,
  NameParameters,
  NamePredicate,
  NameTexts,
  NumberPredicate,
  ProgramPredicate,
} from '../../events/event-filter.ts';
import { parameterIndex } from '../../events/parameters.ts';
import { type EventType, PARAMETER_SIZES } from '../../events/table.ts';
import type { Field, FieldCatalog, Scalar } from '../../fields/field.ts';
import { type Atom, AtomMaker } from '../index/atom.ts';
import { allOf, anyOf, type Check, type Decide, type Formula, predicate } from '../necessary.ts';
import { argumentQuestions, loopbackQuestions } from './number-questions.ts';

/** Some name of the file contains one of the texts. It never stands for that none does. */
export interface TextsPredicate {
  readonly kind: 'texts';
  readonly texts: NameTexts;
}

export type KernelPredicate =
  | NumberPredicate
  | NamePredicate
  | ProgramPredicate
  | ContainerPredicate
  | TextsPredicate;

/** What may be asked of the process that an event is of; more makes more terms. */
export interface ProcessQuestions {
  readonly programs: boolean;
  readonly containers: boolean;
}

/** `container.id` of what is in no container. */
const HOST = 'host';

/** The kernel keeps so many bytes of a thread's name. */
const COMM_LENGTH = 15;

/** Fields that show the file under one of its names, and nothing else, at events that open a file. */
const NAME_FIELDS: ReadonlySet<string> = new Set(['fd.name', 'fs.path.name']);
/** Operators that hold of the name when they hold of its directory or its last part. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  'fd.directory': ['startswith', 'contains'],
  'fd.filename': ['endswith', 'contains'],
};
/** Fields with the path as it was given. */
const RAW_NAME_FIELDS: ReadonlySet<string> = new Set(['fd.nameraw', 'fs.path.nameraw']);
/** Fields that no open has. */
const OTHER_FIELDS: ReadonlySet<string> = new Set([
  'fs.path.source',
  'fs.path.sourceraw',
  'fs.path.target',
  'fs.path.targetraw',
]);
const OPENS: ReadonlySet<string> = new Set(['open', 'openat', 'openat2', 'creat']);

// Flags as Falco's event schema numbers them (set `fileFlags`).
const O_RDONLY = 1n;
const O_WRONLY = 2n;
const O_CREAT = 4n;
const O_TMPFILE = 8192n;
const F_CREATED = 16_384n;
const ANY_EXECUTE = 0o111n;

/** Letters of `fd.type`, and of `fd.typechar` as the probe tells them: an IPv4 address may stand in an IPv6 socket. */
const KIND_LETTERS: Readonly<Record<string, string>> = {
  file: 'f',
  directory: 'd',
  ipv4: '46',
  ipv6: '6',
  unix: 'u',
  pipe: 'p',
  event: 'e',
  signalfd: 's',
  eventpoll: 'l',
  inotify: 'i',
  timerfd: 't',
  netlink: 'n',
  bpf: 'b',
  userfaultfd: 'u',
  io_uring: 'r',
  memfd: 'm',
  pidfd: 'P',
};
const PROTOCOLS: Readonly<Record<string, readonly number[]>> = {
  tcp: [6],
  udp: [17],
  icmp: [1, 58],
  raw: [255],
};

/** Parameters with the names of what an event of this type opens; `undefined` for events that open nothing. */
export function nameParameters(type: EventType): NameParameters | undefined {
  if (!OPENS.has(type.name)) return undefined;
  const given = parameterIndex(type, 'name');
  const base = extensionAt(type, 'base');
  const descriptor = extensionAt(type, 'fdinfo');
  return given < 0 || base < 0 || descriptor < 0 ? undefined : { given, base, descriptor };
}

function extensionAt({ parameters, extensions }: EventType, wanted: string): number {
  const index = extensions.findIndex(({ name }) => name === wanted);
  return index < 0 ? -1 : parameters.length + index;
}

/** Predicates of one event type. The same predicate is the same object wherever it occurs. */
export class KernelPredicates {
  readonly #type: EventType;
  readonly #names: NameParameters | undefined;
  readonly #atoms: AtomMaker;
  readonly #numbers = new Map<string, NumberPredicate>();
  readonly #asked: ProcessQuestions;
  readonly #programs = new Map<string, ProgramPredicate>();
  readonly #dots: NamePredicate = { kind: 'dots' };
  readonly #top: NamePredicate = { kind: 'top' };
  readonly #container: ContainerPredicate = { kind: 'container' };
  readonly decide: Decide<KernelPredicate> = (check, wanted) => this.#decide(check, wanted);

  constructor(type: EventType, catalog: FieldCatalog<Field>, asked: ProcessQuestions) {
    this.#asked = asked;
    this.#type = type;
    this.#names = nameParameters(type);
    this.#atoms = new AtomMaker(catalog);
  }

  /** The open has made the file that it opened, and the file's name ends with one of these. */
  createsNamed(fileNames: readonly ByteString[]): Formula<KernelPredicate> {
    const flags = parameterIndex(this.#type, 'flags');
    if (!this.#names || flags < 0 || fileNames.length === 0) return false;
    const texts = new Set(fileNames.map((name) => `${name}\0`));
    return allOf([this.#anyBit(flags, F_CREATED), predicate({ kind: 'texts', texts } as const)]);
  }

  /** The call has not failed. */
  succeeds(): Formula<KernelPredicate> {
    return this.#notNegative();
  }

  #decide(check: Check, wanted: boolean): Formula<KernelPredicate> {
    if (check.left.kind !== 'field') return true;
    if (check.left.argument !== undefined)
      return wanted && check.left.field.name === 'evt.arg' ? this.#argument(check) : true;
    const numeric = this.#number(check, check.left.field.name, wanted);
    if (numeric !== undefined) return numeric;
    if (this.#names && OTHER_FIELDS.has(check.left.field.name)) return !wanted;
    if (!wanted || !this.#names) return true;
    const part = belowPaths(check, check.left.field.name) ?? partOfName(check, check.left.field.name);
    return part === undefined ? this.#ofAtoms(this.#atoms.decide(check, true)) : part;
  }

  /** What the candidate index asks of names, as texts in names. Sound wherever it is, since nothing is negated. */
  #ofAtoms(formula: Formula<Atom>): Formula<KernelPredicate> {
    if (typeof formula === 'boolean') return formula;
    if (formula.kind !== 'literal') {
      const operands = formula.operands.map((operand) => this.#ofAtoms(operand));
      return formula.kind === 'and' ? allOf(operands) : joinTexts(operands);
    }
    const atom = formula.predicate;
    if (!formula.holds || atom.kind !== 'relation' || typeof atom.literal !== 'string') return true;
    const { key } = atom.subject;
    if (key === 'fd.directory' && atom.relation === 'equals' && atom.literal === '/')
      return predicate(this.#top);
    if (NAME_FIELDS.has(key)) {
      const text = textOf(atom.relation, atom.literal);
      return text === undefined ? true : predicate({ kind: 'texts', texts: new Set([text]) } as const);
    }
    if (RAW_NAME_FIELDS.has(key) && atom.relation !== 'contains in any case')
      return atom.literal.includes('../') ? predicate(this.#dots) : true;
    return true;
  }

  #number(check: Check, field: string, wanted: boolean): Formula<KernelPredicate> | undefined {
    switch (field) {
      case 'evt.rawres':
        return this.#result(check, wanted);
      case 'fd.num':
        if (this.#names) return this.#type.flags.has('USES_FD') ? undefined : this.#result(check, wanted);
        return this.#descriptorNumber(check, wanted);
      case 'evt.res':
        return this.#resultText(check, wanted);
      case 'evt.failed':
        return this.#flag(
          check,
          wanted,
          () => this.#negative(),
          () => this.#notNegative(),
        );
      case 'evt.is_open_read':
        return this.#openFlags(check, wanted, O_RDONLY);
      case 'evt.is_open_write':
        return this.#openFlags(check, wanted, O_WRONLY);
      case 'evt.is_open_create':
        return this.#openFlags(check, wanted, F_CREATED | O_TMPFILE);
      case 'evt.is_open_exec':
        return this.#flag(check, wanted, () => this.#createsExecutable());
      case 'fd.type':
        return this.#kind(check, wanted, (name) => KIND_LETTERS[name]);
      case 'fd.typechar':
        return this.#kind(check, wanted, (letter) =>
          letter.length !== 1 ? undefined : letter === '4' ? '46' : letter,
        );
      case 'fd.l4proto':
        return this.#protocol(check, wanted);
      case 'fd.net':
      case 'fd.cnet':
      case 'fd.snet':
      case 'fd.lnet':
      case 'fd.rnet':
        return anyOrTrue(
          loopbackQuestions(check, wanted, this.#type)?.map((asked) => opposite(this.#ask(asked))),
        );
      case 'proc.name':
        return this.#program(check, wanted);
      case 'container.id':
        return this.#inContainer(check, wanted);
      default:
        return undefined;
    }
  }

  /**
   * A check of a field that is true or false; `necessary` is what holds whenever it is true, `otherwise` whenever it
   * is false.
   */
  #flag(
    check: Check,
    wanted: boolean,
    necessary: () => Formula<KernelPredicate>,
    otherwise: () => Formula<KernelPredicate> = () => true,
  ): Formula<KernelPredicate> {
    const literals = equalTo(check);
    if (literals?.length !== 1 || typeof literals[0] !== 'boolean') return true;
    return literals[0] === wanted ? necessary() : otherwise();
  }

  #openFlags(check: Check, wanted: boolean, flags: bigint): Formula<KernelPredicate> {
    return this.#flag(check, wanted, () => {
      const index = this.#flagsIndex();
      return index < 0 ? true : this.#anyBit(index, flags);
    });
  }

  #createsExecutable(): Formula<KernelPredicate> {
    const mode = parameterIndex(this.#type, 'mode');
    const flags = this.#flagsIndex();
    if (!this.#names || mode < 0) return true;
    const executable = this.#anyBit(mode, ANY_EXECUTE);
    return flags < 0 ? executable : allOf([executable, this.#anyBit(flags, O_CREAT | O_TMPFILE)]);
  }

  #flagsIndex(): number {
    const opens = OPENS.has(this.#type.name) || this.#type.name === 'open_by_handle_at';
    return opens ? parameterIndex(this.#type, 'flags') : -1;
  }

  /** Which sign the result must have, and which descriptors it may be. */
  #result(check: Check, wanted: boolean): Formula<KernelPredicate> {
    if (!wanted || check.kind === 'exists' || check.right.kind !== 'values') return true;
    const { values } = check.right;
    if (
      values.length === 0 ||
      !values.every((value) => typeof value === 'number' || typeof value === 'bigint')
    )
      return true;
    const [first = 0] = values as (number | bigint)[];
    const isAlone = values.length === 1;
    switch (check.operator) {
      case '=':
      case 'in':
        if (check.kind === 'scalar' && !isAlone && check.modifier !== 'anyof') return true;
        if (values.every((value) => Number(value) >= 0))
          return allOf([this.#notNegative(), this.#resultAmong(values.map(Number))]);
        return values.every((value) => Number(value) < 0) ? this.#negative() : true;
      case '>':
        return isAlone && first >= -1 ? this.#notNegative() : true;
      case '>=':
        return isAlone && first >= 0 ? this.#notNegative() : true;
      case '<':
        return isAlone && first <= 0 ? this.#negative() : true;
      case '<=':
        return isAlone && first < 0 ? this.#negative() : true;
      default:
        return true;
    }
  }

  #resultAmong(numbers: readonly number[]): Formula<KernelPredicate> {
    const [first] = this.#type.parameters;
    if (this.#notNegative() === true || first?.type !== 'FD') return true;
    return this.#amongSmall(0, numbers);
  }

  #resultText(check: Check, wanted: boolean): Formula<KernelPredicate> {
    const literals = equalTo(check);
    if (!wanted || literals === undefined) return true;
    if (literals.every((literal) => literal === 'SUCCESS')) return this.#notNegative();
    return literals.includes('SUCCESS') ? true : this.#negative();
  }

  #notNegative(): Formula<KernelPredicate> {
    const { kind, code, parameters } = this.#type;
    const width = PARAMETER_SIZES[parameters[0]?.type ?? 'CHARBUF'];
    // Code 1 is that of calls without an event of their own, which tells no result.
    if (kind !== 'SYSCALL' || code === 1 || code % 2 === 0 || (width !== 4 && width !== 8)) return true;
    return this.#ask({
      kind: 'number',
      parameter: 0,
      offset: 0,
      width,
      operation: 'not negative',
      operand: 0n,
    });
  }

  #negative(): Formula<KernelPredicate> {
    return opposite(this.#notNegative());
  }

  #kind(
    check: Check,
    wanted: boolean,
    lettersOf: (literal: string) => string | undefined,
  ): Formula<KernelPredicate> {
    const literals = equalTo(check);
    if (!wanted || literals === undefined) return true;
    const letters = literals.map((literal) => lettersOf(String(literal)));
    return letters.includes(undefined) ? true : this.#kindAmong(letters.join(''));
  }

  #kindAmong(letters: string): Formula<KernelPredicate> {
    const parameter = this.#type.extensions.findIndex(({ type }) => type === 'DESCRIPTOR');
    if (parameter < 0) return true;
    let operand = 0n;
    for (const letter of letters) operand |= 1n << BigInt(letter.charCodeAt(0) % 64);
    return this.#inDescriptor(0, operand);
  }

  #protocol(check: Check, wanted: boolean): Formula<KernelPredicate> {
    const literals = equalTo(check);
    if (!wanted || literals === undefined) return true;
    let operand = 0n;
    for (const literal of literals) {
      const protocols = PROTOCOLS[String(literal)];
      if (protocols === undefined) return true;
      for (const protocol of protocols) operand |= 1n << BigInt(protocol % 64);
    }
    return allOf([this.#kindAmong('46'), this.#inDescriptor(1, operand)]);
  }

  /** The field has no other value than the name that the probe was the last to tell. */
  #program(check: Check, wanted: boolean): Formula<KernelPredicate> {
    const literals = equalTo(check);
    if (!wanted || literals === undefined || !this.#asked.programs) return true;
    const names = literals.map(String).filter((name) => name.length <= COMM_LENGTH && !name.includes('\0'));
    const key = names.sort().join('\n');
    const known = this.#programs.get(key) ?? ({ kind: 'program', names: new Set(names) } as const);
    this.#programs.set(key, known);
    return predicate<KernelPredicate>(known);
  }

  /** The id is not `host`. Of what is no process the kernel knows no place, so that it may be in a container. */
  #inContainer(check: Check, wanted: boolean): Formula<KernelPredicate> {
    if (!this.#asked.containers || check.kind === 'exists' || check.right.kind !== 'values') return true;
    const isHost = check.right.values.length > 0 && check.right.values.every((value) => value === HOST);
    const isUnequal = check.kind === 'scalar' && check.operator === '!=' && check.right.values.length === 1;
    const literals = equalTo(check);
    const mustBe = wanted
      ? (isUnequal && isHost) || (literals !== undefined && !literals.includes(HOST))
      : literals !== undefined && isHost;
    return mustBe ? predicate<KernelPredicate>(this.#container) : true;
  }

  #inDescriptor(offset: number, operand: bigint): Formula<KernelPredicate> {
    const index = this.#type.extensions.findIndex(({ type }) => type === 'DESCRIPTOR');
    if (index < 0) return true;
    const parameter = this.#type.parameters.length + index;
    return this.#ask({
      kind: 'number',
      parameter,
      offset,
      width: 1,
      operation: 'in set',
      operand,
      late: true,
    });
  }

  #argument(check: Check): Formula<KernelPredicate> {
    return anyOrTrue(argumentQuestions(check, this.#type, equalTo(check))?.map((asked) => this.#ask(asked)));
  }

  /** Small numbers; greater ones may seem to be in the set. */
  #descriptorNumber(check: Check, wanted: boolean): Formula<KernelPredicate> {
    const index = parameterIndex(this.#type, 'fd');
    const literals = equalTo(check)?.map(Number);
    if (!wanted || literals === undefined) return true;
    const { flags, parameters } = this.#type;
    if (!flags.has('USES_FD') || flags.has('CREATES_FD') || parameters[index]?.type !== 'FD') return true;
    return this.#amongSmall(index, literals);
  }

  /** The descriptor is one of these, as far as a set can tell: greater ones than its size may seem to be in it. */
  #amongSmall(parameter: number, numbers: readonly number[]): Formula<KernelPredicate> {
    if (!numbers.every((number) => Number.isInteger(number) && number >= 0 && number < 64)) return true;
    let operand = 0n;
    for (const number of numbers) operand |= 1n << BigInt(number);
    return this.#ask({ kind: 'number', parameter, offset: 0, width: 8, operation: 'in set', operand });
  }

  #anyBit(parameter: number, operand: bigint): Formula<KernelPredicate> {
    const width = PARAMETER_SIZES[this.#type.parameters[parameter]?.type ?? 'CHARBUF'];
    if (width !== 1 && width !== 2 && width !== 4 && width !== 8) return true;
    return this.#ask({ kind: 'number', parameter, offset: 0, width, operation: 'any bit', operand });
  }

  #ask(question: NumberPredicate): Formula<KernelPredicate> {
    const { parameter, offset, width, operation, operand } = question;
    const key = `${parameter} ${offset} ${width} ${operation} ${operand}`;
    const known = this.#numbers.get(key) ?? question;
    this.#numbers.set(key, known);
    return predicate<KernelPredicate>(known);
  }
}

/** The predicate has the other value. */
function opposite(formula: Formula<KernelPredicate>): Formula<KernelPredicate> {
  return typeof formula !== 'boolean' && formula.kind === 'literal'
    ? { ...formula, holds: !formula.holds }
    : true;
}

function anyOrTrue(formulas: readonly Formula<KernelPredicate>[] | undefined): Formula<KernelPredicate> {
  return formulas === undefined ? true : anyOf(formulas);
}

/** The literals of which the field must be one; `undefined` for other checks. */
function equalTo(check: Check): readonly Scalar[] | undefined {
  if (check.kind === 'exists' || check.right.kind !== 'values') return undefined;
  const { values } = check.right;
  if (values.length === 0) return undefined;
  const isIn = check.kind === 'list' && check.operator === 'in';
  const isEqual =
    check.kind === 'scalar' && check.operator === '=' && (values.length === 1 || check.modifier === 'anyof');
  if (!isIn && !isEqual) return undefined;
  return values.every((value) => typeof value !== 'object') ? (values as readonly Scalar[]) : undefined;
}

/**
 * What holds of the name when a check of its directory or its last part does. The part `/` also stands for "no slash
 * in the name". `undefined` for other checks.
 */
function partOfName(check: Check, field: string): Formula<KernelPredicate> | undefined {
  const operators = PARTS[field];
  if (check.kind !== 'scalar' || !operators?.includes(check.operator)) return undefined;
  if (check.right.kind !== 'values' || check.right.values.length !== 1) return undefined;
  const [literal] = check.right.values;
  if (typeof literal !== 'string' || literal === '' || literal === '/') return undefined;
  const relation = { startswith: 'starts', endswith: 'ends' }[check.operator as string] ?? check.operator;
  const text = textOf(relation, literal);
  return text === undefined ? undefined : predicate({ kind: 'texts', texts: new Set([text]) } as const);
}

/**
 * Names that the paths of `pmatch` are or that lie below them. Of a path with a shell pattern what stands before that
 * must be there. `undefined` for other checks, and for patterns in the first component.
 */
function belowPaths(check: Check, field: string): Formula<KernelPredicate> | undefined {
  if (check.kind !== 'list' || check.operator !== 'pmatch' || !NAME_FIELDS.has(field)) return undefined;
  if (check.right.kind !== 'values') return undefined;
  const texts = new Set<ByteString>();
  for (const path of check.right.values) {
    if (typeof path !== 'string' || path.includes('\0')) return undefined;
    const components = path.split('/').filter((component) => component !== '');
    const pattern = components.findIndex((component) => /[?*[\\]/.test(component));
    const plain = pattern < 0 ? components : components.slice(0, pattern);
    if (plain.length === 0) return undefined;
    const start = `\0/${plain.join('/')}`;
    texts.add(`${start}/`);
    if (pattern < 0) texts.add(`${start}\0`);
  }
  return texts.size === 0 ? undefined : predicate({ kind: 'texts', texts } as const);
}

/** `undefined` for relations to names that the probe cannot decide. */
function textOf(relation: string, literal: ByteString): ByteString | undefined {
  if (literal.includes('\0')) return undefined;
  switch (relation) {
    case 'equals':
      return `\0${literal}\0`;
    case 'starts':
      return `\0${literal}`;
    case 'ends':
      return `${literal}\0`;
    case 'contains':
      return literal;
    default:
      return undefined;
  }
}

/** Disjunction in which texts become one set. */
function joinTexts(operands: readonly Formula<KernelPredicate>[]): Formula<KernelPredicate> {
  const texts = new Set<ByteString>();
  const others: Formula<KernelPredicate>[] = [];
  for (const operand of operands) {
    if (typeof operand !== 'boolean' && operand.kind === 'literal' && operand.predicate.kind === 'texts')
      for (const text of operand.predicate.texts) texts.add(text);
    else others.push(operand);
  }
  return anyOf(texts.size === 0 ? others : [...others, predicate({ kind: 'texts', texts } as const)]);
}
