/** What lets a container change while it runs, beyond what the Pod Security Standards look at. */
import { listOf, mapOf, textOf } from '../manifests/manifest.ts';
import { type ContainerOfPod, containersOf, type Pod } from '../manifests/pods.ts';
import { isForWindows } from '../pod-security/control.ts';
import type { Finding } from '../pod-security/finding.ts';
import { kindsOf } from '../pod-security/volume-controls.ts';
import { parseImage } from './image-reference.ts';

/** The controls beyond the standards, for lists of rules. */
export const IMMUTABILITY_CONTROLS: Readonly<Record<string, string>> = {
  readOnlyRootFilesystem: 'Writable root file system',
  imageTag: 'Image that may change',
  writableHostPath: 'Directory of the host that can be written',
  writableSystemDirectory: 'Writable directory of programs or configuration',
  writableMount: 'Volume that can be written',
  programsInImage: 'Shells and package managers in the image',
};

/** Directories of programs, libraries and configuration: who can write there changes what runs. */
const SYSTEM_DIRECTORIES = ['/bin', '/sbin', '/lib', '/lib64', '/usr', '/etc', '/boot', '/opt'];
/** Volumes that live no longer than their pod, or cannot be written however they are mounted. */
const HARMLESS_VOLUMES = ['emptyDir', 'configMap', 'secret', 'downwardAPI', 'projected', 'image'];

/** What the profile `immutable` forbids beyond the restricted one, and notes. */
export function immutabilityFindings(pod: Pod): Finding[] {
  return containersOf(pod).flatMap((container) => [
    ...(isForWindows(pod) ? [] : writableRoot(container)),
    ...mutableImage(container),
    ...writableMounts(pod, container),
  ]);
}

function writableRoot({ name, value, path }: ContainerOfPod): Finding[] {
  if (mapOf(value.securityContext)?.readOnlyRootFilesystem === true) return [];
  return [
    {
      control: 'readOnlyRootFilesystem',
      profile: 'immutable',
      severity: 'warning',
      message: `container ${name} can write to its root file system: programs can be added and changed`,
      remedy: 'set readOnlyRootFilesystem: true, with an emptyDir where the application must write',
      path: [...path, 'securityContext', 'readOnlyRootFilesystem'],
      container: name,
    },
  ];
}

function mutableImage({ name, value, path }: ContainerOfPod): Finding[] {
  const reference = textOf(value.image);
  const { tag, digest } = parseImage(reference);
  if (reference === '' || digest !== '') return [];
  const what =
    tag === '' || tag === 'latest'
      ? `runs whatever ${reference} is when it starts`
      : `runs ${reference}, and the tag can be moved to another image`;
  return [
    {
      control: 'imageTag',
      profile: 'immutable',
      severity: 'warning',
      message: `container ${name} ${what}`,
      remedy: 'name the image by its digest: NAME:TAG@sha256:…',
      path: [...path, 'image'],
      container: name,
    },
  ];
}

function writableMounts({ spec }: Pod, { name, value, path }: ContainerOfPod): Finding[] {
  const volumes = new Map(
    listOf(spec.volumes).map((item) => [textOf(mapOf(item)?.name), mapOf(item) ?? {}] as const),
  );
  return listOf(value.volumeMounts).flatMap((item, index): Finding[] => {
    const mount = mapOf(item) ?? {};
    if (mount.readOnly === true) return [];
    const volume = volumes.get(textOf(mount.name)) ?? {};
    const kind = kindsOf(volume)[0] ?? 'emptyDir';
    const place = { path: [...path, 'volumeMounts', index, 'readOnly'], container: name };
    const target = textOf(mount.mountPath);
    if (kind === 'hostPath')
      return [
        {
          control: 'writableHostPath',
          profile: 'immutable',
          severity: 'error',
          message: `container ${name} can write to ${textOf(mapOf(volume.hostPath)?.path)} of the node, at ${target}`,
          remedy: 'set readOnly: true, or use another kind of volume',
          ...place,
        },
      ];
    // The kubelet mounts these read-only whatever the manifest says.
    const canBeWritten = !['configMap', 'secret', 'downwardAPI', 'projected', 'image'].includes(kind);
    if (canBeWritten && isSystemDirectory(target))
      return [
        {
          control: 'writableSystemDirectory',
          profile: 'immutable',
          severity: 'warning',
          message: `container ${name} can write to ${target}, where programs or configuration lie`,
          remedy: 'mount a directory for data only, or set readOnly: true',
          ...place,
        },
      ];
    if (HARMLESS_VOLUMES.includes(kind)) return [];
    return [
      {
        control: 'writableMount',
        profile: 'immutable',
        severity: 'note',
        message: `container ${name} can write to ${target}, which outlives the pod (${kind})`,
        remedy: 'set readOnly: true where the application only reads',
        ...place,
      },
    ];
  });
}

function isSystemDirectory(target: string): boolean {
  const clean = `/${target.split('/').filter(Boolean).join('/')}`;
  return (
    clean === '/' || SYSTEM_DIRECTORIES.some((folder) => clean === folder || isProgramFolder(clean, folder))
  );
}

/** Below /usr and /opt and in /etc lie data too; below the others only programs and libraries. */
function isProgramFolder(path: string, folder: string): boolean {
  if (!path.startsWith(`${folder}/`)) return false;
  if (folder === '/opt' || folder === '/etc') return false;
  return folder !== '/usr' || /^\/usr(?:\/local)?\/(?:s?bin|lib(?:64|exec)?)(?:\/|$)/.test(path);
}
