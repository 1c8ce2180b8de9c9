/** `ka.*`: Kubernetes audit events. What a field reads is what the API server writes, in the words of its schema. */
import { toByteString, toText } from '../events/bytes.ts';
import { BINDING_FIELDS, ROLE_FIELDS } from './audit/bindings.ts';
import { containerFields } from './audit/containers.ts';
import { indexedField, listAt, textAt, textField } from './audit/event.ts';
import { POD_FIELDS, POD_GROUP_FIELDS, VOLUME_FIELDS } from './audit/pod.ts';
import { defineClass, INDEX, REQUIRED_KEY } from './define.ts';
import type { FieldValue } from './field.ts';
import { at, isList, type Json, jsonText, jsonTexts } from './json-value.ts';

/** The value of a parameter in the query of the request's address. */
function uriParameter(event: Json, name = ''): FieldValue {
  const uri = at(event, 'requestURI');
  if (typeof uri !== 'string') return undefined;
  const [address = ''] = uri.split('#');
  const start = address.indexOf('?');
  const value = start < 0 ? null : new URLSearchParams(address.slice(start)).get(toText(name));
  return value === null ? undefined : toByteString(value);
}

/** Name of the pod as the API server has given it, else as it was asked for. */
function podName(event: Json): FieldValue {
  const target = at(event, 'objectRef');
  if (at(target, 'resource') !== 'pods') return undefined;
  const given = at(target, 'subresource') ? undefined : at(event, 'responseObject', 'metadata', 'name');
  const name = given ?? at(target, 'name');
  return name === undefined ? undefined : jsonText(name);
}

/** All ports as one JSON text, as Falco shows them; with an index that port. */
function servicePorts(event: Json, index: string | undefined): FieldValue {
  const ports = at(event, 'requestObject', 'spec', 'ports');
  const asked = index === undefined ? ports : isList(ports) ? ports[Number(index)] : undefined;
  return jsonTexts([asked]);
}

export const AUDIT_FIELDS = defineClass(
  {
    name: 'ka',
    title: '',
    description: 'Events of the Kubernetes audit log: who asked the API server for what, and its answer.',
    sources: ['k8s_audit'],
  },
  [
    textAt('ka.auditid', 'Id of the request, shared by the events of its stages.', 'auditID'),
    textAt(
      'ka.stage',
      'Stage of the request: `RequestReceived`, `ResponseStarted`, `ResponseComplete` or `Panic`.',
      'stage',
    ),
    annotation(
      'ka.auth.decision',
      'Whether the request was allowed: `allow` or `forbid`.',
      'authorization.k8s.io/decision',
    ),
    annotation(
      'ka.auth.reason',
      'Why it was allowed or forbidden, in the words of the authorizer.',
      'authorization.k8s.io/reason',
    ),
    annotation(
      'ka.auth.openshift.decision',
      'Result of authenticating at OpenShift.',
      'authentication.openshift.io/decision',
    ),
    annotation(
      'ka.validations.admission.policy.failure',
      'What a validating admission policy objected to.',
      'validation.policy.admission.k8s.io/validation_failure',
    ),
    annotation(
      'ka.security.pod.violations',
      'What pod security admission objected to.',
      'pod-security.kubernetes.io/audit-violations',
    ),
    annotation(
      'ka.auth.openshift.username',
      'User who authenticated at OpenShift.',
      'authentication.openshift.io/username',
    ),
    textAt('ka.user.name', 'User who made the request.', 'user', 'username'),
    listAt('ka.user.groups', 'Groups of the user.', 'user', 'groups'),
    textAt(
      'ka.impuser.name',
      'User as whom the request was made by impersonation.',
      'impersonatedUser',
      'username',
    ),
    textAt(
      'ka.verb',
      'What was asked for: `get`, `list`, `create`, `update`, `patch`, `delete` and so on.',
      'verb',
    ),
    textAt('ka.uri', 'Address of the request, path and query.', 'requestURI'),
    textField(
      'ka.uri.param',
      'Value of one parameter of the query, as in `ka.uri.param[command]`; the first, where there are several.',
      uriParameter,
      { argument: REQUIRED_KEY },
    ),
    textAt('ka.target.name', 'Name of the object that the request is about.', 'objectRef', 'name'),
    textAt('ka.target.namespace', 'Namespace of the object.', 'objectRef', 'namespace'),
    textAt('ka.target.resource', 'Kind of the object in plural, such as `pods`.', 'objectRef', 'resource'),
    textAt('ka.target.subresource', 'Part of the object, such as `exec`.', 'objectRef', 'subresource'),
    textField('ka.target.pod.name', 'Name of the pod, for requests that lead to one.', podName),
    ...BINDING_FIELDS,
    textAt('ka.req.configmap.name', 'Name of the config map in the request.', 'objectRef', 'name'),
    textAt(
      'ka.req.configmap.obj',
      'Data of the config map in the request, as JSON.',
      'requestObject',
      'data',
    ),
    ...containerFields('containers', 'containers'),
    ...POD_FIELDS,
    ...ROLE_FIELDS,
    ...POD_GROUP_FIELDS,
    textAt('ka.req.service.type', 'Type of a service, such as `NodePort`.', 'requestObject', 'spec', 'type'),
    textField(
      'ka.req.service.ports',
      'Ports of a service, as one JSON text; with an index that port.',
      servicePorts,
      { isList: true, argument: INDEX },
    ),
    ...VOLUME_FIELDS,
    textAt('ka.resp.name', 'Name of the object in the response.', 'responseObject', 'metadata', 'name'),
    textAt('ka.response.code', 'HTTP status of the response, as text.', 'responseStatus', 'code'),
    textAt('ka.response.reason', 'Reason of a failure, in one word.', 'responseStatus', 'reason'),
    textAt('ka.useragent', 'Program that made the request, as it calls itself.', 'userAgent'),
    indexedField(
      'ka.sourceips',
      'Addresses that the request came from, proxies last.',
      (event) => at(event, 'sourceIPs'),
      jsonTexts,
    ),
    annotation('ka.cluster.name', 'Name of the cluster, where a managed service tells it.', 'cluster_name'),
    ...containerFields('initContainers', 'init containers'),
    ...containerFields('ephemeralContainers', 'ephemeral containers'),
  ],
);

function annotation(name: string, description: string, key: string) {
  return textAt(name, description, 'annotations', key);
}
