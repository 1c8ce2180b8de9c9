/** Containers that run are judged as what they are. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { createContainer } from '../support/container.ts';
import { missingPrograms, startDocker } from '../support/engines.ts';
import { LANNER, start } from '../support/lanner.ts';

/** Engines of the machine itself are left alone. */
const NO_ENGINES = ['docker', 'podman', 'cri', 'containerd'].flatMap((api) => [
  ...['-o', `container_engines.${api}.enabled=false`],
]);

interface Judged {
  readonly name: string;
  readonly satisfies: string;
  readonly findings: readonly { readonly control: string; readonly message: string }[];
}

async function judged(id: string, engines: readonly string[]): Promise<Judged> {
  const args = [
    'posture',
    '--container-runtime',
    '--container',
    id,
    '-c',
    '',
    ...engines,
    '--format',
    'json',
  ];
  const { code, stdout, stderr } = await start(LANNER, args).finished;
  assert.equal(code, 0, stderr);
  const { pods } = JSON.parse(stdout) as { pods: Judged[] };
  assert.equal(pods.length, 1);
  return pods[0] as Judged;
}

function controlsOf({ findings }: Judged): string[] {
  return [...new Set(findings.map(({ control }) => control))].sort();
}

/** A container of runc that runs until the test ends. */
async function running(
  context: TestContext,
  options: { user?: number; privileged?: boolean },
): Promise<string> {
  const container = createContainer({ command: ['sh', '-c', 'echo ready; sleep 300'], ...options });
  context.after(() => container.remove());
  const [program = '', ...args] = container.command;
  const started = start(program, args);
  context.after(() => started.child.kill('SIGKILL'));
  await started.printed('stdout', 'ready');
  return container.id;
}

const SKIP = process.getuid?.() !== 0 ? 'needs root' : missingPrograms('runc');

describe('running containers', { skip: SKIP }, () => {
  test('one without capabilities, as a user', async (context) => {
    const container = await judged(await running(context, { user: 1000 }), NO_ENGINES);
    const controls = controlsOf(container);
    for (const control of ['readOnlyRootFilesystem', 'programsInImage', 'seccompProfile_restricted'])
      assert.ok(controls.includes(control), controls.join());
    for (const control of [
      'runAsUser',
      'runAsNonRoot',
      'capabilities_restricted',
      'privileged',
      'hostNamespaces',
    ])
      assert.ok(!controls.includes(control), controls.join());
    const programs = container.findings.find(({ control }) => control === 'programsInImage');
    assert.match(programs?.message ?? '', /shells \(\/bin\/sh/);
  });

  test('a privileged one, as root', async (context) => {
    const container = await judged(await running(context, { privileged: true }), NO_ENGINES);
    assert.equal(container.satisfies, 'privileged');
    const controls = controlsOf(container);
    for (const control of ['capabilities_baseline', 'runAsUser', 'procMount'])
      assert.ok(controls.includes(control));
  });

  test('one that is not there', async () => {
    const args = ['posture', '--container-runtime', '--container', 'f'.repeat(64), '-c', '', ...NO_ENGINES];
    const { code, stderr } = await start(LANNER, args).finished;
    assert.equal(code, 1);
    assert.match(stderr, /no such container is running/);
  });

  test('one of Docker, with its name, image and mounts', {
    skip: missingPrograms('dockerd', '/usr/bin/docker'),
  }, async (context) => {
    const engine = await startDocker().catch((error: Error) => {
      if (process.env.CI) throw error;
      context.skip(`the engine cannot run here: ${error.message}`);
    });
    if (!engine) return;
    context.after(() => engine.stop());
    const [program = '', ...args] = engine.command('shop', 'echo ready; cat /proc/self/cgroup; sleep 300');
    const started = start(program, args);
    await started.printed('stdout', 'ready');
    const docker = ['/usr/bin/docker', '--host', `unix://${engine.socket}`] as const;
    const listed = await start(docker[0], [...docker.slice(1), 'ps', '--no-trunc', '--quiet']).finished;
    const sockets = ['podman', 'cri', 'containerd'].flatMap((api) => [
      '-o',
      `container_engines.${api}.enabled=false`,
    ]);
    const container = await judged(listed.stdout.trim(), [
      ...sockets,
      ...['-o', `container_engines.docker.sockets[0]=${engine.socket}`],
    ]);
    assert.equal(container.name, 'shop');
    const controls = controlsOf(container);
    // The folder of the host is mounted read-only.
    for (const control of ['imageTag', 'hostPathVolumes', 'readOnlyRootFilesystem', 'programsInImage'])
      assert.ok(controls.includes(control), controls.join());
    for (const control of ['writableHostPath', 'runAsUser', 'privileged', 'hostNamespaces'])
      assert.ok(!controls.includes(control), controls.join());
    await start(docker[0], [...docker.slice(1), 'kill', 'shop']).finished;
    await started.finished;
  });
});
