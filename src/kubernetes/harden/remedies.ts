/** What is done about each finding. The judge says what is wrong; a remedy makes this finding go away. */
import type { FieldPath } from '../manifests/field-path.ts';
import { listOf, mapOf, textOf } from '../manifests/manifest.ts';
import type { Finding } from '../pod-security/finding.ts';
import { judgePod } from '../pod-security/judge.ts';
import { LATEST_MINOR } from '../pod-security/version.ts';
import type { HardenOptions } from './options.ts';
import type { PodEditor } from './pod-editor.ts';

/** Changes the pod so that the finding goes; false when it has to stay. */
type Remedy = (editor: PodEditor, finding: Finding, options: HardenOptions) => boolean;

const POD_CONTEXT = ['spec', 'securityContext'] as const;
const DEFAULT_PROFILE = { type: 'RuntimeDefault' };
/** The last version in which a user namespace makes up for nothing. */
const STRICT_MINOR = 34;
const NEEDED_FOR_SHELLS: ReadonlySet<string> = new Set([
  'readOnlyRootFilesystem',
  'runAsNonRoot',
  'runAsUser',
]);

const REMEDIES: Readonly<Record<string, Remedy>> = {
  windowsHostProcess: take((editor, path) => editor.set(path, false)),
  hostNamespaces: ofHost(take((editor, path) => editor.remove(path))),
  hostPathVolumes: ofHost(emptyVolume),
  hostPorts: ofHost(take((editor, path) => editor.remove(path))),
  hostProbesAndHostLifecycle: take((editor, path) => editor.remove(path)),
  privileged: take((editor, path) => editor.set(path, false)),
  capabilities_baseline: take(removeItem),
  capabilities_restricted: (editor, finding, options) =>
    finding.path.at(-1) === 'drop'
      ? set(editor, finding.path, ['ALL'])
      : take(removeItem)(editor, finding, options),
  allowPrivilegeEscalation: (editor, { path }) => set(editor, path, false),
  runAsNonRoot: (editor, { path }) =>
    set(editor, editor.get(path) === false ? path : [...POD_CONTEXT, 'runAsNonRoot'], true),
  runAsUser: take((editor, path) => editor.remove(path)),
  appArmorProfile: take((editor, path) =>
    path[0] === 'metadata' ? editor.remove(path) : editor.set(path.slice(0, -1), DEFAULT_PROFILE),
  ),
  seLinuxOptions: take((editor, path) => editor.remove(path)),
  procMount: take((editor, path) => editor.remove(path)),
  procMount_restricted: take((editor, path) => editor.remove(path)),
  seccompProfile_baseline: take((editor, path) => editor.set(path.slice(0, -1), DEFAULT_PROFILE)),
  seccompProfile_restricted: (editor) => set(editor, [...POD_CONTEXT, 'seccompProfile'], DEFAULT_PROFILE),
  sysctls: take((editor, path) => removeItem(editor, path.slice(0, -1))),
  readOnlyRootFilesystem: (editor, { path }) => set(editor, path, true),
};

/**
 * Applies remedies until no finding is left that has one, and remarks on those that stay. A pod in a user namespace
 * is judged as the versions do that make no difference, too.
 */
export function applyRemedies(editor: PodEditor, options: HardenOptions): void {
  const stays = new Set<string>();
  for (;;) {
    const findings = [LATEST_MINOR, STRICT_MINOR].flatMap((minor) =>
      judgePod(editor.pod, 'immutable', minor),
    );
    const next = findings.find((finding) => finding.severity !== 'note' && !stays.has(keyOf(finding)));
    if (next === undefined) return;
    // Each remedy ends its finding; one that does not must not be tried forever.
    stays.add(keyOf(next));
    if (!isNeededForShells(next, options) && REMEDIES[next.control]?.(editor, next, options)) continue;
    editor.remark('left', next.path, `${next.message}: ${next.remedy}`);
  }
}

function keyOf({ control, path, message }: Finding): string {
  return JSON.stringify([control, path, message]);
}

function set(editor: PodEditor, path: FieldPath, value: unknown): true {
  editor.set(path, value);
  return true;
}

/** What a container needs to delete its shells: see shells.ts. */
function isNeededForShells({ control, path }: Finding, { removeShells }: HardenOptions): boolean {
  return removeShells === 'startup-probe' && path[1] === 'containers' && NEEDED_FOR_SHELLS.has(control);
}

/** A remedy that takes something away that the manifest asked for. */
function take(change: (editor: PodEditor, path: FieldPath) => void): Remedy {
  return (editor, { path, message, control }) => {
    editor.remark('takes', path, `${message}; not any more [${control}]`);
    change(editor, path);
    return true;
  };
}

function ofHost(remedy: Remedy): Remedy {
  return (editor, finding, options) => !options.keepHost && remedy(editor, finding, options);
}

/** The application finds an empty directory where that of the node was. */
function emptyVolume(editor: PodEditor, { path, message, control }: Finding): boolean {
  const volume = path.slice(0, -1);
  editor.remark('takes', path, `${message}; an empty directory now [${control}]`);
  editor.set(volume, { name: textOf(mapOf(editor.get(volume))?.name), emptyDir: {} });
  return true;
}

function removeItem(editor: PodEditor, path: FieldPath): void {
  const list = path.slice(0, -1);
  const items = listOf(editor.get(list)).filter((_, index) => index !== path.at(-1));
  if (items.length > 0) editor.set(list, items);
  else editor.remove(list);
}
