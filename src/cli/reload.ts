/** Reloading while Lanner watches: at SIGHUP, and when files of the configuration or of the rules change. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { LoadedConfig } from '../config/load.ts';
import { restartKeys } from '../config/restart-keys.ts';
import type { Config } from '../config/schema.ts';
import { type FileWatch, watchFiles } from '../engine/file-watch.ts';
import { ruleFilePaths, ruleLocations } from '../engine/rule-files.ts';
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
  /** What is told of a reload's begin and end. */
  readonly status?: ReloadStatus;
}

export interface ReloadStatus {
  begins(): void;
  ends(): void;
  /** The configuration is another from now on. */
  replaced?(config: Config): void;
}

/** One reload at a time; what comes in the meantime makes one more. */
export class Reloader {
  readonly #parts: ReloadOptions;
  readonly #watching: Watching;
  /** The configuration that Lanner was started with: some keys are read only then. */
  readonly #started: Config;
  #loaded: LoadedConfig;
  #fingerprint: string | undefined;
  #files: FileWatch | undefined;
  #working: Promise<void> | undefined;
  #again = false;
  #closed = false;

  constructor(parts: ReloadOptions, watching: Watching) {
    this.#parts = parts;
    this.#watching = watching;
    this.#loaded = parts.loaded;
    this.#started = parts.loaded.config;
    this.#fingerprint = parts.seen;
    this.#watchFiles();
  }

  /** Loads everything anew. */
  reload(): void {
    if (this.#closed) return;
    if (this.#working !== undefined) {
      this.#again = true;
      return;
    }
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
      if (!this.#again) return;
      this.#again = false;
      this.reload();
    });
  }

  close(): void {
    this.#closed = true;
    this.#files?.close();
  }

  /** A file has been touched: whether anything is new is seen by its contents. */
  #noticeFiles(): void {
    if (fingerprint(this.#parts.options) !== this.#fingerprint) this.reload();
  }

  async #work(): Promise<void> {
    const { log, status } = this.#parts;
    status?.begins();
    try {
      await this.#replace();
    } catch (error) {
      const { message } = error as Error;
      for (const line of message.split('\n')) log.log(`reload failed, nothing has changed: ${line}`, 'error');
      if (error instanceof RulesRejected) for (const line of error.report.split('\n')) log.log(line, 'error');
      const reason = error instanceof RulesRejected ? `${message}\n${error.report}` : message;
      const subject = 'hot restart failure';
      this.#watching.warn({ subject, priority: 'Critical', reason, fields: {} });
    } finally {
      status?.ends();
    }
  }

  async #replace(): Promise<void> {
    const { options, log } = this.#parts;
    // What changes from here on makes a difference to what is about to be read.
    this.#fingerprint = fingerprint(options);
    const loaded = loadConfigOf(options);
    logConfiguration(loaded, options, log.log);
    const { config } = loaded;
    const paths = configuredRuleFiles(options, config, log.log);
    const { ruleSet, needs, problems, files } = await loadRulesAside(paths, config);
    if (this.#closed) return;
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
    log.log(
      `Reloaded: ${enabled} of ${ruleSet.rules.length} rules from ${files.length} files are enabled; events waited ${gap.toFixed(1)} ms`,
    );
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
export function fingerprint(options: CommonOptions): string | undefined {
  const hash = createHash('sha256');
  try {
    const { config, files } = loadConfigOf(options);
    const rules = ruleFilePaths(options.r ?? [], config, () => {});
    for (const file of [...files, ...rules]) hash.update(`${file}\0`).update(readFileSync(file)).update('\0');
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
