/** The kubeconfig by which the API server finds a webhook for audit events. */
import { stringify } from 'yaml';

export interface WebhookServer {
  readonly url: string;
  /** Who has signed the server's certificate, as PEM; the system's authorities when absent. */
  readonly authority?: Uint8Array;
  /** By which the API server says who it is, as PEM. */
  readonly client?: { readonly certificate: Uint8Array; readonly key: Uint8Array };
}

/** Certificates are in the file itself, so that no further file has to be mounted. */
export function webhookKubeconfig({ url, authority, client }: WebhookServer): string {
  const cluster = {
    server: url,
    ...(authority === undefined ? {} : { 'certificate-authority-data': base64(authority) }),
  };
  const user =
    client === undefined
      ? {}
      : { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lanner', cluster }],
    users: [{ name: 'kube-apiserver', user }],
    contexts: [{ name: 'lanner', context: { cluster: 'lanner', user: 'kube-apiserver' } }],
    'current-context': 'lanner',
    preferences: {},
  };
  return stringify(config, { lineWidth: 0 });
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
