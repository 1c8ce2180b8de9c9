/**
 * Containers of real engines: Docker, Podman, containerd and the Container Runtime Interface. Each container
 * lives for 200 ms, and its alert knows its name and image.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, type TestContext, test } from 'node:test';
import {
  type Engine,
  missingPrograms,
  startContainerd,
  startDocker,
  startPodman,
} from '../support/engines.ts';
import { IMAGE_REPOSITORY, IMAGE_TAG, USER } from '../support/image.ts';
import { cannotWatch, LANNER, type Running, start } from '../support/lanner.ts';
import { POD, withPod } from '../support/pod.ts';

const SCRIPT = 'cat /etc/shadow > /dev/null; sleep 0.2';
const NAMES = ['first', 'second', 'third'];

const RULE = `
- rule: Shadow
  desc: The container reads the password hashes
  condition: evt.type in (open, openat) and fd.name = /etc/shadow and container.id != host
  output: >
    %container.id %container.name %container.image %container.image.repository %container.image.tag
    %container.privileged %container.type %container.label[tier] %container.mount.dest[/tmp/lanner-*]
    %container.full_id %container.start_ts %k8s.pod.name %k8s.ns.name %k8s.pod.uid %k8s.pod.sandbox_id
    %k8s.pod.label[app] %k8s.pod.labels %k8s.pod.full_sandbox_id %k8s.pod.id %k8s.pod.ip
    %container.image.id %container.image.digest %container.labels %container.mounts %container.ports
    %container.host_network %container.host_pid %container.ip %user.name %user.uid %group.name %group.gid
  priority: WARNING
- rule: Started
  desc: The condition must know the image when the first program of the container starts
  condition: >
    evt.type in (execve, execveat) and proc.vpid = 1 and container.image.repository endswith lanner-test
    and container.privileged = false
  output: "%container.name"
  priority: NOTICE
`;

type Fields = Readonly<Record<string, unknown>>;

/** Lanner's arguments for an engine; engines of the machine itself are left alone. */
function argumentsFor(context: TestContext, sockets: Readonly<Record<string, string>>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-rules-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const rules = join(folder, 'rules.yaml');
  writeFileSync(rules, RULE);
  const engines = ['docker', 'podman', 'cri', 'containerd'].flatMap((api) => {
    const value = sockets[api] === undefined ? 'enabled=false' : `sockets[0]=${sockets[api]}`;
    return ['-o', `container_engines.${api}.${value}`];
  });
  return ['-r', rules, ...engines, '-o', 'json_output=true'];
}

/** Lanner watching all that the engine's daemon starts. */
async function watchEngine(context: TestContext, engine: Engine, args: readonly string[]): Promise<Running> {
  const watching = start(LANNER, ['--scope', `pid=${engine.pid}`, ...args]);
  context.after(() => watching.child.kill('SIGKILL'));
  await watching.printed('stderr', 'Watching system calls of');
  if (watching.child.stdout) {
    // For people: wall-clock time decides nothing here.
    createInterface({ input: watching.child.stdout }).on('line', (line) => {
      const [fields] = fieldsIn(line);
      const delay = performance.timeOrigin + performance.now() - Number(fields?.['evt.time']) / 1e6;
      if (fields) context.diagnostic(`alert of ${fields['container.name']} after ${delay.toFixed(1)} ms`);
    });
  }
  return watching;
}

interface Outcome {
  /** Fields of the alerts of the rule on the file. */
  readonly alerts: Fields[];
  /** Containers whose image the rule on their first program knew. */
  readonly started: unknown[];
}

async function outcomeOf(watching: Running): Promise<Outcome> {
  watching.child.kill('SIGTERM');
  const { stdout, stderr } = await watching.finished;
  assert.doesNotMatch(stderr, /cannot be asked/);
  return {
    alerts: fieldsIn(stdout),
    started: fieldsIn(stdout, 'Started').map((fields) => fields['container.name']),
  };
}

function fieldsIn(text: string, rule = 'Shadow'): Fields[] {
  const lines = text.split('\n').filter((line) => line.startsWith('{'));
  const alerts = lines.map((line) => JSON.parse(line) as { rule: string; output_fields: Fields });
  return alerts.filter((alert) => alert.rule === rule).map((alert) => alert.output_fields);
}

async function run([program = '', ...args]: readonly string[]): Promise<void> {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0, `${program} ${args.join(' ')}`);
}

async function startedOrSkipped(
  context: TestContext,
  starting: Promise<Engine>,
): Promise<Engine | undefined> {
  try {
    const engine = await starting;
    context.after(() => engine.stop());
    return engine;
  } catch (error) {
    if (process.env.CI) throw error;
    context.skip(`the engine cannot run here: ${(error as Error).message}`);
    return undefined;
  }
}

/** The user that runs the script: the image knows it, and the host does not. */
const AS_USER: Fields = {
  'user.uid': USER.id,
  'user.name': USER.name,
  'group.gid': USER.id,
  'group.name': USER.group,
};

/** What every alert of these tests knows. */
function assertKnown(fields: Fields | undefined, expected: Fields): void {
  assert.ok(fields, 'there is no alert');
  for (const [name, value] of Object.entries(expected)) assert.deepEqual(fields[name], value, name);
  assert.equal(fields['lanner.incomplete'], undefined);
  assert.match(String(fields['container.full_id']), /^[0-9a-f]{64}$|^[a-z]+$/);
  assert.ok(Number(fields['container.start_ts']) > 1.6e18 && Number(fields['container.start_ts']) < 3e18);
  assert.match(String(fields['container.full_id']), new RegExp(`^${fields['container.id']}`));
}

