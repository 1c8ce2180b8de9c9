/**
 * What the console's API answers, version 1: the contract between the server and its clients. Types alone, nothing
 * is imported, so that a browser's client can take them with `import type`.
 *
 * Conventions. Bodies are JSON in UTF-8. Times are microseconds since the epoch where nothing else is said; they are
 * whole and exact as numbers. Every text that comes from an alert is untrusted: the client renders it as text and
 * nothing else. A status of 400 and above comes with {@link ApiError}; 401 means that the token is needed (or the
 * cookie has run out), 403 that the request must not come from there or this user may not, 409 that something has
 * changed in the meantime, 413 and 429 that a limit is reached, 503 that a feature is not there (with its reason).
 * Lists are bounded; `next` of a page is the `cursor` of the following one.
 *
 * Pages are made in the browser, so a GET of any path outside of `/api/` and `/assets/`, such as `/`, `/alerts/42` or
 * `/rules/NAME` (encodeURIComponent), answers `build/console/index.html` (not to be kept by browsers without asking).
 * What lies in `build/console/assets/` has a hash in its name: browsers may keep it for ever.
 */

/** Any answer with a status of 400 and above. */
export interface ApiError {
  readonly error: {
    /** One line for people: what is wrong, and what to do. */
    readonly message: string;
    /** Why rules were not taken; where the request was about rules. */
    readonly problems?: readonly RuleProblem[];
    /** Milliseconds after which it is worth to try again; of 429. */
    readonly retryAfterMs?: number;
  };
}

/** From the most to the least severe. */
export type PriorityName =
  | 'Emergency'
  | 'Alert'
  | 'Critical'
  | 'Error'
  | 'Warning'
  | 'Notice'
  | 'Informational'
  | 'Debug';

// ---------------------------------------------------------------------------------------------- session

/**
 * `GET /api/session`: always 200. `POST /api/session` takes {@link SignIn}: 200 with a Session and a cookie, 401, or
 * 429 after too many wrong tokens. `DELETE /api/session` ends the cookie's session: 200 with a Session.
 */
export interface Session {
  /** Whether the other routes answer. Everything below `signedIn` is there only then. */
  readonly signedIn: boolean;
  /** `user`: let in as root or the user that Lanner runs as, on this machine; `token`: by a cookie. */
  readonly by?: 'user' | 'token';
  /** Name of the user on the other end, where it is known. */
  readonly user?: string;
  /** Whether rules may be changed: otherwise the reason is that of `features.editing`. */
  readonly mayEdit?: boolean;
  readonly version?: string;
  readonly hostname?: string;
  /** The server's clock. */
  readonly now?: number;
  /** When this Lanner started. */
  readonly started?: number;
  readonly features?: Features;
}

export interface SignIn {
  readonly token: string;
}

/** What this server has; what it has not answers 503 with the same reason. */
export interface Features {
  /** Alerts of the past: lists, timeline, counts. */
  readonly store: Feature;
  /** A running engine: live alerts, health, costs of rules. */
  readonly live: Feature;
  /** The rules: list, source, validation, ATT&CK. */
  readonly rules: Feature;
  /** Writing the console's own file of rules, turning rules on and off. */
  readonly editing: Feature;
  /** Trying rules against recordings. */
  readonly recordings: Feature;
}

export interface Feature {
  readonly available: boolean;
  /** Why it is not there and what to do, in one line. */
  readonly reason?: string;
}

// ----------------------------------------------------------------------------------------------- alerts

/**
 * The names of filters, in the query of `/api/alerts`, `/api/timeline`, `/api/counts`, `/api/stream` and the URL of
 * the client's pages; `lanner alerts` has the same as options. Those with `[]` may be given several times: one of
 * them fits. `*` in a name stands for any text. A parameter of another name is an error (400).
 */
export interface AlertFilter {
  /** ISO 8601, or an age such as `24h`, `7d`: from then on. */
  readonly since?: string;
  /** The same; before then. */
  readonly until?: string;
  /** Rules, `[]`. */
  readonly rule?: readonly string[];
  /** This one and more severe ones. */
  readonly priority?: PriorityName;
  /** `syscall`, `k8s_audit`, `internal`; `[]`. */
  readonly source?: readonly string[];
  /** Names or ids (twelve digits or more) of containers, `[]`. */
  readonly container?: readonly string[];
  readonly pod?: readonly string[];
  /** `proc.name`, `[]`. */
  readonly process?: readonly string[];
  /** Tags, `[]`: alerts of rules that had one of them when they last fired. */
  readonly tag?: readonly string[];
  /** Words that all occur, each the beginning of one; several in double quotes follow one another. */
  readonly text?: string;
}

