/**
 * The resources that Kubernetes itself serves, by API group, with their subresources. From the reference of the
 * Kubernetes API, 1.20 to 1.36. What custom resource definitions add is unknown here.
 */

/** Subresources of a resource: what it has beside itself. */
const STATUS = ['status'] as const;
const SCALED = ['status', 'scale'] as const;
const NONE = [] as const;

export const KNOWN_RESOURCES: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  '': {
    bindings: NONE,
    componentstatuses: NONE,
    configmaps: NONE,
    endpoints: NONE,
    events: NONE,
    limitranges: NONE,
    namespaces: ['status', 'finalize'],
    nodes: ['status', 'proxy'],
    persistentvolumeclaims: STATUS,
    persistentvolumes: STATUS,
    pods: [
      'attach',
      'binding',
      'ephemeralcontainers',
      'eviction',
      'exec',
      'log',
      'portforward',
      'proxy',
      'resize',
      'status',
    ],
    podtemplates: NONE,
    replicationcontrollers: SCALED,
    resourcequotas: STATUS,
    secrets: NONE,
    serviceaccounts: ['token'],
    services: ['status', 'proxy'],
  },
  'admissionregistration.k8s.io': {
    mutatingadmissionpolicies: NONE,
    mutatingadmissionpolicybindings: NONE,
    mutatingwebhookconfigurations: NONE,
    validatingadmissionpolicies: STATUS,
    validatingadmissionpolicybindings: NONE,
    validatingwebhookconfigurations: NONE,
  },
  'apiextensions.k8s.io': { customresourcedefinitions: STATUS },
  'apiregistration.k8s.io': { apiservices: STATUS },
  apps: {
    controllerrevisions: NONE,
    daemonsets: STATUS,
    deployments: SCALED,
    replicasets: SCALED,
    statefulsets: SCALED,
  },
  'authentication.k8s.io': { selfsubjectreviews: NONE, tokenreviews: NONE },
  'authorization.k8s.io': {
    localsubjectaccessreviews: NONE,
    selfsubjectaccessreviews: NONE,
    selfsubjectrulesreviews: NONE,
    subjectaccessreviews: NONE,
  },
  autoscaling: { horizontalpodautoscalers: STATUS },
  batch: { cronjobs: STATUS, jobs: STATUS },
  'certificates.k8s.io': {
    certificatesigningrequests: ['approval', 'status'],
    clustertrustbundles: NONE,
    podcertificaterequests: STATUS,
  },
  'coordination.k8s.io': { leases: NONE, leasecandidates: NONE },
  'discovery.k8s.io': { endpointslices: NONE },
  'events.k8s.io': { events: NONE },
  'flowcontrol.apiserver.k8s.io': { flowschemas: STATUS, prioritylevelconfigurations: STATUS },
  'internal.apiserver.k8s.io': { storageversions: STATUS },
  'networking.k8s.io': {
    ingressclasses: NONE,
    ingresses: STATUS,
    ipaddresses: NONE,
    networkpolicies: STATUS,
    servicecidrs: STATUS,
  },
  'node.k8s.io': { runtimeclasses: NONE },
  policy: { poddisruptionbudgets: STATUS, podsecuritypolicies: NONE },
  'rbac.authorization.k8s.io': {
    clusterrolebindings: NONE,
    clusterroles: NONE,
    rolebindings: NONE,
    roles: NONE,
  },
  'resource.k8s.io': {
    deviceclasses: NONE,
    resourceclaims: STATUS,
    resourceclaimtemplates: NONE,
    resourceslices: NONE,
  },
  'scheduling.k8s.io': { priorityclasses: NONE },
  'storage.k8s.io': {
    csidrivers: NONE,
    csinodes: NONE,
    csistoragecapacities: NONE,
    storageclasses: NONE,
    volumeattachments: STATUS,
    volumeattributesclasses: NONE,
  },
};

/** Resources that lie in no namespace. A namespace itself counts as lying in the one of its name. */
const CLUSTER_WIDE: Readonly<Record<string, readonly string[]>> = {
  '': ['componentstatuses', 'nodes', 'persistentvolumes'],
  'admissionregistration.k8s.io': Object.keys(KNOWN_RESOURCES['admissionregistration.k8s.io'] ?? {}),
  'apiextensions.k8s.io': ['customresourcedefinitions'],
  'apiregistration.k8s.io': ['apiservices'],
  'authentication.k8s.io': ['selfsubjectreviews', 'tokenreviews'],
  'authorization.k8s.io': ['selfsubjectaccessreviews', 'selfsubjectrulesreviews', 'subjectaccessreviews'],
  'certificates.k8s.io': ['certificatesigningrequests', 'clustertrustbundles'],
  'flowcontrol.apiserver.k8s.io': ['flowschemas', 'prioritylevelconfigurations'],
  'networking.k8s.io': ['ingressclasses', 'ipaddresses', 'servicecidrs'],
  'node.k8s.io': ['runtimeclasses'],
  policy: ['podsecuritypolicies'],
  'rbac.authorization.k8s.io': ['clusterrolebindings', 'clusterroles'],
  'resource.k8s.io': ['deviceclasses', 'resourceslices'],
  'scheduling.k8s.io': ['priorityclasses'],
  'storage.k8s.io': [
    'csidrivers',
    'csinodes',
    'storageclasses',
    'volumeattachments',
    'volumeattributesclasses',
  ],
};

/** Whether a resource of Kubernetes itself lies in no namespace. */
export function isClusterWide(group: string, resource: string): boolean {
  return Object.hasOwn(CLUSTER_WIDE, group) && CLUSTER_WIDE[group]?.includes(resource) === true;
}

/** Verbs of requests for resources, as k8s.io/apiserver/pkg/endpoints/request derives them. */
export const RESOURCE_VERBS = [
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
  'proxy',
] as const;

/** Verbs of requests for other paths: methods of HTTP in small letters. */
export const PATH_VERBS = [
  'get',
  'head',
  'post',
  'put',
  'patch',
  'delete',
  'options',
  'connect',
  'trace',
] as const;

/** Groups of Kubernetes that have a resource of this name. */
export function groupsWith(resource: string): string[] {
  return Object.keys(KNOWN_RESOURCES).filter((group) => subresourcesOf(group, resource) !== undefined);
}

/** `undefined` where the group has no such resource, or is not one of Kubernetes itself. */
export function subresourcesOf(group: string, resource: string): readonly string[] | undefined {
  const resources = Object.hasOwn(KNOWN_RESOURCES, group) ? KNOWN_RESOURCES[group] : undefined;
  return resources !== undefined && Object.hasOwn(resources, resource) ? resources[resource] : undefined;
}

/** Resources of Kubernetes that have this subresource, by group. */
export function resourcesWith(subresource: string): { readonly group: string; readonly resource: string }[] {
  return Object.entries(KNOWN_RESOURCES).flatMap(([group, resources]) =>
    Object.entries(resources).flatMap(([resource, subresources]) =>
      subresources.includes(subresource) ? [{ group, resource }] : [],
    ),
  );
}
