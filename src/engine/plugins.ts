/** Falco's plugins: which of them Lanner stands in for, and what becomes of the others. */
import type { Config } from '../config/schema.ts';
import type { PluginInfo } from '../rules/environment.ts';

/**
 * Plugins of Falco that rule files may ask for and whose work Lanner does itself, with the version that
 * it answers for.
 */
export const PLUGINS: ReadonlyMap<string, PluginInfo> = new Map([
  ['container', { version: '0.7.0', fieldClasses: ['container', 'k8s'] }],
  ['k8saudit', { version: '0.18.0', source: 'k8s_audit', fieldClasses: ['k8saudit', 'ka'] }],
  ['json', { version: '0.7.4', fieldClasses: ['json'] }],
]);

/** A line about the libraries of plugins that Lanner stands in for: they are named, and not loaded. */
export function builtInPlugins({ plugins }: Config): string[] {
  const named = plugins.filter(({ name, library_path }) => PLUGINS.has(name) && library_path !== '');
  if (named.length === 0) return [];
  const names = named.map(({ name }) => name).join(', ');
  return [`the plugins ${names} are built in: their library_path is not needed`];
}

/** One line for each configured plugin that nobody stands in for. Those that `load_plugins` leaves out are not meant. */
export function pluginWarnings({ plugins, load_plugins }: Config): string[] {
  const meant = plugins.filter(({ name }) => load_plugins.length === 0 || load_plugins.includes(name));
  return meant
    .filter(({ name }) => !PLUGINS.has(name))
    .map(
      ({ name }) =>
        `the plugin ${name} is left out: Lanner loads no plugins; rules that use its source or fields do not load`,
    );
}
