/**
 * Changes of the console's own rule file: checked with the whole rule set before anything is written, and taken back
 * when the rules cannot be used after all. One at a time.
 */
import type { Validation, Written } from '../server/api-types.ts';
import { Refusal } from '../server/refusal.ts';
import type { AskedThread } from './asked-thread.ts';
import type { RulesFile } from './rules-file.ts';
import { hashOf } from './rules-file.ts';
import type { RuleQuestion } from './rules-thread.ts';

/** How a reload has ended. */
export interface ReloadReport {
  /** Microseconds since the epoch. */
  readonly time: number;
  readonly ok: boolean;
  /** One line. */
  readonly message: string;
  /** Of rules that were rejected; otherwise empty. */
  readonly report: string;
}

export class RuleChanges {
  readonly #file: RulesFile;
  readonly #rules: Pick<AskedThread<RuleQuestion>, 'ask'>;
  readonly #reload: () => Promise<ReloadReport>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    file: RulesFile,
    rules: Pick<AskedThread<RuleQuestion>, 'ask'>,
    reload: () => Promise<ReloadReport>,
  ) {
    this.#file = file;
    this.#rules = rules;
    this.#reload = reload;
  }

  /** Puts a text in the place of the one with the hash. Rejects with a {@link Refusal}; nothing changes then. */
  write(text: string, hash: string): Promise<Written> {
    return this.#oneByOne(() => {
      if (hash !== this.#file.read().hash)
        throw new Refusal(409, 'the file has changed since it was read: load it again');
      return this.#replace(text);
    });
  }

  /** Turns a rule on or off. Rejects with a {@link Refusal}; nothing changes then. */
  setEnabled(name: string, enabled: boolean): Promise<Written> {
    return this.#oneByOne(async () => {
      const { text } = this.#file.read();
      const request: RuleQuestion = { kind: 'toggled', name, enabled, text };
      const toggled = await this.#rules.ask<{ text: string; isSo: boolean } | undefined>(request);
      if (toggled === undefined) throw new Refusal(404, 'there is no rule of this name');
      if (!toggled.isSo)
        throw new Refusal(
          409,
          `the configuration decides that this rule is ${enabled ? 'disabled' : 'enabled'}: see its keys rules and priority`,
        );
      return this.#replace(toggled.text);
    });
  }

  async #replace(text: string): Promise<Written> {
    const validation = await this.#rules.ask<Validation>({ kind: 'validate', text });
    const { ok, problems, enabled, rules } = validation;
    if (!ok) throw new Refusal(422, 'the rules have errors, and nothing was changed', { problems });
    const before = this.#file.read();
    if (text !== before.text || !before.isThere) await this.#put(text, before);
    return { hash: hashOf(text), problems, enabled, rules };
  }

  async #put(text: string, before: { readonly text: string; readonly isThere: boolean }): Promise<void> {
    try {
      this.#file.write(text);
    } catch (error) {
      throw new Refusal(503, `the rules cannot be written: ${(error as Error).message}`);
    }
    const report = await this.#reload();
    if (report.ok) return;
    // What was in use still is; the file must say the same, or the next start would differ.
    if (before.isThere) this.#file.write(before.text);
    else this.#file.remove();
    throw new Refusal(422, `the rules were not taken, and nothing was changed: ${report.message}`);
  }

  #oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => {});
    return next;
  }
}
