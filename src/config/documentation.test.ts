import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONFIG_SCHEMA, configKeys } from './documentation.ts';
import { SCHEMA } from './schema.ts';
import type { JsonSchema, Keys } from './shape.ts';

/** The keys of the first level in Falco 0.44: those of the shipped file and three more of its schema. */
const FALCO_KEYS =
  `append_output base_syscalls buffer_format_base64 buffered_outputs capture config_files engine
falco_libs file_output http_output json_include_message_property json_include_output_fields_property
json_include_output_property json_include_tags_property json_output libs_logger load_plugins log_level
log_stderr log_syslog metrics output_timeout outputs_queue plugins plugins_hostinfo priority program_output
rule_files rule_matching rules rules_files static_fields stdout_output syscall_event_drops
syscall_event_timeouts syslog_output time_format_iso_8601 watch_config_files webserver`.split(/\s+/);

test("every key of Falco's is there", () => {
  assert.equal(FALCO_KEYS.length, 39);
  for (const key of FALCO_KEYS) assert.ok(SCHEMA.keys && key in SCHEMA.keys, key);
  const keys = configKeys();
  // Leaves that stand for the others of their sections.
  for (const key of [
    'engine.modern_ebpf.cpus_for_each_buffer',
    'http_output.max_consecutive_timeouts',
    'metrics.kernel_iter_event_counters_enabled',
    'falco_libs.thread_table_auto_purging_thread_timeout_s',
    'append_output[].match.tags',
    'plugins[].init_config',
    'config_files[].strategy',
  ])
    assert.ok(keys.includes(key), key);
  assert.ok(keys.length >= 109, String(keys.length));
});

test('every key says what it means, in a sentence', () => {
  const visit = (keys: Keys, path: string): void => {
    for (const [name, key] of Object.entries(keys)) {
      assert.match(key.about, /^\S.*[.)]$/s, `${path}${name}`);
      if (key.keys) visit(key.keys, `${path}${name}.`);
    }
  };
  visit(SCHEMA.keys ?? {}, '');
});

test('the JSON schema has types, defaults and descriptions, and is plain data', () => {
  const schema: JsonSchema = JSON.parse(JSON.stringify(CONFIG_SCHEMA));
  assert.equal(schema.additionalProperties, false);
  const preset = schema.properties?.engine?.properties?.modern_ebpf?.properties?.buf_size_preset;
  assert.equal(preset?.type, 'integer');
  assert.deepEqual([preset?.minimum, preset?.maximum, preset?.default], [1, 10, 4]);
  assert.match(preset?.description ?? '', /MiB/);
  assert.deepEqual(schema.properties?.rules_files?.default, []);
});