function unlessMissing(...programs: string[]): { skip: string | false; timeout: number } {
  return { skip: cannotWatch() || missingPrograms(...programs), timeout: 120_000 };
}

describe('containers that live 200 ms have names and images in their alerts', () => {
  test('Docker', unlessMissing('dockerd', '/usr/bin/docker'), async (context) => {
    const engine = await startedOrSkipped(context, startDocker());
    if (!engine) return;
    const args = argumentsFor(context, { docker: engine.socket });
    const watching = await watchEngine(context, engine, args);
    for (const name of NAMES) await run(engine.command(name, SCRIPT));
    await run(engine.privilegedCommand?.('mighty', SCRIPT) ?? []);
    const { alerts, started } = await outcomeOf(watching);
    context.diagnostic(`known at the first program: ${started.join(', ')}`);
    for (const [index, name] of NAMES.entries()) {
      assertKnown(alerts[index], {
        ...AS_USER,
        'container.name': name,
        'container.labels': 'maintainer:nobody, tier:front',
        'container.mounts': `${engine.folder}:/host-folder:ro:false:rslave`,
        'container.ports': '127.0.0.1:8080->80/tcp',
        'container.host_network': false,
        'container.host_pid': false,
        'container.ip': '',
        'container.image': `${IMAGE_REPOSITORY}:${IMAGE_TAG}`,
        // Docker leaves out the parts of a name that it assumes.
        'container.image.repository': IMAGE_REPOSITORY.replace('docker.io/library/', ''),
        'container.image.tag': IMAGE_TAG,
        'container.privileged': false,
        'container.type': 'docker',
        'container.label[tier]': 'front',
        'container.mount.dest[/tmp/lanner-*]': '/host-folder',
        'k8s.pod.name': null,
      });
      assert.match(String(alerts[index]?.['container.image.id']), /^[0-9a-f]{64}$/);
    }
    assertKnown(alerts[NAMES.length], {
      'container.name': 'mighty',
      'container.privileged': true,
      'container.host_network': true,
      'container.ports': '',
      'user.name': 'root',
    });
    assert.equal(alerts.length, NAMES.length + 1);
  });

  test('Podman', unlessMissing('podman', 'runc'), async (context) => {
    const engine = await startedOrSkipped(context, startPodman());
    if (!engine) return;
    const args = argumentsFor(context, { podman: engine.socket });
    for (const name of NAMES) {
      const words: string[] = ['run', '--alerts', 'stdout', ...args, '--', ...engine.command(name, SCRIPT)];
      const { code, stdout, stderr } = await start(LANNER, words).finished;
      assert.equal(code, 0, stderr);
      const alerts = fieldsIn(stdout);
      assertKnown(alerts[0], {
        ...AS_USER,
        'container.labels': 'maintainer:nobody, tier:front',
        'container.mounts': `${engine.folder}:/host-folder::false:rprivate`,
        'container.host_network': false,
        'container.name': name,
        'container.image': `${IMAGE_REPOSITORY}:${IMAGE_TAG}`,
        'container.image.repository': IMAGE_REPOSITORY,
        'container.image.tag': IMAGE_TAG,
        'container.privileged': false,
        'container.type': 'podman',
        'container.label[tier]': 'front',
        'container.mount.dest[/tmp/lanner-*]': '/host-folder',
      });
      assert.equal(alerts.length, 1);
    }
  });

  describe('containerd', () => {
    test(
      'its own API, and the Container Runtime Interface',
      unlessMissing('containerd', 'ctr'),
      async (context) => {
        const engine = await startedOrSkipped(context, startContainerd());
        if (!engine) return;
        const { socket } = engine;
        const args = argumentsFor(context, { cri: socket, containerd: socket });
        const watching = await watchEngine(context, engine, args);
        for (const name of NAMES) await run(engine.command(name, SCRIPT));
        let sandboxId = '';
        await withPod(socket, SCRIPT, async (pod) => {
          sandboxId = pod.sandboxId;
          await watching.printed('stdout', pod.containerId);
        });
        const { alerts, started } = await outcomeOf(watching);
        context.diagnostic(`known at the first program: ${started.join(', ')}`);
        const image = {
          'container.image': `${IMAGE_REPOSITORY}:${IMAGE_TAG}`,
          'container.image.repository': IMAGE_REPOSITORY,
          'container.image.tag': IMAGE_TAG,
          'container.type': 'containerd',
          'container.label[tier]': 'front',
        };
        for (const [index, name] of NAMES.entries()) {
          assertKnown(alerts[index], {
            ...image,
            'container.name': name,
            // ctr has no option for a user.
            'user.name': 'root',
            'container.mount.dest[/tmp/lanner-*]': '/host-folder',
          });
        }
        assertKnown(alerts[NAMES.length], {
          ...AS_USER,
          ...image,
          'container.name': 'web',
          'container.ports': '127.0.0.1:8080->80/tcp',
          'container.host_network': true,
          'k8s.pod.id': POD.uid,
          'k8s.pod.full_sandbox_id': sandboxId,
          'k8s.pod.labels': POD.label.join(':'),
          'container.privileged': false,
          'k8s.pod.name': POD.name,
          'k8s.ns.name': POD.namespace,
          'k8s.pod.uid': POD.uid,
          'k8s.pod.sandbox_id': sandboxId.slice(0, 12),
          'k8s.pod.label[app]': POD.label[1],
        });
        assert.equal(alerts.length, NAMES.length + 1);
      },
    );
  });
});
