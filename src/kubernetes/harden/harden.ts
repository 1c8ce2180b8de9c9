/** Writes the immutable version of manifests. */
import { CheckedText, EditError } from '../editing/checked-text.ts';
import type { EditableText } from '../editing/editable-text.ts';
import { JsonText } from '../editing/json-text.ts';
import { documentTexts, YamlText } from '../editing/yaml-text.ts';
import { type Manifest, type ManifestProblem, mapOf, objectName } from '../manifests/manifest.ts';
import { parseManifests } from '../manifests/parse.ts';
import { podOf } from '../manifests/pods.ts';
import type { Profile } from '../pod-security/finding.ts';
import { strictestProfile } from '../pod-security/judge.ts';
import { allowLowPorts, chooseUser } from './identity.ts';
import type { HardenOptions } from './options.ts';
import { PodEditor, type Remark } from './pod-editor.ts';
import { applyRemedies } from './remedies.ts';
import { takeShells } from './shells.ts';
import { mountWritable } from './writable.ts';

export interface HardenedPod {
  readonly object: string;
  readonly satisfies: Exclude<Profile, 'immutable'>;
  readonly remarks: readonly Remark[];
}

export interface Hardened {
  /** The whole file; that which was given where nothing had to change. */
  readonly text: string;
  readonly pods: readonly HardenedPod[];
  /** Objects of kinds that bear no pods, which stay as they are. */
  readonly skipped: number;
  /** What could not be read; nothing was changed then. */
  readonly problems: readonly ManifestProblem[];
}

/**
 * Hardens all pods in a file of manifests. What is not changed keeps its text, with order and comments. Hardening what
 * is hardened changes nothing. Throws an {@link EditError} for YAML that cannot be edited.
 */
export function hardenText(text: string, origin: string, options: HardenOptions): Hardened {
  const { manifests, problems, others } = parseManifests(text, origin);
  const bad = [...problems, ...others];
  if (bad.length > 0) return { text, pods: [], skipped: 0, problems: bad };
  const pods: HardenedPod[] = [];
  const parts = isJson(text) ? [text] : documentTexts(text);
  const texts = parts.map((part, index) => {
    const own = manifests.filter(({ document }) => document === index);
    const { text: changed, pods: judged } = hardenDocument(part, own, options);
    pods.push(...judged);
    return changed;
  });
  const skipped = manifests.filter((manifest) => podOf(manifest) === undefined).length;
  return { text: withLineEnds(texts.join(''), text), pods, skipped, problems: [] };
}

/** Files of Windows keep their ends of lines. */
function withLineEnds(text: string, original: string): string {
  return /\r\n/.test(original) && !/[^\r]\n/.test(original) ? text.replace(/\r?\n/g, '\r\n') : text;
}

function hardenDocument(
  text: string,
  manifests: readonly Manifest[],
  options: HardenOptions,
): { readonly text: string; readonly pods: HardenedPod[] } {
  if (manifests.every((manifest) => podOf(manifest) === undefined)) return { text, pods: [] };
  if (isJson(text)) return hardenWith(new JsonText(text), manifests, options);
  try {
    return hardenWith(new CheckedText(new YamlText(text)), manifests, options);
  } catch (error) {
    if (!(error instanceof EditError)) throw error;
    // An edit reached others through an anchor: without aliases it cannot.
    const expanded = new YamlText(text);
    expanded.expandAliases();
    return hardenWith(new CheckedText(expanded), manifests, options);
  }
}

function hardenWith(
  document: EditableText,
  manifests: readonly Manifest[],
  options: HardenOptions,
): { readonly text: string; readonly pods: HardenedPod[] } {
  const pods = manifests.flatMap((manifest): HardenedPod[] => {
    const pod = podOf(manifest);
    if (pod === undefined) return [];
    const editor = new PodEditor(document, [...manifest.root, ...pod.base]);
    const hasClaimTemplates = Array.isArray(mapOf(manifest.value.spec)?.volumeClaimTemplates);
    takeShells(editor, options);
    applyRemedies(editor, options);
    chooseUser(editor, options, hasClaimTemplates);
    allowLowPorts(editor);
    mountWritable(editor, options);
    return [
      { object: objectName(manifest), satisfies: strictestProfile(editor.pod), remarks: editor.remarks },
    ];
  });
  return { text: document.text, pods };
}

function isJson(text: string): boolean {
  if (!/^\ufeff?\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
    return true;
  } catch {
    return false;
  }
}