/** An alert in lists and in the stream. */
export interface AlertItem {
  /** Of the store, ascending in the order of storing; unique in this store. */
  readonly id: number;
  /** Of the event. */
  readonly time: number;
  readonly rule: string;
  readonly priority: PriorityName;
  /** Without time and priority, control characters as the rule's output has them. At most 2,000 characters. */
  readonly message: string;
  readonly source: string;
  readonly tags: readonly string[];
  readonly hostname: string;
  /** `null`: not in a container, or not known. */
  readonly container: { readonly id: string; readonly name: string | null } | null;
  readonly pod: { readonly name: string; readonly namespace: string | null } | null;
  /** `proc.name` */
  readonly process: string | null;
}

/** `GET /api/alerts?FILTER&limit=1..500&cursor=`: newest first. */
export interface AlertPage {
  readonly alerts: readonly AlertItem[];
  /** `cursor` of the next page; `null` after the last. */
  readonly next: string | null;
  /** The highest id of the store: alerts with a higher one came later (give it to the stream as `after`). */
  readonly last: number;
}

/** `GET /api/alerts/ID`; 404 when it is not, or no longer, in the store. */
export interface AlertDetail {
  readonly alert: AlertItem;
  /** The whole message. */
  readonly message: string;
  /** The line of JSON as Falco writes it, to be copied. */
  readonly json: string;
  /** `output_fields`, sorted by name. */
  readonly fields: readonly AlertField[];
  /** What only the moment knew; `null` when nothing was kept. */
  readonly evidence: AlertEvidence | null;
  /** Why there is no evidence, in one line. */
  readonly evidenceReason?: string;
  /** The rule as it is now; `null` when there is none of the name any more. */
  readonly rule: AlertRule | null;
  /** Alerts before this one of the same container, and of the same process name outside of it; newest first, 20 at most. */
  readonly earlier: readonly AlertItem[];
  /** Other alerts of the same rule and the same process name, newest first, 20 at most. */
  readonly similar: readonly AlertItem[];
  /** How many alerts of the rule there are with the same process name, this one too; 10,000 at most. */
  readonly similarCount: number;
  /** The command that proposes exceptions for alerts of this rule. */
  readonly tuneCommand: string;
}

export interface AlertField {
  readonly name: string;
  readonly value: string | number | boolean | null | readonly (string | number)[];
  /** What the field means; absent where it is not among the engine's. */
  readonly about?: string;
}

export interface AlertRule {
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly source: SourceText;
}

/** A piece of a rule file. */
export interface SourceText {
  readonly file: string;
  /** Of its first line, from 1. */
  readonly line: number;
  readonly text: string;
}

/** What was kept with an alert when it was made. */
export interface AlertEvidence {
  /** The process of the event first, then its parent, and so on up. */
  readonly processes: readonly EvidenceProcess[];
  /** Why there are none although the event had some. */
  readonly processesReason?: string;
  /** What was known of the containers of these processes. */
  readonly containers: readonly EvidenceContainer[];
  /** Whether the rule's condition has changed since, so that it is not the one below. `null`: that cannot be told. */
  readonly ruleChanged: boolean | null;
  /** The rule's condition with what was true; `null` when it was not judged, for `conditionReason`. */
  readonly condition: EvidencePart | null;
  readonly conditionReason?: string;
  /** Of audit events: who, from where, on what. */
  readonly audit?: readonly { readonly name: string; readonly value: string }[];
  /** Something was left out, since it was too large. */
  readonly isCut: boolean;
}

/** What is not known is `null`. */
export interface EvidenceProcess {
  readonly pid: number;
  readonly name: string;
  readonly executable: string | null;
  readonly commandLine: string | null;
  /** Name of the user, or its number where it has none. */
  readonly user: string | null;
  readonly started: number | null;
  /** Id of the container, one of `containers` where anything is known of it. */
  readonly container: string | null;
  readonly tty: string | null;
}

/** What is not known is `null`. */
export interface EvidenceContainer {
  readonly id: string;
  readonly name: string | null;
  readonly image: string | null;
  readonly pod: string | null;
  readonly namespace: string | null;
}

/** A part of a condition at the event. A macro has one operand: what it stands for. */
export interface EvidencePart {
  readonly kind: 'and' | 'or' | 'not' | 'macro' | 'check';
  /** A check as it is written; the name of a macro; otherwise the kind. */
  readonly text: string;
  readonly holds: boolean;
  /** Of a check: the value of its left side, `null` when the event had none. */
  readonly value?: string | null;
  readonly operands?: readonly EvidencePart[];
}

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column?: number;
}

