/** Flags for commands that ask a cluster, and the asking. */
import type { Command } from 'commander';
import { AccessError, clusterAccess } from '../kubernetes/cluster/access.ts';
import { ApiClient, ApiError } from '../kubernetes/cluster/api-client.ts';
import { type ClusterWorkloads, listWorkloads } from '../kubernetes/cluster/workloads.ts';
import { fail } from './fail.ts';

export interface ClusterFlags {
  readonly cluster?: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
}

export function addClusterFlags(command: Command): Command {
  return command
    .option('--cluster', 'the workloads of a cluster instead of files')
    .option(
      '--kubeconfig <file>',
      'how to reach it (default: $KUBECONFIG, ~/.kube/config, or the pod it runs in)',
    )
    .option('--context <name>', 'context of the kubeconfig');
}

/** Lists a cluster's workloads, those of one namespace or all. */
export async function askCluster(
  flags: ClusterFlags,
  namespace: string | undefined,
): Promise<ClusterWorkloads> {
  let client: ApiClient | undefined;
  try {
    client = new ApiClient(
      clusterAccess({
        environment: process.env,
        ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
        ...(flags.context === undefined ? {} : { context: flags.context }),
      }),
    );
    return await listWorkloads(client, namespace);
  } catch (error) {
    if (error instanceof AccessError || error instanceof ApiError) fail(error.message);
    throw error;
  } finally {
    client?.close();
  }
}
