/** How to reach a cluster's API server: from a kubeconfig, or from within a pod. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { type JsonMap, listOf, mapOf, textOf } from '../manifests/manifest.ts';

/** What somebody has to mend before a cluster can be asked. */
export class AccessError extends Error {}

export interface ClusterAccess {
  /** For people: which context of which file. */
  readonly name: string;
  readonly server: URL;
  /** Authorities in PEM; those of the machine where it is absent. */
  readonly ca?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Read anew for each question: tokens of service accounts change. */
  readonly token?: () => string;
  /** The server's certificate is not checked. */
  readonly insecure: boolean;
  readonly serverName?: string;
}

export interface AccessOptions {
  /** Instead of $KUBECONFIG, ~/.kube/config, or the pod's service account. */
  readonly kubeconfig?: string;
  /** Instead of the current one. */
  readonly context?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where a pod has its service account; for tests. */
  readonly serviceAccount?: string;
}

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Throws an {@link AccessError} that says what is missing. */
export function clusterAccess(options: AccessOptions): ClusterAccess {
  const { kubeconfig, environment, serviceAccount = SERVICE_ACCOUNT } = options;
  const named = kubeconfig ?? environment.KUBECONFIG;
  const usual = join(environment.HOME ?? '/', '.kube', 'config');
  if (named !== undefined && named !== '') return fromKubeconfig(named.split(':').filter(Boolean), options);
  if (existsSync(usual)) return fromKubeconfig([usual], options);
  return fromPod(environment, serviceAccount, usual);
}

function fromPod(
  { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port }: AccessOptions['environment'],
  folder: string,
  usual: string,
): ClusterAccess {
  if (!host || !port)
    throw new AccessError(
      `no cluster is known: there is no ${usual}, KUBECONFIG is not set, and this is no pod`,
    );
  const address = host.includes(':') ? `[${host}]` : host;
  const token = () => readText(join(folder, 'token'), 'the token of the service account').trim();
  token();
  return {
    name: 'the cluster of this pod',
    server: new URL(`https://${address}:${port}`),
    ca: readText(join(folder, 'ca.crt'), 'the authority of the cluster'),
    token,
    insecure: false,
  };
}

/** An entry, and the file that it is from: paths in it are relative to that. */
interface Entry {
  readonly value: JsonMap;
  readonly file: string;
}

function fromKubeconfig(files: readonly string[], { context }: AccessOptions): ClusterAccess {
  const configs = files.map((file) => ({ file, value: readConfig(file) }));
  /** Of several files the first one that has it counts, as for kubectl. */
  const find = (list: string, name: string, field: string): Entry => {
    for (const { file, value } of configs)
      for (const item of listOf(value[list])) {
        const entry = mapOf(item);
        if (entry?.name === name) return { file, value: mapOf(entry[field]) ?? {} };
      }
    throw new AccessError(`${files.join(':')}: there is no ${field} "${name}"`);
  };
  const current = context ?? textOf(configs.map(({ value }) => value['current-context']).find(Boolean));
  if (current === '') throw new AccessError(`${files.join(':')}: there is no current context: name one`);
  const { value: chosen } = find('contexts', current, 'context');
  const cluster = find('clusters', textOf(chosen.cluster), 'cluster');
  const userName = textOf(chosen.user);
  const user = userName === '' ? { file: cluster.file, value: {} } : find('users', userName, 'user');
  return { name: `context ${current} of ${cluster.file}`, ...ofCluster(cluster), ...ofUser(user, userName) };
}

function ofCluster({ value, file }: Entry): Pick<ClusterAccess, 'server' | 'ca' | 'insecure' | 'serverName'> {
  const address = textOf(value.server);
  if (!URL.canParse(address) || !/^https?:/.test(address))
    throw new AccessError(`${file}: the server "${address}" is no address`);
  if (textOf(value['proxy-url']) !== '') throw new AccessError(`${file}: proxy-url is not supported`);
  const ca = materialOf({ value, file }, 'certificate-authority');
  const serverName = textOf(value['tls-server-name']);
  return {
    server: new URL(address),
    ...(ca === undefined ? {} : { ca }),
    ...(serverName === '' ? {} : { serverName }),
    insecure: value['insecure-skip-tls-verify'] === true,
  };
}

function ofUser({ value, file }: Entry, name: string): Pick<ClusterAccess, 'certificate' | 'token'> {
  for (const way of ['exec', 'auth-provider', 'username'])
    if (value[way] !== undefined)
      throw new AccessError(
        `${file}: user "${name}" signs in by ${way}, which is not supported: use a client certificate or a token, as "kubectl create token" makes it`,
      );
  const cert = materialOf({ value, file }, 'client-certificate');
  const key = materialOf({ value, file }, 'client-key');
  if ((cert === undefined) !== (key === undefined))
    throw new AccessError(
      `${file}: user "${name}" has a client certificate without its key, or the other way round`,
    );
  const certificate = cert === undefined || key === undefined ? {} : { certificate: { cert, key } };
  const token = textOf(value.token);
  const tokenFile = textOf(value.tokenFile);
  // As for kubectl, the file goes before what stands in the configuration.
  if (tokenFile !== '') {
    const path = resolve(dirname(file), tokenFile);
    return { ...certificate, token: () => readText(path, 'the token').trim() };
  }
  return token === '' ? certificate : { ...certificate, token: () => token };
}

/** PEM from `FIELD-data` (base64) or the file that `FIELD` names. */
function materialOf({ value, file }: Entry, field: string): string | undefined {
  const data = textOf(value[`${field}-data`]);
  if (data !== '') return Buffer.from(data, 'base64').toString('latin1');
  const path = textOf(value[field]);
  return path === '' ? undefined : readText(resolve(dirname(file), path), field);
}

function readConfig(file: string): JsonMap {
  const document = parseDocument(readText(file, 'the kubeconfig'), {
    prettyErrors: true,
    logLevel: 'silent',
  });
  const [error] = document.errors;
  if (error !== undefined) throw new AccessError(`${file}: not valid YAML: ${error.message.split('\n')[0]}`);
  return mapOf(document.toJS()) ?? {};
}

/** Says the path and never the content. */
function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new AccessError(`cannot read ${what}: ${(error as Error).message}`);
  }
}