/** `GET /api/timeline?FILTER&spans=10..500`: counts in spans of equal length, without those that have none. */
export interface Timeline {
  /** What the spans cover: `since` and `until` of the filter, or the oldest alert and now. Multiples of `span`. */
  readonly from: number;
  readonly to: number;
  /** Microseconds. */
  readonly span: number;
  readonly spans: readonly {
    /** Its beginning. */
    readonly time: number;
    /** By priority, Emergency first: eight numbers. */
    readonly counts: readonly number[];
  }[];
  readonly total: number;
}

/** `GET /api/counts?by=rule|priority|container|pod|process&FILTER&limit=1..200`: the most frequent first. */
export interface Counts {
  readonly by: 'rule' | 'priority' | 'container' | 'pod' | 'process';
  readonly counts: readonly { readonly name: string; readonly count: number }[];
  /** Names that are not listed, and their alerts. */
  readonly others: { readonly names: number; readonly count: number };
}

/**
 * `GET /api/stream?FILTER&after=ID`: Server-Sent Events; `since` and `until` mean nothing here. Begins behind the header
 * `Last-Event-ID`, else behind `after`, else with what comes from now on.
 *
 * | event | id | data |
 * |---|---|---|
 * | `alert` | that of the alert | {@link AlertItem} |
 * | `missed` | that of the last alert | {@link Missed}: reload the list |
 * | `health` | none | {@link HealthBrief}, every two seconds, where Lanner is running |
 * | `rules` | none | {@link RulesChanged}: rules were loaded anew |
 *
 * A comment comes every 15 seconds. The server closes the stream of a client that reads too slowly, and of a cookie
 * that has run out; the client comes again with the last id.
 */
export type StreamEventName = 'alert' | 'missed' | 'health' | 'rules';

/** More alerts came than are told one by one. */
export interface Missed {
  readonly count: number;
}

export interface HealthBrief {
  readonly time: number;
  /** What is wrong; `null` when nothing is. */
  readonly trouble: string | null;
  /** Since the start. */
  readonly events: number;
  readonly lost: number;
  readonly alerts: number;
  /** Since the brief before. */
  readonly eventsPerSecond: number;
  readonly lostPerSecond: number;
}

export interface RulesChanged {
  readonly time: number;
  /** False: the new rules were rejected, and the former are in use. */
  readonly ok: boolean;
  readonly message: string;
}

// ------------------------------------------------------------------------------------------------ rules

/** `GET /api/rules`: in the order in which they are tried. Not paged, ten thousand at most. */
export interface Rules {
  readonly rules: readonly RuleItem[];
  /** Rules that are not listed. */
  readonly others: number;
  /** When they were loaded. */
  readonly loaded: number;
  /** Of all rules together since they were loaded; `null` without a running engine. */
  readonly cost: {
    readonly events: number;
    /** Events for which no rule had to be evaluated. */
    readonly settled: number;
    readonly milliseconds: number;
  } | null;
}

export interface RuleItem {
  readonly name: string;
  readonly priority: PriorityName;
  readonly source: string;
  readonly tags: readonly string[];
  readonly enabled: boolean;
  readonly place: Place;
  /** Names of the events that it is asked about; of rules on system calls alone. */
  readonly events: readonly string[];
  /** How often it fired, as far as the store knows; `null` without a store. */
  readonly fired: {
    readonly day: number;
    readonly all: number;
    /** When it last fired; `null` when never. */
    readonly last: number | null;
  } | null;
  /** Since the rules were loaded; `null` without a running engine. */
  readonly cost: {
    /** How often its condition had to be evaluated. */
    readonly evaluations: number;
    readonly matches: number;
    /** Estimated from a sample. */
    readonly milliseconds: number;
    /** Of the time of all rules, from 0 to 1. */
    readonly share: number;
  } | null;
}

/** `GET /api/rules/NAME` (encodeURIComponent); 404 when there is none. */
export interface RuleDetail extends RuleItem {
  readonly description: string;
  /** As it is written in its file; changes by later files are in `changes`. */
  readonly text: SourceText;
  /** Items of later files that change it, the console's own among them. */
  readonly changes: readonly SourceText[];
  /** In force, all files taken together. */
  readonly condition: string;
  readonly output: string;
  /** Fields that the condition reads, and that the alert tells. */
  readonly reads: readonly string[];
  readonly tells: readonly string[];
  /** Used by the condition, or by macros and lists that it uses. */
  readonly macros: readonly Definition[];
  readonly lists: readonly Definition[];
  /** What the kernel decides of its events before anyone else sees them, in plain words, a line each. */
  readonly prefilter: readonly string[];
}

