import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measured, metricSettings } from './measured.test-kit.ts';
import { FALCOS_NANOSECONDS, noPromtool, promtoolComplaints } from './promtool.test-kit.ts';
import { MetricRegistry } from './registry.ts';

const ALL = ['kernel_event_counters_per_cpu_enabled=true'];

function registry(...overrides: string[]): MetricRegistry {
  return new MetricRegistry(measured(), metricSettings(...overrides));
}

/** Lines of the text that are not comments, by name and labels. */
function prometheus(...overrides: string[]): Map<string, string> {
  const lines = registry(...overrides)
    .prometheus()
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), line.slice(line.lastIndexOf(' ') + 1)]),
  );
}

test("Prometheus gets Falco's names with Falco's labels", () => {
  const lines = prometheus(...ALL);
  const expected = {
    falcosecurity_scap_n_evts_total: '104',
    falcosecurity_scap_n_drops_total: '4',
    'falcosecurity_scap_n_drops_buffer_total{drop="open",dir="exit"}': '4',
    'falcosecurity_scap_n_drops_buffer_total{drop="open",dir="enter"}': '0',
    'falcosecurity_scap_n_evts_cpu_total{cpu="0"}': '64',
    'falcosecurity_scap_n_drops_cpu_total{cpu="1"}': '0',
    falcosecurity_scap_n_threads_total: '7',
    falcosecurity_falco_outputs_queue_num_drops_total: '1',
    'falcosecurity_falco_version_info{version="1.2.3"}': '1',
    'falcosecurity_falco_sha256_rules_files_info{file_name="a-b.yaml",sha256="cafe"}': '1',
    'falcosecurity_falco_rules_matches_total{priority="4",rule_name="Read \\"a\\" file",source="syscall",tag_T1555="true",tag_mitre_x="true"}':
      '2',
    falcosecurity_plugins_container_n_containers_total: '2',
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(lines.get(name), value, name);
  assert.ok(![...lines.keys()].some((name) => name.includes('Quiet')), 'a rule that matched nothing');
  assert.ok(Number(lines.get('falcosecurity_falco_memory_rss_bytes')) > 1e6);
});

test('the counters of the probe are read once for all metrics of a moment, and anew for the next', () => {
  const parts = measured();
  const { statistics } = parts.source;
  let reads = 0;
  const source = {
    ...parts.source,
    get statistics() {
      reads++;
      return { ...statistics, delivered: reads };
    },
  };
  const metrics = new MetricRegistry({ ...parts, source }, metricSettings());
  reads = 0;
  assert.match(metrics.prometheus(), /^lanner_events_delivered_total 1$/m);
  assert.match(metrics.prometheus(), /^lanner_events_delivered_total 2$/m);
  assert.equal(reads, 2);
});

test("Lanner's own metrics: latency, losses by cause, outputs", () => {
  const lines = prometheus();
  const expected = {
    'lanner_alert_latency_seconds_bucket{le="0.1"}': '1',
    lanner_alert_latency_seconds_count: '1',
    'lanner_events_lost_total{event="openat",cause="full"}': '4',
    lanner_events_in_buffers: '10',
    lanner_matcher_events_settled_total: '40',
    'lanner_rule_evaluation_seconds_total{rule_name="Read \\"a\\" file"}': '0.005',
    'lanner_output_waiting_bytes{output="http"}': '10',
    'lanner_output_undelivered{output="http"}': '5',
    'lanner_container_answers_total{result="failures"}': '1',
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(lines.get(name), value, name);
  assert.ok(!lines.has('lanner_output_retries_total{output="stdout"}'));
});

test('each switch turns its part off', () => {
  for (const [name, part] of [
    ['rules_counters_enabled', 'falcosecurity_falco_rules_matches_total'],
    ['resource_utilization_enabled', 'falcosecurity_falco_cpu_usage_ratio'],
    ['state_counters_enabled', 'falcosecurity_scap_n_threads_total'],
    ['kernel_event_counters_enabled', 'falcosecurity_scap_n_evts_total'],
    ['plugins_metrics_enabled', 'falcosecurity_plugins_container_n_containers_total'],
  ] as const) {
    assert.ok(registry(`${name}=true`).prometheus().includes(part), name);
    assert.ok(!registry(`${name}=false`).prometheus().includes(part), name);
  }
  assert.ok(!registry().prometheus().includes('n_evts_cpu'));
});

test("a snapshot has Falco's names, and leaves out what is zero unless asked", () => {
  const fields = registry(...ALL).snapshot(9n);
  const expected = {
    ...{ 'evt.time': 9n, 'evt.hostname': 'h', 'evt.source': 'syscall', 'falco.version': '1.2.3' },
    ...{ 'falco.start_ts': 2n, 'falco.host_boot_ts': 1n, 'falco.reload_ts': 3n },
    ...{ 'falco.sha256_rules_file.a_b_yaml': 'cafe', 'scap.engine_name': 'modern_bpf' },
    ...{ 'falco.num_evts': 90, 'scap.n_evts': 104, 'scap.n_drops': 4, 'scap.n_evts_cpu_0': 64 },
    ...{ 'scap.n_drops_buffer_total': 4, 'scap.n_drops_buffer_open_exit': 4, 'falco.n_threads': 7 },
    ...{ 'falco.rules.matches_total': 2, 'falco.rules.Read_a_file': 2 },
    ...{ 'falco.outputs_queue_num_drops': 1, 'plugins.container.n_containers': 2 },
  };
  for (const [name, value] of Object.entries(expected)) assert.equal(fields[name], value, name);
  assert.equal(fields['falco.rules.Quiet'], undefined);
  assert.ok(Number(fields['falco.memory_rss_mb']) > 1);
  const all = registry('include_empty_values=true', 'convert_memory_to_mb=false').snapshot(9n);
  assert.equal(all['falco.rules.Quiet'], 0);
  assert.equal(all['scap.n_drops_bug'], 0);
  assert.ok(Number(all['falco.memory_rss_kb']) > 1000);
});

test("promtool finds nothing wrong but three names of Falco's, which count in nanoseconds", {
  skip: noPromtool,
}, () => {
  assert.deepEqual(promtoolComplaints(registry(...ALL).prometheus()), FALCOS_NANOSECONDS);
});
