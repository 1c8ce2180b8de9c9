/** Metrics of what the cluster is asked about pods. */
import type { Metric } from '../../metrics/metric.ts';
import type { ClusterDirectory } from '../../system/cluster.ts';

export function clusterMetrics(cluster: Pick<ClusterDirectory, 'statistics'>): Metric[] {
  return [
    {
      name: 'lanner_cluster_pods',
      help: 'Pods of this node that the cluster has told of.',
      type: 'gauge',
      read: () => cluster.statistics.pods,
    },
    {
      name: 'lanner_cluster_lists_total',
      help: 'Lists of pods, namespaces and services that were read from their beginning.',
      type: 'counter',
      read: () => cluster.statistics.lists,
    },
    {
      name: 'lanner_cluster_failures_total',
      help: 'Questions to the API server without an answer, or with an error.',
      type: 'counter',
      read: () => cluster.statistics.failures,
    },
    {
      name: 'lanner_cluster_refused_total',
      help: 'Objects of the cluster that found no room.',
      type: 'counter',
      read: () => cluster.statistics.refused,
    },
  ];
}
