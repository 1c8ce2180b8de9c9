/**
 * Takes shells away from running containers. A read-only root file system lets nobody remove them, the container itself
 * included; what works there is to mount something over them that cannot be run (`mask`). The other way
 * (`startup-probe`) deletes them once the application has started, and needs a writable root file system and root.
 */
import type { FieldPath } from '../manifests/field-path.ts';
import { listOf, mapOf, textOf } from '../manifests/manifest.ts';
import { type ContainerOfPod, containersOf } from '../manifests/pods.ts';
import { isForWindows } from '../pod-security/control.ts';
import type { HardenOptions } from './options.ts';
import type { PodEditor } from './pod-editor.ts';
import { isPreparing } from './prepare.ts';

const VOLUME = 'no-shell';
/** Where shells are in common images; a runtime makes an empty file where one is missing. */
const USUAL_SHELLS = ['/bin/ash', '/bin/bash', '/bin/dash', '/bin/sh', '/bin/zsh'];
const SHELL = /(?:^|\/)(?:ba|da|a|z|k|c|tc|fi)?sh$/;
const COMMANDS: readonly FieldPath[] = [
  ['livenessProbe', 'exec'],
  ['readinessProbe', 'exec'],
  ['startupProbe', 'exec'],
  ['lifecycle', 'postStart', 'exec'],
  ['lifecycle', 'preStop', 'exec'],
];
/** Seconds that the probe may take until shells are gone. */
const TRIES = 30;

export function takeShells(editor: PodEditor, { removeShells, shells }: HardenOptions): void {
  if (removeShells === undefined || isForWindows(editor.pod)) return;
  for (const container of containersOf(editor.pod)) {
    if (container.list === 'ephemeralContainers' || isPreparing(container)) continue;
    const paths = shells?.get(textOf(container.value.image)) ?? USUAL_SHELLS;
    if (paths.length === 0) continue;
    if (removeShells === 'mask') mask(editor, container, paths);
    else if (container.list === 'containers') deleteAtStart(editor, container, paths);
  }
}

function mask(editor: PodEditor, container: ContainerOfPod, paths: readonly string[]): void {
  const needs = usesShell(container);
  if (needs !== undefined) {
    editor.remark('left', container.path, `container ${container.name} keeps its shells: ${needs} is one`);
    return;
  }
  const volumes = listOf(editor.pod.spec.volumes);
  if (!volumes.some((item) => mapOf(item)?.name === VOLUME)) {
    // A file of the pod's name, which nobody may run: the manifest needs no other object for it.
    const items = [{ path: VOLUME, fieldRef: { fieldPath: 'metadata.name' }, mode: 0o444 }];
    editor.add(['spec', 'volumes'], { name: VOLUME, downwardAPI: { items } });
  }
  for (const path of paths) {
    const mounts = listOf(mapOf(editor.get(container.path))?.volumeMounts);
    if (mounts.some((item) => mapOf(item)?.mountPath === path)) continue;
    const mount = { name: VOLUME, mountPath: path, subPath: VOLUME, readOnly: true };
    editor.add([...container.path, 'volumeMounts'], mount);
  }
  if (container.value.command === undefined)
    editor.remark(
      'takes',
      container.path,
      `container ${container.name} has no shells from its first instruction on; its image must not start by a script`,
    );
}

/** What of the container is run by a shell. */
function usesShell({ value }: ContainerOfPod): string | undefined {
  if (SHELL.test(textOf(listOf(value.command)[0]))) return 'the first word of its command';
  const handler = COMMANDS.find((path) => {
    const exec = path.reduce<unknown>((at, part) => mapOf(at)?.[part], value);
    return SHELL.test(textOf(listOf(mapOf(exec)?.command)[0]));
  });
  return handler === undefined ? undefined : `the command of ${handler.slice(0, -1).join('.')}`;
}

function deleteAtStart(
  editor: PodEditor,
  { name, path, value }: ContainerOfPod,
  paths: readonly string[],
): void {
  const probe = [...path, 'startupProbe'];
  // The shell that runs this is needed to the end of it.
  const ordered = [...paths.filter((shell) => shell !== '/bin/sh'), '/bin/sh'];
  const command = ['sh', '-c', `rm -f ${ordered.join(' ')}`];
  const existing = mapOf(value.startupProbe);
  if (existing !== undefined && JSON.stringify(mapOf(existing.exec)?.command) !== JSON.stringify(command)) {
    editor.remark('left', probe, `container ${name} keeps its shells: it has a startupProbe already`);
    return;
  }
  editor.set(probe, { exec: { command }, periodSeconds: 1, failureThreshold: TRIES });
  editor.set([...path, 'securityContext', 'runAsNonRoot'], false);
  editor.set([...path, 'securityContext', 'runAsUser'], 0);
}
