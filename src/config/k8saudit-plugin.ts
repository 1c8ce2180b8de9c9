/**
 * What a configuration of Falco's says to its plugin k8saudit (`init_config` and `open_params` there), as Lanner's own
 * settings `kubernetes.audit`. What those say themselves counts more.
 */
import type { Environment } from './environment.ts';
import type { ConfigNode, MapNode } from './node.ts';
import { findPlugin, initConfig, sectionOf, setUnlessSet, unknownPluginKey } from './plugin-node.ts';

/** Keys of `init_config`, and what they are called here. */
const SETTINGS: Readonly<Record<string, string>> = {
  sslCertificate: 'certificate',
  maxEventSize: 'max_event_bytes',
  webhookMaxBatchSize: 'max_batch_bytes',
};
/** How the plugin's fields are read. */
const WITHOUT_EFFECT = ['useAsync'];

/** Adds to the tree of the configuration; what cannot be taken over comes back as warnings, one line each. */
export function adoptK8sAuditPlugin(root: MapNode, environment: Environment): string[] {
  const plugin = findPlugin(root, 'k8saudit');
  if (plugin === undefined) return [];
  const warnings: string[] = [];
  const audit = sectionOf(sectionOf(root, 'kubernetes'), 'audit');
  for (const [key, node] of initConfig(plugin, environment)?.entries ?? []) {
    const own = SETTINGS[key];
    if (own !== undefined) setUnlessSet(audit, own, node);
    else if (!WITHOUT_EFFECT.includes(key))
      warnings.push(unknownPluginKey('k8saudit', node, key, [...Object.keys(SETTINGS), ...WITHOUT_EFFECT]));
  }
  const from = plugin.entries.get('open_params');
  if (from?.kind === 'scalar' && String(from.value ?? '').trim() !== '')
    setUnlessSet(audit, 'from', listOf(from));
  return warnings;
}

function listOf(node: ConfigNode): ConfigNode {
  return { kind: 'list', items: [node], place: node.place };
}
