/**
 * The JSON schema of rule files (`--rule-schema`) and the check against it. As in Falco, what does not
 * fit the schema is only told; whether a file loads is decided by reading it.
 */
import type { YamlNode } from './source/yaml.ts';

interface Schema {
  readonly $ref?: string;
  readonly type?: 'object' | 'array' | 'string' | 'boolean' | 'integer';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: false;
  readonly required?: readonly string[];
  readonly minProperties?: number;
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly title?: string;
}

const TEXT: Schema = { type: 'string' };
const FLAG: Schema = { type: 'boolean' };
const OVERRIDE: Schema = { $ref: '#/definitions/OverriddenItem' };

const PLUGIN_VERSION = { name: TEXT, version: TEXT };

const DEFINITIONS: Readonly<Record<string, Schema>> = {
  FalcoRule: {
    type: 'object',
    additionalProperties: false,
    properties: {
      required_engine_version: TEXT,
      required_plugin_versions: { type: 'array', items: { $ref: '#/definitions/RequiredPluginVersion' } },
      macro: TEXT,
      condition: TEXT,
      list: TEXT,
      items: { type: 'array', items: { $ref: '#/definitions/Item' } },
      rule: TEXT,
      desc: TEXT,
      enabled: FLAG,
      output: TEXT,
      append: FLAG,
      priority: { $ref: '#/definitions/Priority' },
      capture: FLAG,
      capture_duration: { type: 'integer' },
      source: TEXT,
      exceptions: { type: 'array', items: { $ref: '#/definitions/Exception' } },
      override: { $ref: '#/definitions/Override' },
      tags: { type: 'array', items: TEXT },
      warn_evttypes: FLAG,
      'skip-if-unknown-filter': FLAG,
    },
    required: [],
    title: 'FalcoRule',
  },
  Item: { anyOf: [{ type: 'integer' }, TEXT], title: 'Item' },
  Exception: {
    type: 'object',
    additionalProperties: false,
    properties: { name: TEXT, fields: {}, comps: {}, values: {} },
    required: ['name'],
    title: 'Exception',
  },
  Priority: {
    type: 'string',
    enum: ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR', 'WARNING', 'NOTICE', 'INFO', 'INFORMATIONAL', 'DEBUG'],
    title: 'Priority',
  },
  OverriddenItem: { type: 'string', enum: ['append', 'replace'], title: 'OverriddenItem' },
  Override: {
    type: 'object',
    additionalProperties: false,
    properties: {
      items: OVERRIDE,
      desc: OVERRIDE,
      condition: OVERRIDE,
      output: OVERRIDE,
      priority: OVERRIDE,
      enabled: OVERRIDE,
      exceptions: OVERRIDE,
      capture: OVERRIDE,
      capture_duration: OVERRIDE,
      tags: OVERRIDE,
      warn_evttypes: OVERRIDE,
      'skip-if-unknown-filter': OVERRIDE,
    },
    minProperties: 1,
    title: 'Override',
  },
  RequiredPluginVersion: {
    type: 'object',
    additionalProperties: false,
    properties: {
      ...PLUGIN_VERSION,
      alternatives: { type: 'array', items: { $ref: '#/definitions/Alternative' } },
    },
    required: ['name', 'version'],
    title: 'RequiredPluginVersion',
  },
  Alternative: {
    type: 'object',
    additionalProperties: false,
    properties: PLUGIN_VERSION,
    required: ['name', 'version'],
    title: 'Alternative',
  },
};

const ROOT: Schema = { type: 'array', items: { $ref: '#/definitions/FalcoRule' } };

/** The schema as JSON. */
export const RULE_SCHEMA = {
  $schema: 'http://json-schema.org/draft-06/schema#',
  ...ROOT,
  definitions: DEFINITIONS,
};

/** How many deviations of one file are told at most. */
const WARNING_LIMIT = 100;

/** Where documents do not fit the schema: `validation failed for <root>[3][priority]: …`. */
export function schemaWarnings(documents: readonly YamlNode[]): string[] {
  const warnings: string[] = [];
  const tell = (path: string, what: string): void => {
    if (warnings.length < WARNING_LIMIT) warnings.push(`validation failed for ${path}: ${what}`);
  };
  for (const document of documents) validate(document, ROOT, '<root>', tell);
  return warnings;
}

function validate(
  node: YamlNode,
  written: Schema,
  path: string,
  tell: (path: string, what: string) => void,
): void {
  const schema =
    written.$ref === undefined ? written : (DEFINITIONS[written.$ref.split('/').at(-1) ?? ''] ?? {});
  if (schema.anyOf !== undefined) {
    if (schema.anyOf.some((option) => fits(node, option))) return;
    tell(path, 'Failed to validate against any of the allowed types.');
    return;
  }
  if (schema.type !== undefined && !fits(node, schema)) {
    tell(path, `Value type not permitted by 'type' constraint: expected ${schema.type}.`);
    return;
  }
  if (node.kind === 'map') {
    for (const [key, { value }] of node.entries) {
      const property = schema.properties?.[key];
      if (property !== undefined) validate(value, property, `${path}[${key}]`, tell);
      else if (schema.additionalProperties === false) {
        tell(path, `Object contains a property that could not be validated: '${key}'.`);
      }
    }
    for (const key of schema.required ?? []) {
      if (!node.entries.has(key)) tell(path, `Missing required property '${key}'.`);
    }
    if (node.entries.size < (schema.minProperties ?? 0)) {
      tell(path, `Object should have no fewer than ${schema.minProperties} properties.`);
    }
  } else if (node.kind === 'sequence') {
    if (schema.items === undefined) return;
    for (const [index, item] of node.items.entries()) validate(item, schema.items, `${path}[${index}]`, tell);
  } else if (schema.enum !== undefined && !schema.enum.includes(node.text.text)) {
    tell(path, `Failed to match against any enum values: '${node.text.text}'.`);
  }
}

function fits(node: YamlNode, { type }: Schema): boolean {
  switch (type) {
    case 'object':
      return node.kind === 'map';
    case 'array':
      return node.kind === 'sequence';
    case 'boolean':
      // What a rule takes as true or false besides, such as `yes`, loads, but does not fit the schema.
      return node.kind === 'scalar' && /^(?:true|false)$/.test(node.text.text);
    case 'integer':
      return node.kind === 'scalar' && /^[+-]?[0-9]+$/.test(node.text.text);
    default:
      return node.kind === 'scalar' && !node.isNull;
  }
}
