/** The ValidatingWebhookConfiguration by which the API server asks the webhook. */
import { stringify } from 'yaml';

export interface WebhookConfiguration {
  readonly name: string;
  /** Where the webhook is: a service of the cluster, or an address. */
  readonly at: { readonly service: ServiceName } | { readonly url: string };
  /** Who has signed the webhook's certificate, as PEM; the system's authorities when absent. */
  readonly authority?: string;
  /** What becomes of requests while the webhook does not answer: they are refused, or let in. */
  readonly failurePolicy: 'Fail' | 'Ignore';
  readonly timeoutSeconds: number;
  /** Namespaces that the API server does not ask about. */
  readonly withoutNamespaces: readonly string[];
}

export interface ServiceName {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** Everything that brings pods. */
const RESOURCES = [
  {
    apiGroups: [''],
    resources: ['pods', 'pods/ephemeralcontainers', 'podtemplates', 'replicationcontrollers'],
  },
  { apiGroups: ['apps'], resources: ['daemonsets', 'deployments', 'replicasets', 'statefulsets'] },
  { apiGroups: ['batch'], resources: ['cronjobs', 'jobs'] },
] as const;

export function webhookConfiguration({ name, at, authority, ...wanted }: WebhookConfiguration): string {
  const { failurePolicy, timeoutSeconds, withoutNamespaces } = wanted;
  const path = '/validate';
  const bundle = authority === undefined ? {} : { caBundle: Buffer.from(authority).toString('base64') };
  const clientConfig =
    'service' in at
      ? { service: { ...at.service, path }, ...bundle }
      : { url: new URL(path, at.url).href, ...bundle };
  const excluded = {
    matchExpressions: [
      { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [...new Set(withoutNamespaces)] },
    ],
  };
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name, labels: { app: 'lanner' } },
    webhooks: [
      {
        // It has to look like the name of a host.
        name: `pods.${name}.lanner`,
        clientConfig,
        rules: RESOURCES.map((rule) => ({
          ...rule,
          apiVersions: ['*'],
          operations: ['CREATE', 'UPDATE'],
          scope: 'Namespaced',
        })),
        ...(withoutNamespaces.length === 0 ? {} : { namespaceSelector: excluded }),
        matchPolicy: 'Equivalent',
        failurePolicy,
        timeoutSeconds,
        sideEffects: 'NoneOnDryRun',
        admissionReviewVersions: ['v1'],
      },
    ],
  };
  return stringify(configuration, { lineWidth: 0 });
}
