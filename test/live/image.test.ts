/** Lanner's own image: what is in it, and that it watches from within a container with the four capabilities of the chart's pods. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { writeArchive } from '../../scripts/image-root.ts';
import { missingPrograms } from '../support/engines.ts';
import { cannotWatch, start } from '../support/lanner.ts';

const NAME = 'localhost/lanner:test';
const RULES = `- rule: Users read
  desc: The file with the users is opened.
  condition: evt.type in (open, openat) and fd.name = /etc/passwd
  output: opened (process=%proc.name user=%user.name container=%container.id host=%evt.hostname)
  priority: NOTICE
`;
const LIMITS = ['--ulimit', 'nofile=4096:4096', '--ulimit', 'nproc=4096:4096'];
/** As in deploy/helm; engines of old forbid bpf() to whoever is not CAP_SYS_ADMIN. */
const NODE_POD = [
  ...['--pid', 'host', '--user', '0', '--cap-drop', 'ALL', '--tmpfs', '/var/lib/lanner'],
  ...['--cap-add', 'BPF,PERFMON,SYS_PTRACE,DAC_READ_SEARCH', '--security-opt', 'no-new-privileges'],
  ...[
    '--security-opt',
    'seccomp=unconfined',
    '--env',
    'HOST_ROOT=/proc/1/root',
    '--env',
    'LANNER_HOSTNAME=node-7',
  ],
];

suite('image', { skip: cannotWatch() || missingPrograms('podman', 'runc', 'dpkg') }, () => {
  let folder = '';
  const podman = (...args: string[]) =>
    start('podman', [
      ...['--root', join(folder, 'data'), '--runroot', join(folder, 'run'), '--cgroup-manager=cgroupfs'],
      ...['--runtime', 'runc', '--events-backend=file', ...args],
    ]).finished;
  const run = (...args: string[]) =>
    podman('run', '--rm', '--read-only', '--network=none', ...LIMITS, ...args);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lanner-image-'));
    const archive = join(folder, 'image.tar');
    await writeArchive(archive, NAME);
    const { code, stderr } = await podman('load', '--quiet', '--input', archive);
    assert.equal(code, 0, stderr);
  });
  after(async () => {
    await podman('rmi', '--force', NAME);
    rmSync(folder, { recursive: true, force: true });
  });

  test('it runs as a user without rights, and from a file system that cannot be written', async () => {
    const { code, stdout, stderr } = await run(NAME, '--version');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Lanner version: /);
    const ids = 'console.log(process.getuid(), process.getgid())';
    assert.equal((await run('--entrypoint', '/usr/bin/node', NAME, '-e', ids)).stdout, '65532 65532\n');
  });

  test('the command is there by its name, with the default rules', async () => {
    const { code, stdout, stderr } = await run(
      '--entrypoint',
      '/usr/bin/lanner',
      NAME,
      'check',
      '/usr/lib/lanner/rules',
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\d+ rules: nothing to complain about$/m);
  });

  test('there is no shell in it', async () => {
    const listing = `const fs = require('fs'); console.log(fs.readdirSync('/usr/bin').join(), fs.existsSync('/bin'), fs.existsSync('/sbin'))`;
    const { stdout } = await run('--entrypoint', '/usr/bin/node', NAME, '-e', listing);
    assert.equal(stdout, 'lanner,node false false\n');
  });

  test('it watches with four capabilities, and sees the machine through its first process', async () => {
    const rules = join(folder, 'rules.yaml');
    writeFileSync(rules, RULES);
    const command = ['/usr/bin/node', '-e', 'require("fs").readFileSync("/etc/passwd")'];
    const mounted = ['--volume', `${rules}:/rules.yaml:ro`];
    const { code, stderr } = await run(
      ...NODE_POD,
      ...mounted,
      NAME,
      ...['run', '-r', '/rules.yaml', '--'],
      ...command,
    );
    assert.equal(code, 0, stderr);
    assert.match(stderr, / 0 lost, 1 alert /);
    assert.match(stderr, /Notice opened \(process=node\S* user=root container=[0-9a-f]{12} host=node-7\)/);
    assert.match(stderr, / 0 lost, 1 alert /);
  });

  test('without the process ids of the machine it says that it sees nothing', async () => {
    const ownIds = NODE_POD.filter((word) => word !== '--pid' && word !== 'host');
    const command = ['run', '-r', '/usr/lib/lanner/rules', '--', '/usr/bin/node', '--version'];
    const { stderr } = await run(...ownIds, NAME, ...command);
    assert.match(stderr, /process ids of its own.*hostPID: true/);
  });
});
