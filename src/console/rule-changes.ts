/**
 * Changes of the console's own rule file: checked with the whole rule set before anything is written, and taken back
 * when the rules cannot be used after all. One at a time.
 */
import type { Validation, Written } from '../server/api-types.ts';
import { Refusal } from '../server/refusal.ts';
import type { AskedThread } from './asked-thread.ts';
import { hashOf, type RulesFile, type RulesText } from './rules-file.ts';
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
    return this.#oneByOne(() => this.#replace(text, hash));
  }

  /** Turns a rule on or off. Rejects with a {@link Refusal}; nothing changes then. */
  setEnabled(name: string, enabled: boolean): Promise<Written> {
    return this.#oneByOne(async () => {
      const { text, hash } = await this.#file.read();
      const request: RuleQuestion = { kind: 'toggled', name, enabled, text };
      const toggled = await this.#rules.ask<{ text: string; isSo: boolean } | undefined>(request);
      if (toggled === undefined) throw new Refusal(404, 'there is no rule of this name');
      if (!toggled.isSo)
        throw new Refusal(
          409,
          `the configuration decides that this rule is ${enabled ? 'disabled' : 'enabled'}: see its keys rules and priority`,
        );
      return this.#replace(toggled.text, hash);
    });
  }

  async #replace(text: string, hash: string): Promise<Written> {
    await this.#unchanged(hash);
    const validation = await this.#rules.ask<Validation>({ kind: 'validate', text });
    const { ok, problems, enabled, rules } = validation;
    if (!ok) throw new Refusal(422, 'the rules have errors, and nothing was changed', { problems });
    // It takes a while to check many rules.
    const before = await this.#unchanged(hash);
    if (text !== before.text || !before.isThere) await this.#put(text, before);
    return { hash: hashOf(text), problems, enabled, rules };
  }

  /** The file, when it still is the one with the hash. */
  async #unchanged(hash: string): Promise<RulesText> {
    const now = await this.#file.read();
    if (hash !== now.hash) throw new Refusal(409, 'the file has changed since it was read: load it again');
    return now;
  }

  async #put(text: string, before: RulesText): Promise<void> {
    try {
      await this.#file.write(text);
    } catch (error) {
      throw new Refusal(503, `the rules cannot be written: ${(error as Error).message}`);
    }
    const report = await this.#reload();
    if (report.ok) return;
    // What was in use still is; the file must say the same, or the next start would differ.
    if (before.isThere) await this.#file.write(before.text);
    else await this.#file.remove();
    throw new Refusal(422, `the rules were not taken, and nothing was changed: ${report.message}`);
  }

  #oneByOne<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => {});
    return next;
  }
}
