/**
 * Makes a chart repository: `package-chart.ts OUT [URL]` packs the chart into the folder OUT, beside those of earlier
 * versions that are there, and writes index.yaml, which gives URL as their address. Any web server can serve OUT.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';

const ROOT = resolve(import.meta.dirname, '..');
const CHART = join(ROOT, 'deploy', 'helm', 'lanner');
/** That of the tests, where it is. */
const UNPACKED = join(ROOT, 'build', 'helm');

/** Packs the chart and writes the index. Throws what helm says. */
export function packageChart(out: string, url = ''): void {
  mkdirSync(out, { recursive: true });
  helm(['package', CHART, '--destination', out]);
  helm(['repo', 'index', out, ...(url === '' ? [] : ['--url', url])]);
}

function helm(args: readonly string[]): void {
  const program = existsSync(UNPACKED) ? UNPACKED : 'helm';
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (error !== undefined) throw new Error(`helm cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(stderr.trim());
}

if (import.meta.main) {
  const [out, url] = process.argv.slice(2);
  if (out === undefined) {
    process.stderr.write('usage: package-chart.ts OUT [URL]\n');
    process.exit(2);
  }
  try {
    packageChart(out, url);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(1);
  }
}
