/** Versions that a file asks for. */
import type { Context } from '../problem.ts';
import type { YamlMap } from '../source/yaml.ts';
import type { EngineRequirement, PluginRequirement } from './items.ts';
import type { Reader } from './reader.ts';

const KNOWN_KEYS = { engine: ['required_engine_version'], plugins: ['required_plugin_versions'] };

export function readEngineRequirement(reader: Reader, map: YamlMap, parent: Context): EngineRequirement[] {
  const context = reader.context(parent, 'required_engine_version', '', map);
  const text = reader.text(map, 'required_engine_version', context);
  // A plain number is the minor version, from the time before versions had three parts.
  const version = /^[0-9]{1,9}$/.test(text.text) ? `0.${Number(text.text)}.0` : text.text;
  if (parseVersion(version) === undefined) {
    reader.invalid(`'${version}' is not a version: expected x.y.z`, context, {
      at: text.start,
      length: text.text.length,
    });
  }
  reader.unknownKeys(map, KNOWN_KEYS.engine, context);
  return [{ kind: 'engine version', version, context }];
}

export function readPluginRequirements(reader: Reader, map: YamlMap, parent: Context): PluginRequirement[] {
  const value = map.entries.get('required_plugin_versions')?.value ?? map;
  const context = reader.context(parent, 'required plugin versions', '', value);
  if (value.kind !== 'sequence') {
    reader.invalid("'required_plugin_versions' must be a list", context);
  }
  const requirements = value.items.map((node): PluginRequirement => {
    const place = reader.context(context, 'required plugin versions entry', '', node);
    if (node.kind !== 'map')
      reader.invalid("a required plugin must be a mapping with 'name' and 'version'", place);
    const first = readVersion(reader, node, place);
    const entry = { ...place, itemName: first.name };
    const alternatives = node.entries.get('alternatives')?.value;
    if (alternatives === undefined) {
      reader.unknownKeys(node, ['name', 'version', 'alternatives'], entry);
      return { kind: 'plugin version', alternatives: [first], context: entry };
    }
    if (alternatives.kind !== 'sequence') {
      reader.invalid("'alternatives' must be a list", entry);
    }
    const others = alternatives.items.map((alternative) => {
      const at = reader.context(entry, 'required plugin versions alternative', '', alternative);
      if (alternative.kind !== 'map')
        reader.invalid("an alternative must be a mapping with 'name' and 'version'", at);
      return readVersion(reader, alternative, at);
    });
    return { kind: 'plugin version', alternatives: [first, ...others], context: entry };
  });
  reader.unknownKeys(map, KNOWN_KEYS.plugins, reader.context(parent, 'required plugin versions', '', map));
  return requirements;
}

function readVersion(reader: Reader, map: YamlMap, context: Context): { name: string; version: string } {
  const name = reader.text(map, 'name', context).text;
  const version = reader.text(map, 'version', { ...context, itemName: name }).text;
  return { name, version };
}

export type Version = readonly [major: number, minor: number, patch: number];

/** `x.y.z`; `undefined` for anything else. */
export function parseVersion(text: string): Version | undefined {
  const match = /^([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})(?:[-+].*)?$/.exec(text);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}

/** Whether something of version `available` will do where `required` is asked for. */
export function isCompatible(available: Version, required: Version): boolean {
  return available[0] === required[0] && compareVersions(available, required) >= 0;
}

export function compareVersions(a: Version, b: Version): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
