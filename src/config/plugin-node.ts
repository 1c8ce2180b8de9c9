/** Finds in a configuration of Falco's what it says to one of Falco's plugins, to be taken over as Lanner's own settings. */
import { nearest } from '../rules/suggest.ts';
import type { Environment } from './environment.ts';
import type { ConfigNode, MapNode } from './node.ts';
import { parseConfigText } from './yaml.ts';

/** The entry of `plugins` with this name, unless `load_plugins` leaves it out. */
export function findPlugin(root: MapNode, name: string): MapNode | undefined {
  const plugins = root.entries.get('plugins');
  const named = root.entries.get('load_plugins');
  const meant = named?.kind === 'list' ? named.items.map(textOf) : [];
  if (plugins?.kind !== 'list' || (meant.length > 0 && !meant.includes(name))) return undefined;
  const plugin = plugins.items.find(
    (item) => item.kind === 'map' && textOf(item.entries.get('name')) === name,
  );
  return plugin?.kind === 'map' ? plugin : undefined;
}

/** Its `init_config`, written as a mapping or as text. */
export function initConfig(plugin: MapNode, environment: Environment): MapNode | undefined {
  const settings = plugin.entries.get('init_config');
  if (settings?.kind === 'map') return settings;
  const text = textOf(settings).trim();
  // Text is JSON, which is YAML.
  return text === '' ? undefined : parseConfigText(text, `${settings?.place} (init_config)`, environment);
}

/** The mapping under a key, made if need be. */
export function sectionOf(node: MapNode, key: string): MapNode {
  const found = node.entries.get(key);
  if (found?.kind === 'map') return found;
  const made: MapNode = { kind: 'map', entries: new Map(), place: node.place };
  // What is there and is no mapping is for the schema to complain about.
  if (found === undefined || (found.kind === 'scalar' && found.value === null)) node.entries.set(key, made);
  return made;
}

export function setUnlessSet(node: MapNode, key: string, value: ConfigNode): void {
  if (!node.entries.has(key)) node.entries.set(key, value);
}

export function textOf(node: ConfigNode | undefined): string {
  return node?.kind === 'scalar' ? String(node.value ?? '') : '';
}

/** A line about a key that the plugin does not have. */
export function unknownPluginKey(
  plugin: string,
  node: ConfigNode,
  key: string,
  known: readonly string[],
): string {
  const name = key.slice(key.lastIndexOf('.') + 1);
  const suggestion = nearest(name, known);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return `${node.place}: unknown key ${key} of the ${plugin} plugin, left out${hint}`;
}
