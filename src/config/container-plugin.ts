/**
 * What a configuration of Falco's says to its container plugin (`init_config` there), as Lanner's own settings
 * `container_engines`. What those say themselves counts more.
 */
import type { Environment } from './environment.ts';
import type { ConfigNode, MapNode } from './node.ts';
import { findPlugin, initConfig, sectionOf, setUnlessSet, textOf, unknownPluginKey } from './plugin-node.ts';

const APIS = ['docker', 'podman', 'cri', 'containerd'];
/** Known by their control groups alone. */
const SILENT_ENGINES = ['lxc', 'libvirt_lxc', 'bpm'];
/** Keys that change nothing here: Lanner asks as soon as a container is made, and not for its size. */
const WITHOUT_EFFECT = ['with_size', 'hooks', 'log_level', 'host_root'];

/** Adds to the tree of the configuration; what cannot be taken over comes back as warnings, one line each. */
export function adoptContainerPlugin(root: MapNode, environment: Environment): string[] {
  const plugin = findPlugin(root, 'container');
  const settings = plugin && initConfig(plugin, environment);
  if (settings === undefined) return [];
  const warnings: string[] = [];
  for (const [key, node] of settings.entries) {
    if (key === 'label_max_len') setUnlessSet(sectionOf(root, 'container_engines'), key, node);
    else if (key === 'engines') adoptEngines(root, node, warnings);
    else if (!WITHOUT_EFFECT.includes(key))
      warnings.push(
        unknownPluginKey('container', node, key, ['label_max_len', 'engines', ...WITHOUT_EFFECT]),
      );
  }
  return warnings;
}

function adoptEngines(root: MapNode, engines: ConfigNode, warnings: string[]): void {
  if (engines.kind !== 'map') return;
  for (const [name, engine] of engines.entries) {
    if (APIS.includes(name)) adoptEngine(root, name, engine);
    else if (name === 'static') {
      if (isSet(engine, 'true'))
        warnings.push(
          `${engine.place}: the engine static of Falco's container plugin is not there in Lanner`,
        );
    } else if (SILENT_ENGINES.includes(name)) {
      if (isSet(engine, 'false'))
        warnings.push(
          `${engine.place}: containers of ${name} are always known as such: they cannot be switched off`,
        );
    } else
      warnings.push(
        unknownPluginKey('container', engine, `engines.${name}`, [...APIS, ...SILENT_ENGINES, 'static']),
      );
  }
}

function adoptEngine(root: MapNode, api: string, engine: ConfigNode): void {
  if (engine.kind !== 'map') return;
  const own = sectionOf(sectionOf(root, 'container_engines'), api);
  for (const key of ['enabled', 'sockets']) {
    const node = engine.entries.get(key);
    // The plugin takes its default sockets for an empty list.
    if (node && !(node.kind === 'list' && node.items.length === 0)) setUnlessSet(own, key, node);
  }
}

function isSet(engine: ConfigNode, value: string): boolean {
  return engine.kind === 'map' && textOf(engine.entries.get('enabled')) === value;
}
