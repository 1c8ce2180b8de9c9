/**
 * Rules that were learned of real workloads: the same workload again raises no alert, and a planted deviation of each
 * kind does.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, type TestContext, test } from 'node:test';
import { createContainer } from '../support/container.ts';
import { temporaryFolder } from '../support/daemon.ts';
import { startPodman } from '../support/engines.ts';
import { freePort } from '../support/free-port.ts';
import { cannotWatch, lanner } from '../support/lanner.ts';
import { lannerRun } from '../support/lanner-run.ts';

interface Workload {
  /** Of a fresh run; `steps` are the deviations that it does beside. */
  readonly command: (steps: readonly string[]) => readonly string[];
  /** The rule that each deviation must raise, and what the alert must tell. */
  readonly deviations: Readonly<Record<string, readonly [string, RegExp]>>;
  readonly name: string;
}

/** Learns in two runs, tries another one, and one with all deviations. Gives the rules. */
async function learnAndTry(context: TestContext, { command, deviations, name }: Workload): Promise<string> {
  const rules = join(temporaryFolder(context), 'learned.yaml');
  for (const run of [1, 2]) {
    const { code, stderr } = await lanner(['learn', '--into', rules, '--', ...command([])]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`^lanner: ${name}: programs \\d+, .* runs ${run}$`, 'm'));
    assert.match(stderr, /5 rules, \d+ tests, 0 failed\n$/);
  }
  const checked = await lanner(['check', '--strict', rules]);
  assert.equal(checked.code, 0, checked.stdout);
  const again = await lannerRun({ command: command([]), rules });
  assert.equal(again.exitCode, 0, again.errors);
  assert.deepEqual(
    again.alerts.map(({ output }) => output),
    [],
  );
  const { alerts, errors } = await lannerRun({ command: command(Object.keys(deviations)), rules });
  for (const [deviation, [rule, text]] of Object.entries(deviations)) {
    const raised = alerts.filter((alert) => alert.rule === `${rule} ${name}`).map(({ output }) => output);
    assert.ok(
      raised.some((output) => text.test(output)),
      `${deviation}: ${JSON.stringify(raised)}\n${errors}`,
    );
  }
  return readFileSync(rules, 'utf8');
}

const WEB_SERVER = `
import http.server, os, socket, subprocess, sys, tempfile, threading, time
folder, port, steps = sys.argv[1], int(sys.argv[2]), os.environ.get('STEPS', '').split(',')
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(folder + '/access.log', 'a') as log: log.write(self.path + chr(10))
        self.send_response(200); self.end_headers(); self.wfile.write(b'hello')
    def log_message(self, *args): pass
server = http.server.HTTPServer(('127.0.0.1', port), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
tempfile.tempdir = '/tmp'  # which is not tried first, with a name of any eight letters
with tempfile.NamedTemporaryFile() as cache: cache.write(b'x')
chosen = socket.socket(); chosen.bind(('127.0.0.1', 0)); chosen.listen()
client = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()"
for path in ('a', 'b'):
    subprocess.run([sys.executable, '-c', client, 'http://127.0.0.1:%d/%s' % (port, path)], check=True)
if 'program' in steps: subprocess.run(['/usr/bin/id'], stdout=subprocess.DEVNULL)
if 'code' in steps: subprocess.run([sys.executable, '-c', 'pass'])
if 'file' in steps: open(folder + '/shell.php', 'w').close()
if 'temporary' in steps: open('/tmp/' + 'tmp1a2b3c4d.sh', 'w').close(); os.unlink('/tmp/tmp1a2b3c4d.sh')
if 'secret' in steps: open('/etc/shadow').read()
if 'address' in steps: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.2', 53))
if 'port' in steps: other = socket.socket(); other.bind(('127.0.0.3', port)); other.listen()
`;

const JOBS = `
rotate() { mv /srv/log/job.log.1 /srv/log/job.log.2; mv /srv/log/job.log /srv/log/job.log.1; }
mkdir -p /srv/log
for job in backup report clean; do
  work=$(mktemp -d)
  date > $work/stamp
  case $job in
    backup) tar -cf $work/etc.tar /etc/hosts; gzip -c $work/etc.tar > /srv/backup.gz;;
    report) wc -l /etc/passwd > /srv/report.txt; cat /etc/shadow > /dev/null;;
    clean) echo $job >> /srv/log/job.log; cp /srv/log/job.log /srv/log/job.log.1; rotate;;
  esac
  rm -r $work
done
for step in $(cat /srv/steps); do case $step in
  program) nslookup -help;;
  argument) sh -c 'echo hi';;
  file) echo > /etc/cron.d;;
  moved) mv /srv/report.txt /srv/elsewhere;;
  secret) cat /root/.ssh/id_rsa;;
  address) ip link set lo up; timeout 20 nc -l -p 4001 &
    for try in 1 2 3 4 5 6 7 8 9; do echo | nc -w 1 127.0.0.1 4001 && break; sleep 1; done;;
  port) timeout 1 nc -l -p 4000;;
esac; done > /dev/null 2>&1
exit 0
`;

