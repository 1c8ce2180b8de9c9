/** Reloading while Lanner watches: at SIGHUP, and when files of the configuration or of the rules change. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { LoadedConfig } from '../config/load.ts';
import { restartKeys } from '../config/restart-keys.ts';
import type { Config } from '../config/schema.ts';
import type { ReloadReport } from '../console/rule-changes.ts';
import { type FileWatch, watchFiles } from '../engine/file-watch.ts';
import { ruleLocations } from '../engine/rule-files.ts';
import { loadRulesAside, RulesRejected } from '../engine/rules-aside.ts';
import type { Watching } from '../engine/watch.ts';
import { describeLoaded } from './about.ts';
import type { OpenLog } from './log.ts';
import { type CommonOptions, loadConfigOf, logConfiguration } from './options.ts';
import { describeProblem } from './problems.ts';
import { configuredRuleFiles } from './start.ts';

export interface ReloadOptions {
  readonly options: CommonOptions;
  /** The configuration that is in use. */
  readonly loaded: LoadedConfig;
  readonly log: OpenLog;
  /** That of the files from before they were read: see {@link fingerprint}. */
  readonly seen: string | undefined;
  /** Whether the console is served with a configuration: its rules count then. */
  readonly isServed: (config: Config) => boolean;
  /** What is told of a reload's begin and end. */
  readonly status?: ReloadStatus;
}

export interface ReloadStatus {
  begins(): void;
  ends(report: ReloadReport): void;
  /** The configuration is another from now on. */
  replaced?(config: Config): void;
}

const ENDING = 'Lanner is ending';

/** One reload at a time; what comes in the meantime makes one more. */
export class Reloader {
  readonly #parts: ReloadOptions;
  readonly #watching: Watching;
  /** The configuration that Lanner was started with: some keys are read only then. */
  readonly #started: Config;
  #loaded: LoadedConfig;
  #fingerprint: string | undefined;
  #files: FileWatch | undefined;
  #working: Promise<ReloadReport> | undefined;
  #again: Promise<ReloadReport> | undefined;
  #closed = false;

  constructor(parts: ReloadOptions, watching: Watching) {
    this.#parts = parts;
    this.#watching = watching;
    this.#loaded = parts.loaded;
    this.#started = parts.loaded.config;
    this.#fingerprint = parts.seen;
    this.#watchFiles();
  }

  /** Loads everything anew, with all that was written before, and tells how that has ended. */
  reload(): Promise<ReloadReport> {
    if (this.#working === undefined) return this.#begin();
    this.#again ??= this.#working.then(() => {
      this.#again = undefined;
      return this.#begin();
    });
    return this.#again;
  }

  #begin(): Promise<ReloadReport> {
    if (this.#closed) return Promise.resolve(reportOf(false, ENDING));
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  close(): void {
    this.#closed = true;
    this.#files?.close();
  }

  /** A file has been touched: whether anything is new is seen by its contents. */
  #noticeFiles(): void {
    if (this.#look() !== this.#fingerprint) void this.reload();
  }

  #look(): string | undefined {
    return fingerprint(this.#parts.options, this.#parts.isServed);
  }

  async #work(): Promise<ReloadReport> {
    const { status } = this.#parts;
    status?.begins();
    let report: ReloadReport | undefined;
    try {
      report = reportOf(true, await this.#replace());
    } catch (error) {
      // Whoever ends Lanner need not hear that it no longer reloads.
      report = this.#closed ? reportOf(false, ENDING) : this.#tellFailure(error as Error);
    }
    status?.ends(report);
    return report;
  }

  #tellFailure(error: Error): ReloadReport {
    const { log } = this.#parts;
    const { message } = error;
    for (const line of message.split('\n')) log.log(`reload failed, nothing has changed: ${line}`, 'error');
    const report = error instanceof RulesRejected ? error.report : '';
    if (report !== '') for (const line of report.split('\n')) log.log(line, 'error');
    const reason = report === '' ? message : `${message}\n${report}`;
    this.#watching.warn({ subject: 'hot restart failure', priority: 'Critical', reason, fields: {} });
    return reportOf(false, message, report);
  }

  /** What there is to say of it. */
  async #replace(): Promise<string> {
    const { options, log, isServed } = this.#parts;
    // What changes from here on makes a difference to what is about to be read.
    this.#fingerprint = this.#look();
    const loaded = loadConfigOf(options);
    logConfiguration(loaded, options, log.log);
    const { config } = loaded;
    const paths = configuredRuleFiles(options, config, log.log, isServed(config));
    const { ruleSet, needs, problems, files } = await loadRulesAside(paths, config);
    if (this.#closed) throw new Error(ENDING);
    const about = describeLoaded(loaded.files, paths);
    const { gap } = await this.#watching.reload({ config, ruleSet, needs, about });
    log.configure(config);
    this.#parts.status?.replaced?.(config);
    this.#loaded = loaded;
    this.#watchFiles();
    for (const problem of problems) log.log(describeProblem(problem), 'warning');
    for (const key of restartKeys(this.#started, config))
      log.log(`warning: ${key} takes effect at the next start`, 'warning');
    const enabled = ruleSet.rules.filter((rule) => rule.enabled).length;
    const what = `${enabled} of ${ruleSet.rules.length} rules from ${files.length} files are enabled`;
    log.log(`Reloaded: ${what}; events waited ${gap.toFixed(1)} ms`);
    return what;
  }

  #watchFiles(): void {
    this.#files?.close();
    this.#files = undefined;
    if (!this.#loaded.config.watch_config_files) return;
    const { files, included, config } = this.#loaded;
    const rules = ruleLocations(this.#parts.options.r ?? [], config);
    this.#files = watchFiles([...files, ...included, ...rules], () => this.#noticeFiles());
    // What changed before they were watched, or while nobody was watching, shows now.
    setImmediate(() => this.#noticeFiles());
  }
}

/** Tells the contents of all files apart that a reload reads; `undefined` when they cannot be read. */
export function fingerprint(options: CommonOptions, isServed: ReloadOptions['isServed']): string | undefined {
  const hash = createHash('sha256');
  try {
    const { config, files } = loadConfigOf(options);
    const rules = configuredRuleFiles(options, config, () => {}, isServed(config));
    for (const file of [...files, ...rules]) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

function reportOf(ok: boolean, message: string, report = ''): ReloadReport {
  return { time: Date.now() * 1000, ok, message, report };
}