export interface Definition {
  readonly name: string;
  readonly text: SourceText;
}

/** `POST /api/rules/NAME/enabled`: answers {@link Written} or an error as `PUT /api/editor/file` does. */
export interface SetEnabled {
  readonly enabled: boolean;
}

/** Something that is wrong with rules, as `lanner check` tells it. */
export interface RuleProblem {
  /** Errors make rules unusable. */
  readonly severity: 'error' | 'warning' | 'lint';
  /** As Falco names them: LOAD_ERR_…; LINT_… are Lanner's own. */
  readonly code: string;
  readonly message: string;
  readonly file: string;
  /** Whether it lies in the text that was validated or written. */
  readonly isOwn: boolean;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** Offset in the file's characters, and how many of them are meant. */
  readonly offset: number;
  readonly length: number;
  /** What was probably meant. */
  readonly suggestion?: string;
  /** A change of the same file that mends it: `[start, end)` replaced by `text`. */
  readonly fix?: { readonly start: number; readonly end: number; readonly text: string };
}

// ----------------------------------------------------------------------------------------------- editor

/** `GET /api/editor/files`: in the order in which they are loaded. */
export interface EditorFiles {
  readonly files: readonly EditorFile[];
}

export interface EditorFile {
  /** As messages name it, unique: the `name` of `/api/editor/file`. */
  readonly name: string;
  readonly path: string;
  /** True of the console's own file alone, which is loaded last and is there from the first change on. */
  readonly isOwn: boolean;
  /** Whether this session may write it. */
  readonly isWritable: boolean;
  readonly bytes: number;
  readonly rules: number;
}

/** `GET /api/editor/file?name=NAME`: 404 when it is none of the loaded files. */
export interface EditorText {
  readonly name: string;
  readonly text: string;
  readonly isOwn: boolean;
  /** Of the text; `PUT` wants it. */
  readonly hash: string;
}

/**
 * `PUT /api/editor/file`, of the console's own file: 200 with {@link Written}; 409 with {@link ApiError} when the file
 * is not the one with the hash any more; 422 with `problems` when the rules would have errors, and nothing changes.
 */
export interface WriteText {
  readonly text: string;
  /** Of the text that was read. */
  readonly hash: string;
}

/** The file is written and the rules are in use. */
export interface Written {
  readonly hash: string;
  /** Warnings. */
  readonly problems: readonly RuleProblem[];
  /** Rules that are enabled now, and all. */
  readonly enabled: number;
  readonly rules: number;
}

/** `POST /api/validate`: 200 with {@link Validation}, errors or none. The text stands for the console's own file. */
export interface ValidateRequest {
  readonly text: string;
}

export interface Validation {
  /** Whether the rules could be used. */
  readonly ok: boolean;
  readonly problems: readonly RuleProblem[];
  /** Problems that are not listed. */
  readonly others: number;
  readonly enabled: number;
  readonly rules: number;
}

/**
 * `GET /api/editor/vocabulary`: what rules can name, as `vocabularyOf` of src/language tells it to the engine of the
 * editor. May be kept until the session's `version` is another one.
 */

// ----------------------------------------------------------------------------------- recordings and try

/** `GET /api/recordings`: newest first, 500 at most. */
export interface Recordings {
  readonly folder: string;
  readonly recordings: readonly {
    /** In the folder; the `recording` of `/api/try`. */
    readonly name: string;
    readonly bytes: number;
    /** When it was last written. */
    readonly modified: number;
  }[];
  readonly others: number;
}

/**
 * `POST /api/try`: answers 200 with lines of JSON (application/x-ndjson), each a {@link TryNews}, the last of which is
 * `done` or `failed`; 422 with problems when the rules have errors, 429 while another one runs. Ends when the client
 * closes the connection.
 */
export interface TryRequest {
  readonly recording: string;
  /** A condition, with all macros and lists of the loaded rules; or … */
  readonly condition?: string;
  /** … the text of the console's file: its rules are tried. */
  readonly text?: string;
  /** With `text`: only this rule, of all that are loaded with the text. */
  readonly rule?: string;
}

