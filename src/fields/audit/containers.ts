/** `ka.req.pod.containers.*` and its kin: what a request says of the containers of a pod. */
import type { FieldDefinition } from '../define.ts';
import type { FieldValue } from '../field.ts';
import { at, isList, type Json, jsonText, jsonTexts } from '../json-value.ts';
import { indexedField } from './event.ts';

/** What a pod's containers are asked about: the name's last part, its meaning, and how to read it. */
type Subject = readonly [
  name: string,
  meaning: string,
  read: (containers: readonly Json[], event: Json) => FieldValue,
];

const SUBJECTS: readonly Subject[] = [
  ['name', 'names', (containers) => textOfEach(containers, 'name')],
  ['image', 'images', imagesOf],
  ['image.repository', 'images without tag and digest', (containers) => repositoriesOf(containers)],
  ['command', 'commands', (containers) => words(containers, 'command')],
  ['args', 'arguments', (containers) => words(containers, 'args')],
  ['privileged', 'whether they are privileged', security('privileged')],
  ['allow_privilege_escalation', 'whether they may gain privileges', security('allowPrivilegeEscalation')],
  ['read_only_fs', 'whether their root file system is read-only', security('readOnlyRootFilesystem')],
  ['run_as_user', 'user ids set for the container itself', security('runAsUser')],
  [
    'eff_run_as_user',
    'user ids in effect: that of the container, else of the pod, else 0',
    inEffect('runAsUser'),
  ],
  ['run_as_group', 'group ids set for the container itself', security('runAsGroup')],
  [
    'eff_run_as_group',
    'group ids in effect: that of the container, else of the pod, else 0',
    inEffect('runAsGroup'),
  ],
  ['proc_mount', 'how /proc is mounted', security('procMount')],
  ['add_capabilities', 'capabilities added', addedCapabilities],
];

const HOST_PORT: Subject = ['host_port', 'ports taken on the host', hostPorts];

/** The fields of one of the lists of containers that a pod has. */
export function containerFields(
  list: 'containers' | 'initContainers' | 'ephemeralContainers',
  title: string,
): FieldDefinition[] {
  // Ephemeral containers have no ports.
  const subjects = list === 'ephemeralContainers' ? SUBJECTS : [...SUBJECTS, HOST_PORT];
  return subjects.map(([subject, meaning, read]) =>
    indexedField(
      `ka.req.pod.${list}.${subject}`,
      `Of the ${title} of a pod: ${meaning}.`,
      (event) => containersOf(event, list),
      read,
    ),
  );
}

export function containersOf(event: Json, list = 'containers'): Json | undefined {
  return at(event, 'requestObject', 'spec', list);
}

/** Images of all; nothing when one has none, as then less is known than the list would say. */
export function imagesOf(containers: readonly Json[]): string[] | undefined {
  return textOfEach(containers, 'image');
}

export function repositoriesOf(containers: readonly Json[]): string[] | undefined {
  return imagesOf(containers)?.map(repositoryOf);
}

/** The image without digest and tag; a colon before the last `/` is that of a registry's port. */
function repositoryOf(image: string): string {
  const [named = ''] = image.split('@');
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  return colon < 0 ? named : named.slice(0, colon);
}

export function isPrivileged(container: Json): boolean {
  return at(container, 'securityContext', 'privileged') === true;
}

function textOfEach(containers: readonly Json[], key: string): string[] | undefined {
  const values = containers.map((container) => at(container, key));
  return values.includes(undefined) ? undefined : jsonTexts(values);
}

/** Words of each container that has them, put together with spaces. */
function words(containers: readonly Json[], key: string): FieldValue {
  const lists = containers.map((container) => at(container, key)).filter((value) => value !== undefined);
  const areTexts = lists.every((list) => isList(list) && list.every((word) => typeof word === 'string'));
  return areTexts ? jsonTexts(lists.map((list) => (list as readonly string[]).join(' '))) : undefined;
}

function security(key: string): Subject[2] {
  return (containers) => jsonTexts(containers.map((container) => at(container, 'securityContext', key)));
}

function inEffect(key: string): Subject[2] {
  return (containers, event) => {
    const ofPod = at(event, 'requestObject', 'spec', 'securityContext', key) ?? 0;
    return jsonTexts(containers.map((container) => at(container, 'securityContext', key) ?? ofPod));
  };
}

function addedCapabilities(containers: readonly Json[]): FieldValue {
  return jsonTexts(
    containers.flatMap((container) => {
      const added = at(container, 'securityContext', 'capabilities', 'add');
      return isList(added) ? added : [];
    }),
  );
}

/** A port without one on the host counts too: in the network of the host it is taken there. */
function hostPorts(containers: readonly Json[]): FieldValue {
  const ports = containers.flatMap((container) => {
    const listed = at(container, 'ports');
    return isList(listed) ? listed : [];
  });
  const taken = ports.map((port) => at(port, 'hostPort') ?? at(port, 'containerPort'));
  return jsonTexts(taken.map((port) => (port === undefined ? undefined : jsonText(port))));
}
