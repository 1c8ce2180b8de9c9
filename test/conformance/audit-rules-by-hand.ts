/**
 * What upstream's audit rules mean, written down once more as plain code over the events' JSON: it knows nothing of
 * rules, fields or matchers. Lists of images are those that occur in the golden events.
 */

// biome-ignore lint/suspicious/noExplicitAny: an audit event may hold anything
export type Event = any;

const ALLOWED_USERS =
  /^(?:minikube|minikube-user|kubelet|kops|admin|kube|kube-proxy|kube-apiserver-healthcheck|kubernetes-admin|vpa-recommender|vpa-updater|cluster-autoscaler|cloud-controller-manager)$/;
const SENSITIVE = new Set(
  `/proc /var/run/docker.sock / /etc /root /var/run/crio/crio.sock /run/containerd/containerd.sock /home/admin
  /var/lib/kubelet /var/lib/kubelet/pki /etc/kubernetes /etc/kubernetes/manifests`.split(/\s+/),
);
const CREDENTIALS =
  /aws_access_key_id|aws-access-key-id|aws_s3_access_key_id|aws-s3-access-key-id|password|passphrase/;
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

const isDone = (e: Event) => e.stage === 'ResponseComplete';
const isSystem = (e: Event) => String(e.user?.username).startsWith('system:');
const isOk = (e: Event) => String(e.responseStatus?.code ?? '').startsWith('2');
const isOf = (e: Event, ...resources: string[]) => resources.includes(e.objectRef?.resource);
const isCreated = (e: Event) => isDone(e) && e.verb === 'create';
const isPod = (e: Event) => isOf(e, 'pods') && e.objectRef.subresource === undefined;
const isPodPart = (e: Event) => isOf(e, 'pods') && e.objectRef.subresource !== undefined;
const isModified = (e: Event) => isDone(e) && ['create', 'update', 'patch'].includes(e.verb);
const isKube = (e: Event) => ['kube-system', 'kube-public'].includes(e.objectRef?.namespace);
const spec = (e: Event) => e.requestObject?.spec ?? {};
const isRole = (e: Event) => isOf(e, 'roles', 'clusterroles');
const ofRules = (e: Event, key: string): string[] =>
  (e.requestObject?.rules ?? []).flatMap((rule: Event) => rule[key] ?? []);

function containers(e: Event): Event[] {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = spec(e);
  return [...containers, ...initContainers, ...ephemeralContainers];
}

/** Created or deleted with success, for the rules that tell of activity. */
function activity(resource: string, verb: string): (e: Event) => boolean {
  return (e) => isDone(e) && e.verb === verb && isOf(e, resource) && isOk(e);
}

