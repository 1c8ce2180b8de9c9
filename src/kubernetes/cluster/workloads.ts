/** All that bears pods in a cluster. */
import { valueAt } from '../manifests/field-path.ts';
import {
  type JsonMap,
  listOf,
  type Manifest,
  type ManifestProblem,
  mapOf,
  textOf,
} from '../manifests/manifest.ts';
import { templatePath } from '../manifests/pods.ts';
import { type ApiClient, ApiError } from './api-client.ts';

const RESOURCES = [
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', plural: 'daemonsets' },
  { apiVersion: 'batch/v1', kind: 'CronJob', plural: 'cronjobs' },
  { apiVersion: 'batch/v1', kind: 'Job', plural: 'jobs' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', plural: 'replicasets' },
  { apiVersion: 'v1', kind: 'ReplicationController', plural: 'replicationcontrollers' },
  { apiVersion: 'v1', kind: 'PodTemplate', plural: 'podtemplates' },
  { apiVersion: 'v1', kind: 'Pod', plural: 'pods' },
] as const;

const NOT_FOUND = 404;

export interface ClusterWorkloads {
  readonly manifests: readonly Manifest[];
  /** Kinds that could not be listed. */
  readonly problems: readonly ManifestProblem[];
}

/**
 * Lists workloads, and pods that belong to none: what a controller of a known kind has made is judged with its owner. A
 * kind that the server does not have is passed over, one that may not be listed is a problem.
 */
export async function listWorkloads(client: ApiClient, namespace?: string): Promise<ClusterWorkloads> {
  const manifests: Manifest[] = [];
  const problems: ManifestProblem[] = [];
  for (const { apiVersion, kind, plural } of RESOURCES) {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const scope = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
    try {
      for (const item of await client.list(`${root}${scope}/${plural}`))
        if (!isOwned(item)) manifests.push(manifestOf({ ...item, apiVersion, kind }, plural));
    } catch (error) {
      if (!(error instanceof ApiError) || error.status === 0) throw error;
      if (error.status !== NOT_FOUND)
        problems.push({ place: { origin: plural }, message: `cannot be listed: ${error.message}` });
    }
  }
  return { manifests, problems };
}

function isOwned(item: JsonMap): boolean {
  return listOf(valueAt(item, ['metadata', 'ownerReferences'])).some((reference) => {
    const { controller, apiVersion, kind } = mapOf(reference) ?? {};
    return (
      controller === true &&
      templatePath({ apiVersion: textOf(apiVersion), kind: textOf(kind) }) !== undefined
    );
  });
}

function manifestOf(value: JsonMap & { apiVersion: string; kind: string }, plural: string): Manifest {
  const name = textOf(valueAt(value, ['metadata', 'name']));
  const namespace = textOf(valueAt(value, ['metadata', 'namespace']));
  const origin = `${plural}/${namespace}/${name}`;
  const { apiVersion, kind } = value;
  return {
    origin,
    document: 0,
    root: [],
    value,
    apiVersion,
    kind,
    name,
    namespace,
    locate: () => ({ origin }),
  };
}
