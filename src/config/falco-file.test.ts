import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from './load.ts';

/** The keys of the file that Falco 0.44 ships, with its values. */
const SHIPPED = `
config_files: [/etc/falco/config.d]
watch_config_files: true
rules_files: [/etc/falco/falco_rules.yaml, /etc/falco/falco_rules.local.yaml, /etc/falco/rules.d]
engine:
  kind: modern_ebpf
  kmod: {buf_size_preset: 4, drop_failed_exit: false}
  modern_ebpf: {cpus_for_each_buffer: 2, buf_size_preset: 4, drop_failed_exit: false, disable_iterators: false}
  replay: {capture_file: ""}
capture: {enabled: false, path_prefix: /tmp/falco, mode: rules, default_duration: 5000}
load_plugins: []
plugins: [{name: container, library_path: libcontainer.so, init_config: {label_max_len: 100, with_size: false}}]
plugins_hostinfo: true
time_format_iso_8601: false
buffer_format_base64: false
priority: debug
json_output: false
json_include_output_property: true
json_include_message_property: false
json_include_output_fields_property: true
json_include_tags_property: true
buffered_outputs: false
rule_matching: first
outputs_queue: {capacity: 0}
append_output: [{suggested_output: true}]
stdout_output: {enabled: true}
syslog_output: {enabled: true}
file_output: {enabled: false, keep_alive: false, filename: ./events.txt}
http_output: {enabled: false, url: "", user_agent: falcosecurity/falco, insecure: false, ca_cert: "", ca_bundle: "",
  ca_path: /etc/ssl/certs, mtls: false, client_cert: /etc/ssl/certs/client.crt, client_key: /etc/ssl/certs/client.key,
  echo: false, compress_uploads: false, keep_alive: false, max_consecutive_timeouts: 5}
program_output: {enabled: false, keep_alive: false, program: "jq '{text: .output}' | curl -d @- -X POST https://hooks.example"}
webserver: {enabled: true, threadiness: 0, listen_port: 8765, listen_address: 0.0.0.0,
  k8s_healthz_endpoint: /healthz, prometheus_metrics_enabled: false, ssl_enabled: false,
  ssl_certificate: /etc/falco/falco.pem}
log_stderr: true
log_syslog: true
log_level: info
libs_logger: {enabled: true, severity: info}
output_timeout: 2000
syscall_event_timeouts: {max_consecutives: 1000}
syscall_event_drops: {threshold: .1, actions: [log, alert], rate: .03333, max_burst: 1, simulate_drops: false}
metrics: {enabled: false, interval: 1h, output_rule: true, output_file: "", rules_counters_enabled: true,
  resource_utilization_enabled: true, state_counters_enabled: true, kernel_event_counters_enabled: true,
  kernel_event_counters_per_cpu_enabled: false, libbpf_stats_enabled: true, plugins_metrics_enabled: true,
  kernel_iter_event_counters_enabled: true, jemalloc_stats_enabled: false, convert_memory_to_mb: true,
  include_empty_values: false}
base_syscalls: {custom_set: [], repair: false, all: false}
falco_libs: {thread_table_size: 262144, thread_table_auto_purging_interval_s: 300,
  thread_table_auto_purging_thread_timeout_s: 300, snaplen: 80}
`;

test('the configuration that Falco ships is taken as it is', (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-falco-file-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'falco.yaml');
  writeFileSync(file, SHIPPED);
  const { config, warnings } = loadConfig({ file, overrides: [], environment: {} });
  assert.equal(config.syscall_event_drops.threshold, 0.1);
  assert.equal(config.append_output[0]?.suggested_output, true);
  assert.deepEqual(config.plugins[0]?.init_config, { label_max_len: 100, with_size: false });
  assert.equal(config.metrics.interval, 3_600_000);
  // What it has that has no effect yet may be told in one line; nothing else.
  for (const warning of warnings) assert.match(warning, /^these settings have no effect yet: /);
});