export type TryNews =
  | {
      readonly kind: 'progress';
      /** Of the recording, from 0 to 1. */
      readonly share: number;
      readonly events: number;
      readonly matches: number;
    }
  | {
      readonly kind: 'match';
      readonly time: number;
      readonly rule: string;
      readonly priority: PriorityName;
      /** At most 2,000 characters. */
      readonly message: string;
      readonly fields: readonly AlertField[];
    }
  | {
      readonly kind: 'done';
      readonly events: number;
      /** All, also those that were not told: 1,000 are told at most. */
      readonly matches: number;
      readonly byRule: readonly { readonly rule: string; readonly count: number }[];
      /** A limit ended it before the end of the recording. */
      readonly limit: 'time' | 'matches' | null;
      /** Where nothing matched: what was never true, and how near an event came; lines of text. */
      readonly why: readonly string[];
      readonly milliseconds: number;
    }
  | { readonly kind: 'failed'; readonly message: string };

// ----------------------------------------------------------------------------------------------- health

/** `GET /api/health`. What is not known without a running engine is `null`. */
export interface Health {
  readonly time: number;
  readonly started: number | null;
  /** What is wrong, most important first; empty when nothing is. */
  readonly troubles: readonly string[];
  readonly events: HealthEvents | null;
  readonly memory: HealthMemory | null;
  readonly outputs: readonly HealthOutput[];
  readonly sources: readonly string[];
  readonly store: HealthStore | null;
  readonly reload: HealthReload | null;
  /** The console's own counters, by the names of their metrics. */
  readonly console: readonly { readonly name: string; readonly about: string; readonly value: number }[];
}

export interface HealthEvents {
  /** Since the start. */
  readonly seen: number;
  /** Events that the kernel kept out, since no rule can match them. */
  readonly filtered: number;
  /** Rates over the last seconds. */
  readonly perSecond: number;
  readonly filteredPerSecond: number;
  readonly lost: number;
  /** Reasons with their counts, the most frequent first. */
  readonly losses: readonly { readonly reason: string; readonly count: number }[];
  /** Alerts since the start. */
  readonly alerts: number;
  /**
   * From the event to its alert, in milliseconds: upper bounds for half of the alerts and for 99 of 100, `null` beyond
   * what is measured. `null` without alerts.
   */
  readonly latency: { readonly median: number | null; readonly p99: number | null } | null;
  /** Events that the kernel kept out, by name, the most frequent first, 20 at most. */
  readonly filteredByName: readonly { readonly name: string; readonly count: number }[];
}

export interface HealthMemory {
  /** Bytes in memory of the process. */
  readonly resident: number;
  /** Bytes that it may have; `null` without a limit. */
  readonly limit: number | null;
  /** Share of one CPU since the start, from 0. */
  readonly cpu: number;
  readonly processes: number;
  readonly threads: number;
  readonly containers: number;
}

export interface HealthOutput {
  readonly name: string;
  readonly written: number;
  readonly dropped: number;
  /** Bytes and alerts that wait. */
  readonly waitingBytes: number;
  readonly waiting: number;
  /** What is wrong with it; `null` when nothing is known to be. */
  readonly trouble: string | null;
}

export interface HealthStore {
  readonly path: string;
  /** Of the file with its log. */
  readonly bytes: number;
  /** 0 for no limit. */
  readonly maxBytes: number;
  /** Alerts in it; `null` when they cannot be read. */
  readonly alerts: number | null;
  readonly oldest: number | null;
  /** Why it cannot be read, or what was found damaged and set aside; `null` when nothing is wrong. */
  readonly trouble: string | null;
}

export interface HealthReload {
  readonly time: number;
  readonly ok: boolean;
  /** One line. */
  readonly message: string;
  /** Of rules that were rejected, as text; empty when they were not. */
  readonly report: string;
}

// ----------------------------------------------------------------------------------------------- ATT&CK

/** `GET /api/attack`: MITRE ATT&CK, by the tags of rules: `mitre_TACTIC` and `TNNNN[.NNN]`. */
export interface Attack {
  /** In the order of an attack. */
  readonly tactics: readonly AttackTactic[];
  /** Whether there is a store: without one, `day` and `all` of rules are 0. */
  readonly hasStore: boolean;
}

export interface AttackTactic {
  /** As in tags, without `mitre_`. */
  readonly tag: string;
  /** As ATT&CK has it: `Privilege Escalation`. */
  readonly name: string;
  /** `TA0004`; `null` of tactics that ATT&CK does not have. */
  readonly id: string | null;
  readonly techniques: readonly AttackTechnique[];
  /** Of the tactic, with those of its techniques; each once. */
  readonly rules: readonly AttackRule[];
}

export interface AttackTechnique {
  /** `T1059` or `T1059.004`. */
  readonly id: string;
  /** `null` where its name is not known here. */
  readonly name: string | null;
  readonly rules: readonly AttackRule[];
}

export interface AttackRule {
  readonly name: string;
  readonly enabled: boolean;
  readonly day: number;
  readonly all: number;
}
