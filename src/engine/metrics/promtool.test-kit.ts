/** What `promtool check metrics` says of metrics. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';

const OWN = resolve(import.meta.dirname, '../../../build/promtool');
const PROMTOOL = process.env.PROMTOOL ?? (existsSync(OWN) ? OWN : 'promtool');

/** Why there is no promtool, for tests that need it; `false` when there is. */
export const noPromtool =
  spawnSync(PROMTOOL, ['--version']).status !== 0 &&
  'promtool is not here: "npm test" unpacks it from the Debian package prometheus';

/** Names of Falco's that dashboards rely on, and that promtool would have in seconds. */
export const FALCOS_NANOSECONDS = ['host_boot', 'reload', 'start'].map(
  (time) =>
    `falcosecurity_falco_${time}_timestamp_nanoseconds use base unit "seconds" instead of "nanoseconds"`,
);

/** The lines that promtool complains with, sorted. */
export function promtoolComplaints(metrics: string): string[] {
  const { stdout, stderr } = spawnSync(PROMTOOL, ['check', 'metrics'], { input: metrics, encoding: 'utf8' });
  return (stdout + stderr)
    .split('\n')
    .filter((line) => line !== '')
    .sort();
}
