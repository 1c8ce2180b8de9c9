/** `ka.*`: Kubernetes audit events. Missing until a source has such events. */
import { defineClass, type FieldDefinition, INDEX, REQUIRED_KEY } from './define.ts';

function text(name: string, description: string, more: Partial<FieldDefinition> = {}): FieldDefinition {
  return { name, type: 'CHARBUF', cost: 4, description, ...more };
}

function list(name: string, description: string): FieldDefinition {
  return text(name, description, { isList: true });
}

function indexedList(name: string, description: string): FieldDefinition {
  return text(name, description, { isList: true, argument: INDEX });
}

/** What every kind of container in a pod is asked about: one value per container, `[n]` for one of them. */
const CONTAINER_SUBJECTS = [
  ['name', 'names'],
  ['image', 'images'],
  ['image.repository', 'images without tag and digest'],
  ['command', 'commands'],
  ['args', 'arguments'],
  ['privileged', 'whether they are privileged'],
  ['allow_privilege_escalation', 'whether they may gain privileges'],
  ['read_only_fs', 'whether their root file system is read-only'],
  ['run_as_user', 'user ids set for the container itself'],
  ['eff_run_as_user', 'user ids in effect: that of the container, else of the pod, else 0'],
  ['run_as_group', 'group ids set for the container itself'],
  ['eff_run_as_group', 'group ids in effect: that of the container, else of the pod, else 0'],
  ['proc_mount', 'how /proc is mounted'],
  ['add_capabilities', 'capabilities added'],
] as const;

const HOST_PORT = ['host_port', 'ports taken on the host'] as const;

function containerFields(
  kind: string,
  title: string,
  subjects: readonly (readonly [string, string])[],
): FieldDefinition[] {
  return subjects.map(([subject, meaning]) =>
    indexedList(`ka.req.pod.${kind}.${subject}`, `Of the ${title} of a pod: ${meaning}.`),
  );
}

