/** Metrics of this process and its machine. */
import process from 'node:process';
import type { Metric, ScalarMetric } from '../../metrics/metric.ts';
import {
  containerMemory,
  hostLoad,
  hostMemoryUsed,
  hostOpenFiles,
  processCpu,
  processMemory,
} from './usage.ts';

/** `resource_utilization_enabled`. */
export function usageMetrics(): Metric[] {
  return [
    gauge('cpu_usage_ratio', 'CPU time of Lanner since its start; 1 is one CPU.', 'percent', processCpu),
    memory('memory_rss', 'Memory of Lanner that is in RAM.', () => processMemory().resident),
    memory('memory_vsz', 'Addresses that Lanner has mapped.', () => processMemory().virtual),
    memory('memory_pss', 'The same, shared pages in parts.', () => processMemory().proportional),
    {
      ...gauge('container_memory_used_bytes', 'Memory of the control group.', 'bytes', containerMemory),
      key: 'falco.container_memory_used',
    },
    gauge(
      'host_cpu_usage_ratio',
      'CPU time of the machine since it started; 1 is all CPUs.',
      'percent',
      () => hostLoad().cpu,
    ),
    memory('host_memory_used', 'Memory of the machine in use, without caches.', hostMemoryUsed),
    falcosGauge('host_procs_running', 'Processes that run now.', () => hostLoad().running),
    falcosGauge('host_open_fds', 'Open files of the machine.', hostOpenFiles),
    {
      name: 'lanner_memory_bytes',
      help: 'Memory of the JavaScript heap, of what it refers to, and of the whole process.',
      type: 'gauge',
      read() {
        const { heapUsed, heapTotal, external, arrayBuffers, rss } = process.memoryUsage();
        return Object.entries({ heapUsed, heapTotal, external, arrayBuffers, rss }).map(([part, value]) => ({
          labels: { part: part.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`) },
          value,
        }));
      },
    },
  ];
}

function memory(name: string, help: string, read: () => number): Metric {
  return {
    name: `falcosecurity_falco_${name}_bytes`,
    help,
    type: 'gauge',
    key: `falco.${name}`,
    unit: 'kilobytes',
    read: () => read(),
  };
}

function gauge(name: string, help: string, unit: 'bytes' | 'percent', read: () => number): ScalarMetric {
  const key = `falco.${name.replace(/_ratio$/, '')}`;
  return { name: `falcosecurity_falco_${name}`, help, type: 'gauge', key, unit, read };
}

/** Falco has given these the ending of counters. */
function falcosGauge(name: string, help: string, read: () => number): Metric {
  return {
    name: `falcosecurity_falco_${name}_total`,
    help,
    type: 'untyped',
    key: `falco.${name}`,
    read,
  };
}
