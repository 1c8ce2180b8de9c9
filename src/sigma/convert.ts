/** Sigma's rules to Lanner's: each is converted, converted in part, or not, and then it is said why. */
import type { RuleEnvironment } from '../rules/environment.ts';
import { isError, loadRules, type RuleFile } from '../rules/load.ts';
import type { Location } from '../rules/location.ts';
import {
  authorOf,
  changedOn,
  isAboutReading,
  LEVELS,
  type Level,
  levelOf,
  PRIORITIES,
  remarksOf,
  type Status,
  statusOf,
  tagsOf,
} from './attributes.ts';
import type { AuditKinds } from './auditd.ts';
import {
  DocumentError,
  mapAt,
  readDocuments,
  type SigmaDocument,
  textAt,
  type Unreadable,
} from './documents.ts';
import { allOf, type Expression, not, words } from './expression.ts';
import { applies, type Filter, filterOf } from './filters.ts';
import { CATEGORIES, logSource } from './log-sources.ts';
import type { LogSource } from './places.ts';
import { detectionsOf, type Placeholders, translate } from './translate.ts';
import { macrosOf, ruleFile, ruleText, type WrittenRule } from './write.ts';

export interface ConversionOptions {
  readonly minLevel: Level;
  readonly statuses: ReadonlySet<Status>;
  /** Rules that were last changed before this day (YYYY-MM-DD) are left aside. */
  readonly changedSince: string | undefined;
  readonly placeholders: Placeholders;
  /** Rules for logs of any kind are taken for rules on command lines. */
  readonly logWords: boolean;
  /** Stands before the names of all rules. */
  readonly prefix: string;
}

/** Something that was not converted, and why. */
export interface Reason {
  readonly location: Location;
  readonly message: string;
}

export interface ConvertedRule {
  readonly outcome: 'converted' | 'in part' | 'not converted';
  readonly title: string;
  readonly id: string | undefined;
  readonly location: Location;
  /** Category or service. */
  readonly source: string;
  /** Name of the rule that it has become. */
  readonly name: string | undefined;
  readonly reasons: readonly Reason[];
}

export interface Conversion {
  /** The rule file. */
  readonly text: string;
  /** All rules that were tried, in the order of the files. */
  readonly rules: readonly ConvertedRule[];
  /** Files, or documents in them, that cannot be read. */
  readonly unreadable: readonly Unreadable[];
  /** How many documents were not tried, by why. */
  readonly leftAside: ReadonlyMap<string, number>;
}

/** A rule that has become one, but for its name. */
interface Draft {
  readonly document: SigmaDocument;
  readonly source: LogSource;
  readonly expression: Expression;
  readonly reasons: readonly Reason[];
  readonly isPart: boolean;
}

/** Converts all rules of the files. Bad ones are told in the result; nothing is thrown for them. */
export function convertSigma(
  files: readonly RuleFile[],
  environment: RuleEnvironment,
  options: ConversionOptions,
): Conversion {
  const unreadable: Unreadable[] = [];
  const documents = files.flatMap((file) => {
    const read = readDocuments(file);
    unreadable.push(...read.unreadable);
    return read.documents;
  });
  const leftAside = new Map<string, number>();
  const tried = documents.filter((document) => {
    const why = whyAside(document, options);
    if (why !== undefined) leftAside.set(why, (leftAside.get(why) ?? 0) + 1);
    return why === undefined;
  });
  const filters = documents.flatMap((document) => (document.kind === 'filter' ? filterOf(document) : []));
  const drafts = new Map<SigmaDocument, Draft | ConvertedRule>();
  for (const document of tried) drafts.set(document, draftOf(document, filters, options));
  const names = nameAll([...drafts.values()].filter(isDraft), options.prefix);
  const written: { rule: WrittenRule; level: number }[] = [];
  const rules = [...drafts.values()].map((draft): ConvertedRule => {
    if (!isDraft(draft)) return draft;
    const rule = writtenRule(draft, names.get(draft) as string);
    const error = firstError(rule, environment);
    if (error !== undefined)
      return refused(draft.document, draft.source.name, [reasonAt(draft.document, error)]);
    written.push({ rule, level: LEVELS.indexOf(levelOf(draft.document)) });
    const { document, reasons, isPart, source } = draft;
    return {
      ...identity(document, source.name),
      outcome: isPart ? 'in part' : 'converted',
      name: rule.name,
      reasons,
    };
  });
  // The most severe first: without `rule_matching: all` only the first that matches alerts.
  written.sort((left, right) => right.level - left.level || compareTexts(left.rule.name, right.rule.name));
  return { text: ruleFile(written.map(({ rule }) => rule)), rules, unreadable, leftAside };
}