export const AUDIT_FIELDS = defineClass(
  {
    name: 'ka',
    title: '',
    description: 'Events of the Kubernetes audit log: who asked the API server for what, and its answer.',
    sources: ['k8s_audit'],
  },
  [
    text('ka.auditid', 'Id of the request, shared by the events of its stages.'),
    text(
      'ka.stage',
      'Stage of the request: `RequestReceived`, `ResponseStarted`, `ResponseComplete` or `Panic`.',
    ),
    text('ka.auth.decision', 'Whether the request was allowed: `allow` or `forbid`.'),
    text('ka.auth.reason', 'Why it was allowed or forbidden, in the words of the authorizer.'),
    text('ka.auth.openshift.decision', 'Result of authenticating at OpenShift.'),
    text('ka.validations.admission.policy.failure', 'What a validating admission policy objected to.'),
    text('ka.security.pod.violations', 'What pod security admission objected to.'),
    text('ka.auth.openshift.username', 'User who authenticated at OpenShift.'),
    text('ka.user.name', 'User who made the request.'),
    list('ka.user.groups', 'Groups of the user.'),
    text('ka.impuser.name', 'User as whom the request was made by impersonation.'),
    text('ka.verb', 'What was asked for: `get`, `list`, `create`, `update`, `patch`, `delete` and so on.'),
    text('ka.uri', 'Address of the request, path and query.'),
    text('ka.uri.param', 'Value of one parameter of the query, as in `ka.uri.param[command]`.', {
      argument: REQUIRED_KEY,
    }),
    text('ka.target.name', 'Name of the object that the request is about.'),
    text('ka.target.namespace', 'Namespace of the object.'),
    text('ka.target.resource', 'Kind of the object in plural, such as `pods`.'),
    text('ka.target.subresource', 'Part of the object, such as `exec`.'),
    text('ka.target.pod.name', 'Name of the pod, for requests that lead to one.'),
    list('ka.req.binding.subjects', 'Subjects of a role binding that is being made.'),
    list('ka.req.binding.subjects.user_names', 'Users among the subjects of a role binding.'),
    list(
      'ka.req.binding.subjects.serviceaccount_names',
      'Service accounts among the subjects of a role binding.',
    ),
    list(
      'ka.req.binding.subjects.serviceaccount_ns_names',
      'Service accounts among the subjects of a role binding, as `namespace:name`.',
    ),
    list('ka.req.binding.subjects.group_names', 'Groups among the subjects of a role binding.'),
    text('ka.req.binding.role', 'Role that a role binding gives.'),
    text(
      'ka.req.binding.subject.has_name',
      '`true` when a role binding has a subject of the name in brackets. Prefer the lists of subjects.',
      { argument: REQUIRED_KEY },
    ),
    text('ka.req.configmap.name', 'Name of the config map in the request.'),
    text('ka.req.configmap.obj', 'Data of the config map in the request, as JSON.'),
    ...containerFields('containers', 'containers', [...CONTAINER_SUBJECTS, HOST_PORT]),
    text('ka.req.container.image', 'Image of the first container of a pod.'),
    text(
      'ka.req.container.image.repository',
      'Image of the first container of a pod without tag and digest.',
    ),
    text('ka.req.pod.host_ipc', '`true` for a pod in the IPC namespace of the host.'),
    text('ka.req.pod.host_network', '`true` for a pod in the network of the host.'),
    text('ka.req.container.host_network', 'The same as `ka.req.pod.host_network`.'),
    text('ka.req.pod.host_pid', '`true` for a pod in the pid namespace of the host.'),
    text('ka.req.container.privileged', '`true` when any container of the pod is privileged.'),
    text('ka.req.pod.run_as_user', 'User id set for the whole pod.'),
    text('ka.req.pod.run_as_group', 'Group id set for the whole pod.'),
    list('ka.req.role.rules', 'Rules of a role that is being made, as JSON.'),
    indexedList('ka.req.role.rules.apiGroups', 'API groups in the rules of a role.'),
    indexedList('ka.req.role.rules.nonResourceURLs', 'Paths other than resources in the rules of a role.'),
    indexedList('ka.req.role.rules.verbs', 'Verbs in the rules of a role.'),
    indexedList('ka.req.role.rules.resources', 'Resources in the rules of a role.'),
    text('ka.req.pod.fs_group', 'Group id that owns the volumes of a pod.'),
    list('ka.req.pod.supplemental_groups', 'Further group ids of the processes of a pod.'),
    text('ka.req.service.type', 'Type of a service, such as `NodePort`.'),
    indexedList('ka.req.service.ports', 'Ports of a service, as JSON.'),
    indexedList('ka.req.pod.volumes.hostpath', 'Paths of the host that the volumes of a pod mount.'),
    text(
      'ka.req.volume.hostpath',
      '`true` when a volume mounts the path of the host in brackets; `*` at the end matches any rest.',
      {
        argument: REQUIRED_KEY,
      },
    ),
    indexedList('ka.req.pod.volumes.flexvolume_driver', 'Drivers of the flex volumes of a pod.'),
    indexedList('ka.req.pod.volumes.volume_type', 'Types of the volumes of a pod, such as `hostPath`.'),
    text('ka.resp.name', 'Name of the object in the response.'),
    text('ka.response.code', 'HTTP status of the response, as text.'),
    text('ka.response.reason', 'Reason of a failure, in one word.'),
    text('ka.useragent', 'Program that made the request, as it calls itself.'),
    indexedList('ka.sourceips', 'Addresses that the request came from, proxies last.'),
    text('ka.cluster.name', 'Name of the cluster, where a managed service tells it.'),
    ...containerFields('initContainers', 'init containers', [...CONTAINER_SUBJECTS, HOST_PORT]),
    ...containerFields('ephemeralContainers', 'ephemeral containers', CONTAINER_SUBJECTS),
  ],
);
