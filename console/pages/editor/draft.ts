/** The console's own rule file while it is edited: what was typed is there again when one comes back to the page. */
import { computed, signal } from '@preact/signals';
import type {
  EditorText,
  RuleProblem,
  Validation,
  WriteText,
  Written,
} from '../../../src/server/api-types.ts';
import { type ApiFailure, messageOf, sendJson } from '../../data/api.ts';
import { readText } from './files.ts';

/** As it was read or written last. */
const saved = signal<EditorText | undefined>(undefined);
const typed = signal<string | undefined>(undefined);

export const draft = computed(() => typed.value ?? saved.value?.text ?? '');
export const isChanged = computed(() => typed.value !== undefined && typed.value !== saved.value?.text);
export const problems = signal<readonly RuleProblem[]>([]);
/** One line about what was last done, and whether it went well. */
export const outcome = signal<{ readonly ok: boolean; readonly text: string } | undefined>(undefined);
/** Somebody else has written the file since it was read. */
export const isConflict = signal(false);
export const isBusy = signal(false);

/** How long after the last key the text is judged. */
const TYPING_MS = 400;
let timer = 0;
let isJudging = false;
let mustJudgeAgain = false;

export function begin(text: EditorText): void {
  if (saved.value?.hash === text.hash && saved.value.name === text.name) return;
  // What was typed on the ground of another text is kept, and may not overwrite it unasked.
  if (isChanged.value) isConflict.value = true;
  else typed.value = undefined;
  if (!isConflict.value) saved.value = text;
}

export function type(text: string): void {
  if (text === draft.value) return;
  typed.value = text;
  outcome.value = undefined;
  clearTimeout(timer);
  timer = window.setTimeout(() => void judge(), TYPING_MS);
}

/** Asks what is wrong with the text, in the place of the file; once at a time, which takes seconds for many rules. */
export async function judge(): Promise<void> {
  mustJudgeAgain = isJudging;
  if (isJudging) return;
  isJudging = true;
  const text = draft.value;
  await judgeText(text);
  isJudging = false;
  if (mustJudgeAgain && draft.value !== text) await judge();
}

async function judgeText(text: string): Promise<void> {
  try {
    const found = await sendJson<Validation>('POST', '/api/validate', { text });
    if (text !== draft.value) return;
    problems.value = found.problems;
    const { ok, enabled, rules } = found;
    if (!isBusy.value && isChanged.value)
      outcome.value = ok
        ? { ok, text: `Can be used: ${rules} rules in all, ${enabled} enabled.` }
        : { ok, text: 'Cannot be used as it is.' };
  } catch (error) {
    if (text === draft.value) outcome.value = { ok: false, text: messageOf(error) };
  }
}

export async function save(): Promise<void> {
  const before = saved.value;
  if (before === undefined || isBusy.value) return;
  const body: WriteText = { text: draft.value, hash: before.hash };
  isBusy.value = true;
  try {
    const written = await sendJson<Written>('PUT', '/api/editor/file', body);
    saved.value = { ...before, text: body.text, hash: written.hash };
    if (typed.value === body.text) typed.value = undefined;
    problems.value = written.problems;
    outcome.value = {
      ok: true,
      text: `Saved and in use: ${written.rules} rules, ${written.enabled} enabled.`,
    };
  } catch (error) {
    const failure = error as ApiFailure;
    if (failure.status === 409) isConflict.value = true;
    if (failure.problems?.length > 0) problems.value = failure.problems;
    outcome.value = { ok: false, text: `Not saved: ${messageOf(error)}` };
  } finally {
    isBusy.value = false;
  }
}

/** After a conflict: throws away what was typed, or keeps it to be saved over the other text. */
export async function settle(keep: boolean): Promise<void> {
  const name = saved.value?.name;
  if (name === undefined) return;
  try {
    saved.value = await readText(name);
    if (!keep) typed.value = undefined;
    isConflict.value = false;
    outcome.value = undefined;
    void judge();
  } catch (error) {
    outcome.value = { ok: false, text: messageOf(error) };
  }
}

export function discard(): void {
  typed.value = undefined;
  outcome.value = undefined;
  void judge();
}

window.addEventListener('beforeunload', (event) => {
  if (isChanged.value) event.preventDefault();
});