const COMMITS = `#!/bin/sh
set -e
folder=$(mktemp -d)
cd $folder
git init -q .
git config user.email nobody@localhost
git config user.name nobody
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "$folder $i" > file$i.txt; done
git add .
git commit -qm all
git gc -q
git clone -q $folder $folder/clone
for step in $STEPS; do
  case $step in
    file) echo > .profile;;
    hook) cp file1.txt .git/hooks/pre-commit;;
  esac
done
rm -rf $folder
`;

const KINDS = {
  program: 'Unlearned Program in',
  file: 'Unlearned File Change in',
  secret: 'Unlearned Read of Secret in',
  address: 'Unlearned Connection from',
  port: 'Unlearned Listening Port in',
};

function hasProgram(name: string): boolean {
  return ['/usr/bin', '/usr/sbin', '/usr/local/bin'].some((folder) => existsSync(join(folder, name)));
}

suite('learned rules', { skip: cannotWatch() }, () => {
  test('a build with make and cc', async (context) => {
    const folder = temporaryFolder(context);
    const sources = Array.from({ length: 5 }, (_, index) => `part${index}`);
    for (const name of sources)
      writeFileSync(join(folder, `${name}.c`), `int ${name}(void) { return ${name.length}; }\n`);
    writeFileSync(join(folder, 'main.c'), 'int part0(void); int main(void) { return part0() - 5; }\n');
    const objects = [...sources, 'main'].map((name) => `${name}.o`).join(' ');
    writeFileSync(
      join(folder, 'Makefile'),
      [
        `program: ${objects}\n\tcc -o $@ ${objects} && ./program\n`,
        '%.o: %.c\n\tcc -c $< -o $@ && test -s $@\n',
        'clean:\n\trm -f *.o program\n',
        '-include step.mk\n',
      ].join('\n'),
    );
    const steps: Readonly<Record<string, string>> = {
      program: '/usr/bin/id > /dev/null',
      file: 'rm -f main.c~; : > .hidden',
      secret: 'cat /etc/shadow > /dev/null',
      view: 'unshare --mount true',
      temporary: 'cp main.c /tmp/ccAbCd12.s; rm /tmp/ccAbCd12.s',
      address:
        "perl -MIO::Socket::INET -e 'IO::Socket::INET->new(Proto => q(udp), PeerAddr => q(127.0.0.2:53))'",
      port: "perl -MIO::Socket::INET -e 'IO::Socket::INET->new(Listen => 1, LocalAddr => q(127.0.0.1:0))'",
    };
    await lanner(['run', '--', 'make', '-sC', folder]);
    const text = await learnAndTry(context, {
      name: 'make',
      command(chosen) {
        const lines = chosen.map((step) => `\t-${steps[step]}\n`).join('');
        writeFileSync(join(folder, 'step.mk'), chosen.length === 0 ? '' : `clean: step\nstep:\n${lines}`);
        return ['make', '-sC', folder, 'clean', 'program'];
      },
      deviations: {
        program: [KINDS.program, /\/usr\/bin\/id\b/],
        file: [KINDS.file, /opened=\S+\/\.hidden /],
        secret: [KINDS.secret, /\/etc\/shadow/],
        temporary: [KINDS.file, /opened=\/tmp\/ccAbCd12\.s /],
        view: [KINDS.file, /\(unshare\)/],
        address: [KINDS.address, /->127\.0\.0\.2:53/],
        port: [KINDS.port, /127\.0\.0\.1:\d+ \(tcp\)/],
      },
    });
    // Many calls of one form are one frame, with no room for another command.
    assert.match(text.replace(/\s+/g, ' '), /proc\.args regex "-c cc -c \S+ -o \S+ && test -s \S+"/);
    assert.match(text, /^# \/tmp\/cc\[0-9A-Za-z_\]\{6\}\\\.s: \d+ names, such as \/tmp\/cc\w{6}\.s$/m);
  });

  test('a web server and its clients', {
    skip: existsSync('/usr/bin/python3') ? false : 'needs python3',
  }, async (context) => {
    const folder = temporaryFolder(context);
    const port = await freePort();
    const script = join(folder, 'server.py');
    writeFileSync(script, WEB_SERVER);
    mkdirSync(join(folder, 'data'));
    await learnAndTry(context, {
      name: 'server.py',
      command: (steps) => [
        'env',
        `STEPS=${steps.join(',')}`,
        'python3',
        script,
        join(folder, 'data'),
        String(port),
      ],
      deviations: {
        program: [KINDS.program, /\/usr\/bin\/id\b/],
        code: [KINDS.program, /command=\S+ -c pass /],
        file: [KINDS.file, /opened=\S+\/shell\.php /],
        temporary: [KINDS.file, /opened=\/tmp\/tmp1a2b3c4d\.sh /],
        secret: [KINDS.secret, /\/etc\/shadow/],
        address: [KINDS.address, /->127\.0\.0\.2:53/],
        port: [KINDS.port, /127\.0\.0\.3:\d+ \(tcp\)/],
      },
    });
  });

  test('jobs of a shell script in a container', async (context) => {
    const containers: ReturnType<typeof createContainer>[] = [];
    context.after(() => {
      for (const container of containers) container.remove();
    });
    const text = await learnAndTry(context, {
      name: 'jobs.sh',
      command(steps) {
        const container = createContainer({
          command: ['sh', '/srv/jobs.sh'],
          // To make its network work, of which it has nothing.
          privileged: true,
          files: {
            '/srv/jobs.sh': JOBS,
            '/srv/steps': steps.join(' '),
            '/root/.ssh/id_rsa': 'no key',
          },
        });
        containers.push(container);
        return container.command;
      },
      deviations: {
        program: [KINDS.program, /command=nslookup /],
        argument: [KINDS.program, /command=sh -c echo hi /],
        file: [KINDS.file, /opened=\/etc\/cron\.d /],
        moved: [KINDS.file, /to=\/srv\/elsewhere /],
        secret: [KINDS.secret, /\/root\/\.ssh\/id_rsa/],
        address: [KINDS.address, /->127\.0\.0\.1:4001/],
        port: [KINDS.port, /:4000 \(tcp\)/],
      },
    });
    assert.match(text, /container\.id != host and/);
  });

  test('hundreds of files with random names: work with git in a temporary directory', {
    skip: hasProgram('git') ? false : 'needs git',
  }, async (context) => {
    const folder = temporaryFolder(context);
    const script = join(folder, 'commit.sh');
    writeFileSync(script, COMMITS, { mode: 0o755 });
    const text = await learnAndTry(context, {
      name: 'commit.sh',
      command: (steps) => ['env', `STEPS=${steps.join(' ')}`, script],
      deviations: { file: [KINDS.file, /\/\.profile /], hook: [KINDS.file, /\/hooks\/pre-commit /] },
    });
    assert.match(text, /^# \S+\.git\/objects\/\[0-9a-f\]\{2\}\/\[0-9a-f\]\{38\}: \d+ names/m);
    assert.ok(text.length < 60_000, `${text.length} characters are too many to read`);
  });

  test('an image of Podman', {
    skip: ['podman', 'runc'].every((program) => hasProgram(program)) ? false : 'needs podman and runc',
  }, async (context) => {
    const engine = await startPodman().catch((error: Error) => context.skip(error.message));
    if (!engine) return;
    context.after(() => engine.stop());
    const settings = [`podman.sockets[0]=${engine.socket}`, 'docker.enabled=false', 'cri.enabled=false'];
    const options = [...settings, 'containerd.enabled=false'].map((one) => `container_engines.${one}`);
    const rules = join(temporaryFolder(context), 'image.yaml');
    for (const run of [1, 2]) {
      const asked = options.flatMap((option) => ['--option', option]);
      const script = 'date > /dev/shm/stamp; mkdir -p /dev/shm/work; rm -r /dev/shm/work';
      const command = engine.command(`learned-${run}`, script);
      const { code, stderr } = await lanner(['learn', '--into', rules, ...asked, '--', ...command]);
      assert.equal(code, 0, stderr);
      assert.match(stderr, new RegExp(`^lanner: lanner-test: programs 1, files 2, .* runs ${run}$`, 'm'));
      assert.match(stderr, /5 rules, \d+ tests, 0 failed\n$/);
    }
    assert.match(readFileSync(rules, 'utf8'), /container\.image\.repository = \S*lanner-test/);
  });
});
