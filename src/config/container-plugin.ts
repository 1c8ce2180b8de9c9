/**
 * What a configuration of Falco's says to its container plugin (`init_config` there), as Lanner's own settings
 * `container_engines`. What those say themselves counts more.
 */
import { nearest } from '../rules/suggest.ts';
import type { Environment } from './environment.ts';
import type { ConfigNode, MapNode } from './node.ts';
import { parseConfigText } from './yaml.ts';

const APIS = ['docker', 'podman', 'cri', 'containerd'];
/** Known by their control groups alone. */
const SILENT_ENGINES = ['lxc', 'libvirt_lxc', 'bpm'];
/** Keys that change nothing here: Lanner asks as soon as a container is made, and not for its size. */
const WITHOUT_EFFECT = ['with_size', 'hooks', 'log_level', 'host_root'];

/** Adds to the tree of the configuration; what cannot be taken over comes back as warnings, one line each. */
export function adoptContainerPlugin(root: MapNode, environment: Environment): string[] {
  const settings = settingsOfPlugin(root, environment);
  if (settings === undefined) return [];
  const warnings: string[] = [];
  for (const [key, node] of settings.entries) {
    if (key === 'label_max_len') setUnlessSet(section(root, 'container_engines'), key, node);
    else if (key === 'engines') adoptEngines(root, node, warnings);
    else if (!WITHOUT_EFFECT.includes(key))
      warnings.push(unknown(node, key, ['label_max_len', 'engines', ...WITHOUT_EFFECT]));
  }
  return warnings;
}

function settingsOfPlugin(root: MapNode, environment: Environment): MapNode | undefined {
  const plugins = root.entries.get('plugins');
  const named = root.entries.get('load_plugins');
  const meant = named?.kind === 'list' ? named.items.map(textOf) : [];
  if (plugins?.kind !== 'list' || (meant.length > 0 && !meant.includes('container'))) return undefined;
  const plugin = plugins.items.find(
    (item) => item.kind === 'map' && textOf(item.entries.get('name')) === 'container',
  );
  const settings = plugin?.kind === 'map' ? plugin.entries.get('init_config') : undefined;
  if (settings?.kind === 'map') return settings;
  const text = textOf(settings).trim();
  // Text is JSON, which is YAML.
  return text === '' ? undefined : parseConfigText(text, `${settings?.place} (init_config)`, environment);
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
    } else warnings.push(unknown(engine, `engines.${name}`, [...APIS, ...SILENT_ENGINES, 'static']));
  }
}

function adoptEngine(root: MapNode, api: string, engine: ConfigNode): void {
  if (engine.kind !== 'map') return;
  const own = section(section(root, 'container_engines'), api);
  for (const key of ['enabled', 'sockets']) {
    const node = engine.entries.get(key);
    // The plugin takes its default sockets for an empty list.
    if (node && !(node.kind === 'list' && node.items.length === 0)) setUnlessSet(own, key, node);
  }
}

function isSet(engine: ConfigNode, value: string): boolean {
  return engine.kind === 'map' && textOf(engine.entries.get('enabled')) === value;
}

/** The mapping under a key, made if need be. */
function section(node: MapNode, key: string): MapNode {
  const found = node.entries.get(key);
  if (found?.kind === 'map') return found;
  const made: MapNode = { kind: 'map', entries: new Map(), place: node.place };
  // What is there and is no mapping is for the schema to complain about.
  if (found === undefined || (found.kind === 'scalar' && found.value === null)) node.entries.set(key, made);
  return made;
}

function setUnlessSet(node: MapNode, key: string, value: ConfigNode): void {
  if (!node.entries.has(key)) node.entries.set(key, value);
}

function textOf(node: ConfigNode | undefined): string {
  return node?.kind === 'scalar' ? String(node.value ?? '') : '';
}

function unknown(node: ConfigNode, key: string, known: readonly string[]): string {
  const name = key.slice(key.lastIndexOf('.') + 1);
  const suggestion = nearest(name, known);
  const hint = suggestion === undefined ? '' : `; did you mean ${suggestion}?`;
  return `${node.place}: unknown key ${key} of the container plugin, left out${hint}`;
}
