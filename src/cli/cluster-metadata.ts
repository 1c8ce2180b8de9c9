/** What the cluster knows of pods, as the configuration wants it asked. */
import process from 'node:process';
import type { Config } from '../config/schema.ts';
import { toText } from '../events/bytes.ts';
import { type ClusterAccess, clusterAccess } from '../kubernetes/cluster/access.ts';
import { ApiClient } from '../kubernetes/cluster/api-client.ts';
import { ClusterMetadata } from '../kubernetes/metadata/cluster-metadata.ts';
import { hostName } from '../system/host.ts';
import type { Log } from './log.ts';

/** Three collections are watched, and owners are asked about beside. */
const CONNECTIONS = 6;

/** `undefined` when nobody wants it, or no cluster can be reached, which is logged: events are judged without it. */
export function openCluster({ kubernetes }: Config, log: Log): ClusterMetadata | undefined {
  const { enabled, node, kubeconfig } = kubernetes.metadata;
  if (!enabled) return undefined;
  let access: ClusterAccess;
  try {
    access = clusterAccess({
      environment: process.env,
      ...(kubeconfig === '' ? {} : { kubeconfig }),
    });
  } catch (error) {
    log(`kubernetes.metadata: ${(error as Error).message}: fields of the cluster are missing`, 'error');
    return undefined;
  }
  const name = node || toText(hostName(process.env));
  const metadata = new ClusterMetadata({
    client: new ApiClient(access, CONNECTIONS),
    node: name,
    log: (line) => log(line, 'error'),
  });
  metadata.start();
  log(`Asking ${access.name} about the pods of node ${name}`);
  return metadata;
}
