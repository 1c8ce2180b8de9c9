/** The real helm, and the chart. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseAllDocuments } from 'yaml';
import type { KubernetesObject } from './kubernetes-schema.ts';

const ROOT = resolve(import.meta.dirname, '..', '..');

export const CHART = join(ROOT, 'deploy', 'helm', 'lanner');

const PLACES = [
  join(ROOT, 'build', 'helm'),
  ...(process.env.PATH ?? '').split(':').map((folder) => join(folder, 'helm')),
];

const HELM = PLACES.find(existsSync);

/** For tests: why they are skipped, or `false`. */
export const withoutHelm: string | false =
  HELM === undefined ? 'helm is not there (scripts/setup.mjs unpacks it for x64)' : false;

export interface HelmResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs helm without any cluster. */
export function helm(args: readonly string[]): HelmResult {
  return spawnSync(HELM as string, args, { encoding: 'utf8', env: environment(NOWHERE), maxBuffer: 1 << 26 });
}

/** The same for tests that serve what helm asks for; `home` is where helm keeps its settings. */
export async function helmAside(args: readonly string[], home = NOWHERE): Promise<HelmResult> {
  const child = spawn(HELM as string, args, {
    env: environment(home),
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
    });
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, ...output };
}

const NOWHERE = '/nonexistent';

function environment(home: string) {
  return {
    PATH: process.env.PATH ?? '',
    ...{ HOME: home, HELM_CACHE_HOME: join(home, 'cache'), HELM_CONFIG_HOME: join(home, 'config') },
    HELM_DATA_HOME: join(home, 'data'),
    KUBECONFIG: '/nonexistent/kubeconfig',
  };
}

/** What the chart renders, by "Kind/name"; throws when helm refuses. `values` are written as --set takes them. */
export function render(
  values: readonly string[],
  more: readonly string[] = [],
): Map<string, KubernetesObject & Record<string, unknown>> {
  const sets = values.flatMap((value) => ['--set', value]);
  const { status, stdout, stderr } = helm([
    ...['template', 'lanner', CHART, '--namespace', 'security', ...sets, ...more],
  ]);
  if (status !== 0) throw new Error(stderr);
  return objectsIn(stdout);
}

export function objectsIn(yaml: string): Map<string, KubernetesObject & Record<string, unknown>> {
  const documents = parseAllDocuments(yaml) as { toJS(): unknown; errors: Error[] }[];
  const objects = documents.flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    const object = document.toJS() as (KubernetesObject & Record<string, unknown>) | null;
    return object === null ? [] : [object];
  });
  return new Map(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]));
}