function isDraft(draft: Draft | ConvertedRule): draft is Draft {
  return 'expression' in draft;
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Why a document is not tried at all. */
function whyAside(document: SigmaDocument, options: ConversionOptions): string | undefined {
  const { product, category } = document.logsource;
  if (document.kind === 'filter') return 'filters, which are applied to the rules that they name';
  if (document.kind === 'correlation') return undefined;
  if (product !== undefined && product !== 'linux') return `for ${product}`;
  // Logs of proxies, web servers, firewalls: rules for those name no product.
  if (product === undefined && category !== undefined && !CATEGORIES.has(category))
    return `for no product, of category ${category}`;
  const status = statusOf(document);
  if (!options.statuses.has(status)) return `with status ${status}`;
  const level = levelOf(document);
  if (LEVELS.indexOf(level) < LEVELS.indexOf(options.minLevel)) return `of level ${level}`;
  const changed = changedOn(document);
  if (options.changedSince !== undefined && (changed === undefined || changed < options.changedSince))
    return `not changed since ${options.changedSince}`;
  return undefined;
}

function draftOf(
  document: SigmaDocument,
  filters: readonly Filter[],
  { placeholders, logWords }: ConversionOptions,
): Draft | ConvertedRule {
  const { category, service } = document.logsource;
  const name = service ?? category ?? (document.kind === 'correlation' ? 'correlation' : 'any log');
  try {
    if (document.map.entries.has('action'))
      throw new DocumentError(
        'several rules in one with "action" are an old form: write them out',
        document.location,
      );
    if (document.title === '') throw new DocumentError('the rule has no title', document.location);
    if (document.kind === 'correlation')
      throw new DocumentError('a correlation of several events cannot be expressed', document.location);
    if (!document.map.entries.has('logsource'))
      throw new DocumentError('the rule has no logsource', document.location);
    const source = logSource(document.logsource, auditKinds(document), logWords);
    if (typeof source === 'string') throw new DocumentError(source, document.location);
    return translated(document, source, filters, placeholders);
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error;
    return refused(document, name, [error]);
  }
}

function translated(
  document: SigmaDocument,
  source: LogSource,
  filters: readonly Filter[],
  placeholders: Placeholders,
): Draft | ConvertedRule {
  const applied = filters.filter((filter) => applies(filter, document));
  const own = translate(document, mapAt(document, 'detection'), source, placeholders, applied.length > 0);
  const leftOut = [...own.leftOut];
  let { expression } = own;
  for (const { document: from, body, keeps } of applied) {
    const filter = translate(from, body, source, placeholders, false);
    expression = allOf([expression, keeps ? filter.expression : not(filter.expression)]);
    leftOut.push(...filter.leftOut.map((each) => ({ ...each, excepts: each.excepts === keeps })));
  }
  const reasons = distinct(
    leftOut.map(({ location, message, excepts }) => ({
      location,
      message: excepts ? `${message}; what it excepts alerts` : message,
    })),
  );
  if (typeof expression === 'boolean') {
    const what = expression ? 'every event would match' : 'no event of Lanner’s can match';
    return refused(document, source.name, reasons.length > 0 ? reasons : [reasonAt(document, what)]);
  }
  const { instead } = source;
  const all = instead === undefined ? reasons : [reasonAt(document, instead), ...reasons];
  return { document, source, expression, reasons: all, isPart: all.length > 0 };
}

/** What a rule for auditd says of the records that it wants. */
function auditKinds(document: SigmaDocument): AuditKinds {
  const types = new Set<string>();
  const calls: string[] = [];
  const fields = new Set<string>();
  const body = document.map.entries.get('detection')?.value;
  const nodes = body?.kind === 'map' ? [...detectionsOf(body).values()] : [];
  for (const node of nodes.flatMap((each) => (each.kind === 'sequence' ? each.items : [each]))) {
    if (node.kind !== 'map') continue;
    for (const [key, { value }] of node.entries) {
      const field = key.split('|', 1)[0] as string;
      fields.add(field);
      for (const each of value.kind === 'sequence' ? value.items : [value]) {
        if (each.kind !== 'scalar') continue;
        if (field === 'type') types.add(each.text.text.toUpperCase());
        else if (/^syscall$/i.test(field) && /^[a-z]\w*$/i.test(each.text.text)) calls.push(each.text.text);
      }
    }
  }
  return { types, calls, fields, isAboutReading: isAboutReading(document) };
}

/** A name for each: the title, and the beginning of the id where several rules have it. */
function nameAll(drafts: readonly Draft[], prefix: string): Map<Draft, string> {
  const titles = new Map<string, number>();
  for (const { document } of drafts) titles.set(document.title, (titles.get(document.title) ?? 0) + 1);
  const names = new Map<Draft, string>();
  const taken = new Set<string>();
  for (const draft of drafts) {
    const { title, id } = draft.document;
    const isShared = (titles.get(title) as number) > 1;
    const wanted = `${prefix}${title}${isShared && id !== undefined ? ` (${id.slice(0, 8)})` : ''}`;
    let name = wanted;
    for (let count = 2; taken.has(name); count++) name = `${wanted} (${count})`;
    taken.add(name);
    names.set(draft, name);
  }
  return names;
}

/** What every alert tells of the process. */
const TOLD = [
  ...['user=%user.name', 'uid=%user.uid', 'login_uid=%user.loginuid', 'process=%proc.name'],
  ...['exe=%proc.exepath', 'command=%proc.exeline', 'pid=%proc.pid', 'parent_exe=%proc.pexepath'],
  ...['parent_command=%proc.pcmdline', 'directory=%proc.cwd', 'container_id=%container.id'],
];

function writtenRule({ document, source, expression, reasons }: Draft, name: string): WrittenRule {
  const author = authorOf(document);
  const origin = [
    ...(document.id === undefined ? [] : [`sigma_id=${plain(document.id)}`]),
    ...(author === undefined ? [] : [`sigma_author=${plain(author)}`]),
  ];
  return {
    name,
    description: textAt(document.map, 'description') ?? document.title,
    output: [`Sigma: ${plain(document.title)} |`, ...source.tells, ...TOLD, ...origin].join(' '),
    priority: PRIORITIES[levelOf(document)],
    tags: tagsOf(document, source.tag),
    condition: words(allOf([source.events, expression])),
    remarks: [...remarksOf(document), ...reasons.map(({ message }) => `left out: ${message}`)],
  };
}

/** A percent sign begins a field in outputs, and there is no way to write one. */
function plain(text: string): string {
  return text.replaceAll('%', '\uff05');
}

/** What the rule language finds wrong with a rule; a converted rule must not spoil the file that it stands in. */
function firstError(rule: WrittenRule, environment: RuleEnvironment): string | undefined {
  const text = `${macrosOf(rule)}\n\n${ruleText(rule)}\n`;
  const { problems, ruleSet } = loadRules([{ name: 'converted', text }], environment);
  const error = problems.find(isError);
  if (error !== undefined) return `Lanner's rule language refuses what it has become: ${error.message}`;
  return ruleSet.rules.length === 1 ? undefined : "Lanner's rule language leaves out what it has become";
}

function reasonAt({ location }: SigmaDocument, message: string): Reason {
  return { location, message };
}

function refused(document: SigmaDocument, source: string, reasons: readonly Reason[]): ConvertedRule {
  const plainReasons = reasons.map(({ location, message }) => ({ location, message }));
  return { ...identity(document, source), outcome: 'not converted', name: undefined, reasons: plainReasons };
}

function identity({ title, id, location }: SigmaDocument, source: string) {
  return { title, id, location, source };
}

function distinct(reasons: readonly Reason[]): Reason[] {
  const byText = new Map<string, Reason>();
  for (const reason of reasons) {
    const key = `${reason.location.offset} ${reason.message}`;
    if (!byText.has(key)) byText.set(key, reason);
  }
  return [...byText.values()];
}
