/** What the editor is about: the rule files, and what rules can name. */

import type { Vocabulary } from '../../../src/language/vocabulary.ts';
import type { EditorFile, EditorFiles, EditorText } from '../../../src/server/api-types.ts';
import { getJson } from '../../data/api.ts';

export interface OpenFiles {
  readonly files: readonly EditorFile[];
  /** Of all files, in the order in which they are loaded. */
  readonly texts: ReadonlyMap<string, EditorText>;
  readonly vocabulary: Vocabulary;
}

export async function openFiles(signal: AbortSignal): Promise<OpenFiles> {
  const [{ files }, vocabulary] = await Promise.all([
    getJson<EditorFiles>('/api/editor/files', {}, signal),
    getJson<Vocabulary>('/api/editor/vocabulary', {}, signal),
  ]);
  const texts = await Promise.all(files.map(({ name }) => readText(name, signal)));
  return { files, vocabulary, texts: new Map(texts.map((text) => [text.name, text])) };
}

export function readText(name: string, signal?: AbortSignal): Promise<EditorText> {
  return getJson<EditorText>('/api/editor/file', { name }, signal);
}
