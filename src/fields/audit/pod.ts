/** What a request says of a pod besides its containers: host namespaces, volumes, users. */
import { type FieldDefinition, REQUIRED_KEY } from '../define.ts';
import type { FieldValue } from '../field.ts';
import { at, isList, type Json, jsonText, jsonTexts } from '../json-value.ts';
import { containersOf, imagesOf, isPrivileged, repositoriesOf } from './containers.ts';
import { indexedField, listAt, textAt, textField } from './event.ts';

function specAt(name: string, description: string, ...path: readonly string[]): FieldDefinition {
  return textAt(name, description, 'requestObject', 'spec', ...path);
}

/** A field of the pod's main containers as one value. */
function mainContainers(
  name: string,
  description: string,
  read: (containers: readonly Json[]) => FieldValue,
): FieldDefinition {
  return textField(name, description, (event) => {
    const containers = containersOf(event);
    return isList(containers) ? read(containers) : undefined;
  });
}

export const POD_FIELDS: readonly FieldDefinition[] = [
  mainContainers(
    'ka.req.container.image',
    'Image of the first container of a pod.',
    (containers) => imagesOf(containers.slice(0, 1))?.[0],
  ),
  mainContainers(
    'ka.req.container.image.repository',
    'Image of the first container of a pod without tag and digest.',
    (containers) => repositoriesOf(containers.slice(0, 1))?.[0],
  ),
  specAt('ka.req.pod.host_ipc', '`true` for a pod in the IPC namespace of the host.', 'hostIPC'),
  specAt('ka.req.pod.host_network', '`true` for a pod in the network of the host.', 'hostNetwork'),
  specAt('ka.req.container.host_network', 'The same as `ka.req.pod.host_network`.', 'hostNetwork'),
  specAt('ka.req.pod.host_pid', '`true` for a pod in the pid namespace of the host.', 'hostPID'),
  mainContainers(
    'ka.req.container.privileged',
    '`true` when any container of the pod is privileged.',
    (containers) => String(containers.some(isPrivileged)),
  ),
  specAt('ka.req.pod.run_as_user', 'User id set for the whole pod.', 'securityContext', 'runAsUser'),
  specAt('ka.req.pod.run_as_group', 'Group id set for the whole pod.', 'securityContext', 'runAsGroup'),
];

export const POD_GROUP_FIELDS: readonly FieldDefinition[] = [
  specAt('ka.req.pod.fs_group', 'Group id that owns the volumes of a pod.', 'securityContext', 'fsGroup'),
  listAt(
    'ka.req.pod.supplemental_groups',
    'Further group ids of the processes of a pod.',
    ...['requestObject', 'spec', 'securityContext', 'supplementalGroups'],
  ),
];

function volumesOf(event: Json): Json | undefined {
  return at(event, 'requestObject', 'spec', 'volumes');
}

function volumes(
  name: string,
  description: string,
  each: (volume: Json) => readonly (Json | undefined)[],
): FieldDefinition {
  return indexedField(`ka.req.pod.volumes.${name}`, description, volumesOf, (found) =>
    jsonTexts(found.flatMap(each)),
  );
}

function hostPath(volume: Json): Json | undefined {
  return at(volume, 'hostPath', 'path');
}

/** All keys but the name: one of them says what the volume is. */
function volumeTypes(volume: Json): string[] {
  return typeof volume === 'object' && volume !== null
    ? Object.keys(volume).filter((key) => key !== 'name')
    : [];
}

export const VOLUME_FIELDS: readonly FieldDefinition[] = [
  volumes('hostpath', 'Paths of the host that the volumes of a pod mount.', (volume) => [hostPath(volume)]),
  textField(
    'ka.req.volume.hostpath',
    '`true` when a volume mounts the path of the host in brackets; `*` at the end matches any rest.',
    (event, asked = '') => {
      const found = volumesOf(event);
      if (!isList(found)) return undefined;
      const paths = found.map(hostPath).filter((path) => path !== undefined);
      const matches = (path: string): boolean =>
        path === asked || (asked.endsWith('*') && path.startsWith(asked.slice(0, -1)));
      return String(paths.some((path) => matches(jsonText(path))));
    },
    { argument: REQUIRED_KEY },
  ),
  volumes('flexvolume_driver', 'Drivers of the flex volumes of a pod.', (volume) => [
    at(volume, 'flexVolume', 'driver'),
  ]),
  volumes('volume_type', 'Types of the volumes of a pod, such as `hostPath`.', volumeTypes),
];
