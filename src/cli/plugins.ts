/** `--list-plugins` and `--plugin-info`: what of Falco's plugins is built in. */
import { PLUGINS } from '../engine/plugins.ts';
import type { PluginInfo } from '../rules/environment.ts';
import { fail } from './fail.ts';
import { printLine } from './print.ts';

export function printPlugins(): void {
  const infos = [...PLUGINS].map(([name, info]) => describe(name, info));
  printLine(`${PLUGINS.size} Plugins Loaded:\n\n${infos.join('\n\n')}`);
}

export function printPluginInfo(name: string): void {
  const info = PLUGINS.get(name);
  if (info === undefined) fail(`there is no plugin "${name}"; there are ${[...PLUGINS.keys()].join(', ')}`);
  printLine(describe(name, info));
  printLine(
    'Init config schema type: Not available, a part of Lanner that is configured with keys of its own',
  );
}

function describe(name: string, { version, source, fieldClasses }: PluginInfo): string {
  const capabilities = [
    ...(source === undefined ? [] : [`  - Event Sourcing (source = ${source})`]),
    `  - Field Extraction (classes = ${fieldClasses.join(', ')})`,
  ];
  return [
    `Name: ${name}`,
    `Version: ${version}`,
    'Description: Built into Lanner; the version is that of the plugin whose rules it takes',
    'Capabilities:',
    ...capabilities,
  ].join('\n');
}