/** One function for each rule that can match; the others never do as they are shipped. */
export const BY_HAND: Readonly<Record<string, (e: Event) => boolean>> = {
  'Disallowed K8s User': (e) =>
    isDone(e) && !isSystem(e) && !ALLOWED_USERS.test(e.user.username) && !e.user.username.startsWith('eks:'),
  'Create Privileged Pod': (e) =>
    isCreated(e) && isPod(e) && containers(e).some((c) => c.securityContext?.privileged === true),
  'Create Sensitive Mount Pod': (e) =>
    isCreated(e) && isPod(e) && (spec(e).volumes ?? []).some((v: Event) => SENSITIVE.has(v.hostPath?.path)),
  'Create HostNetwork Pod': (e) => isCreated(e) && isPod(e) && spec(e).hostNetwork === true,
  'Create HostPid Pod': (e) => isCreated(e) && isPod(e) && spec(e).hostPID === true,
  'Create HostIPC Pod': (e) => isCreated(e) && isPod(e) && spec(e).hostIPC === true,
  'Create NodePort Service': (e) => isCreated(e) && isOf(e, 'services') && spec(e).type === 'NodePort',
  'Create/Modify Configmap With Private Credentials': (e) =>
    isModified(e) && isOf(e, 'configmaps') && CREDENTIALS.test(JSON.stringify(e.requestObject?.data ?? '')),
  'Anonymous Request Allowed': (e) =>
    isDone(e) &&
    e.user?.username === 'system:anonymous' &&
    e.annotations?.['authorization.k8s.io/decision'] === 'allow' &&
    !/^\/(?:healthz|livez|readyz)(?:$|\?)/.test(e.requestURI),
  'Attach/Exec Pod': (e) =>
    e.stage === 'ResponseStarted' &&
    isPodPart(e) &&
    ['create', 'get'].includes(e.verb) &&
    ['exec', 'attach'].includes(e.objectRef.subresource),
  'port-forward': (e) => e.objectRef?.subresource === 'portforward',
  'EphemeralContainers Created': (e) =>
    isModified(e) && isPodPart(e) && e.objectRef.subresource === 'ephemeralcontainers',
  'Create Disallowed Namespace': (e) =>
    isCreated(e) &&
    isOf(e, 'namespaces') &&
    !['kube-system', 'kube-public', 'default'].includes(e.objectRef.name),
  'Pod Created in Kube Namespace': (e) => isCreated(e) && isPod(e) && isKube(e),
  'Service Account Created in Kube Namespace': (e) =>
    isCreated(e) &&
    isOf(e, 'serviceaccounts') &&
    isKube(e) &&
    isOk(e) &&
    !/-(?:controller|autoscaler|binder|collector|publisher)$/.test(e.objectRef.name ?? ''),
  'System ClusterRole Modified/Deleted': (e) =>
    (isModified(e) || (isDone(e) && e.verb === 'delete')) &&
    isRole(e) &&
    String(e.objectRef.name).startsWith('system:') &&
    !['system:coredns', 'system:managed-certificate-controller'].includes(e.objectRef.name),
  'Attach to cluster-admin Role': (e) =>
    isCreated(e) && isOf(e, 'clusterrolebindings') && e.requestObject?.roleRef?.name === 'cluster-admin',
  'ClusterRole With Wildcard Created': (e) =>
    isCreated(e) && isRole(e) && [...ofRules(e, 'resources'), ...ofRules(e, 'verbs')].includes('*'),
  'ClusterRole With Write Privileges Created': (e) =>
    isCreated(e) && isRole(e) && ofRules(e, 'verbs').some((verb) => WRITES.has(verb)),
  'ClusterRole With Pod Exec Created': (e) =>
    isCreated(e) && isRole(e) && ofRules(e, 'resources').includes('pods/exec'),
  'K8s Deployment Created': activity('deployments', 'create'),
  'K8s Deployment Deleted': activity('deployments', 'delete'),
  'K8s Service Created': activity('services', 'create'),
  'K8s Service Deleted': activity('services', 'delete'),
  'K8s ConfigMap Created': activity('configmaps', 'create'),
  'K8s ConfigMap Deleted': activity('configmaps', 'delete'),
  'K8s Namespace Created': activity('namespaces', 'create'),
  'K8s Namespace Deleted': (e) => activity('namespaces', 'delete')(e) && !isSystem(e),
  'K8s Serviceaccount Created': activity('serviceaccounts', 'create'),
  'K8s Serviceaccount Deleted': activity('serviceaccounts', 'delete'),
  'K8s Role Created': activity('roles', 'create'),
  'K8s Role Deleted': activity('roles', 'delete'),
  'K8s ClusterRole Created': activity('clusterroles', 'create'),
  'K8s ClusterRole Deleted': activity('clusterroles', 'delete'),
  'K8s RoleBinding Created': activity('rolebindings', 'create'),
  'K8s RoleBinding Deleted': activity('rolebindings', 'delete'),
  'K8s ClusterRoleBinding Created': activity('clusterrolebindings', 'create'),
  'K8s ClusterRoleBinding Deleted': activity('clusterrolebindings', 'delete'),
  'K8s Secret Created': (e) =>
    activity('secrets', 'create')(e) && e.objectRef.namespace !== 'kube-system' && !isSystem(e),
  'K8s Secret Deleted': (e) =>
    activity('secrets', 'delete')(e) && e.objectRef.namespace !== 'kube-system' && !isSystem(e),
  'K8s Secret Get Successfully': activity('secrets', 'get'),
  'K8s Secret Get Unsuccessfully Tried': (e) =>
    isDone(e) && e.verb === 'get' && isOf(e, 'secrets') && !isOk(e),
  'Ingress Object without TLS Certificate Created': (e) =>
    activity('ingresses', 'create')(e) && spec(e).tls === undefined,
};
