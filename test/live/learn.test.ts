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
  /** Of a fresh run; `deviation` is what it does beside. */
  readonly command: (deviation?: string) => readonly string[];
  /** What each deviation must raise. */
  readonly deviations: Readonly<Record<string, string>>;
  readonly name: string;
}

/** Learns in two runs, and tries two more and each deviation. */
async function learnAndTry(context: TestContext, { command, deviations, name }: Workload): Promise<string> {
  const rules = join(temporaryFolder(context), 'learned.yaml');
  for (const run of [1, 2]) {
    const { code, stderr } = await lanner(['learn', '--into', rules, '--', ...command()]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, new RegExp(`^lanner: ${name}: programs \\d+, .* runs ${run}$`, 'm'));
    assert.match(stderr, /5 rules, \d+ tests, 0 failed\n$/);
  }
  const checked = await lanner(['check', '--strict', rules]);
  assert.equal(checked.code, 0, checked.stdout);
  const tested = await lanner(['test', rules.replace('.yaml', '.test.yaml')]);
  assert.equal(tested.code, 0, tested.stdout);
  for (const again of [1, 2]) {
    const { alerts, exitCode, errors } = await lannerRun({ command: command(), rules });
    assert.equal(exitCode, 0, errors);
    assert.deepEqual(
      alerts.map(({ output }) => output),
      [],
      `run ${again} is like those before`,
    );
  }
  for (const [deviation, rule] of Object.entries(deviations)) {
    const { alerts, errors } = await lannerRun({ command: command(deviation), rules });
    const raised = alerts.map((alert) => alert.rule);
    assert.ok(raised.includes(`${rule} ${name}`), `${deviation}: ${JSON.stringify(raised)}\n${errors}`);
  }
  return readFileSync(rules, 'utf8');
}

const WEB_SERVER = `
import http.server, os, socket, subprocess, sys, tempfile, threading, time
folder, port, step = sys.argv[1], int(sys.argv[2]), os.environ.get('STEP', '')
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(folder + '/access.log', 'a') as log: log.write(self.path + chr(10))
        self.send_response(200); self.end_headers(); self.wfile.write(b'hello')
    def log_message(self, *args): pass
server = http.server.HTTPServer(('127.0.0.1', port), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
with tempfile.NamedTemporaryFile() as cache: cache.write(b'x')
chosen = socket.socket(); chosen.bind(('127.0.0.1', 0)); chosen.listen()
client = "import sys, urllib.request; urllib.request.urlopen(sys.argv[1]).read()"
for path in ('a', 'b'):
    subprocess.run([sys.executable, '-c', client, 'http://127.0.0.1:%d/%s' % (port, path)], check=True)
if step == 'program': subprocess.run(['/usr/bin/id'], stdout=subprocess.DEVNULL)
if step == 'code': subprocess.run([sys.executable, '-c', 'pass'])
if step == 'file': open(folder + '/shell.php', 'w').close()
if step == 'temporary': open('/tmp/' + 'tmp1a2b3c4d.sh', 'w').close(); os.unlink('/tmp/tmp1a2b3c4d.sh')
if step == 'secret': open('/etc/shadow').read()
if step == 'address': socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('127.0.0.2', 53))
if step == 'port': other = socket.socket(); other.bind(('127.0.0.3', port)); other.listen()
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
case $(cat /srv/step) in
  program) nslookup -help;;
  argument) sh -c 'echo hi';;
  file) echo > /etc/cron.d;;
  moved) mv /srv/report.txt /srv/elsewhere;;
  secret) cat /root/.ssh/id_rsa;;
  address) ip link set lo up; timeout 20 nc -l -p 4001 &
    for try in 1 2 3 4 5 6 7 8 9; do echo | nc -w 1 127.0.0.1 4001 && break; sleep 1; done;;
  port) timeout 1 nc -l -p 4000;;
esac > /dev/null 2>&1
exit 0
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
      command(step) {
        const script = step === undefined ? '' : `clean: step\nstep:\n\t${steps[step]}\n`;
        writeFileSync(join(folder, 'step.mk'), script);
        return ['make', '-sC', folder, 'clean', 'program'];
      },
      deviations: { ...KINDS, temporary: KINDS.file, view: KINDS.file },
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
      command: (step = '') => ['env', `STEP=${step}`, 'python3', script, join(folder, 'data'), String(port)],
      deviations: { ...KINDS, code: KINDS.program, temporary: KINDS.file },
    });
  });

  test('jobs of a shell script in a container', async (context) => {
    const containers: ReturnType<typeof createContainer>[] = [];
    context.after(() => {
      for (const container of containers) container.remove();
    });
    const text = await learnAndTry(context, {
      name: 'jobs.sh',
      command(step = '') {
        const container = createContainer({
          command: ['sh', '/srv/jobs.sh'],
          // To make its network work, of which it has nothing.
          privileged: true,
          files: {
            '/srv/jobs.sh': JOBS,
            '/srv/step': step,
            '/root/.ssh/id_rsa': 'no key',
          },
        });
        containers.push(container);
        return container.command;
      },
      deviations: { ...KINDS, argument: KINDS.program, moved: KINDS.file },
    });
    assert.match(text, /container\.id != host and/);
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
      assert.match(
        stderr,
        new RegExp(`^lanner: lanner-test: programs [2-4], files [1-9].* runs ${run}$`, 'm'),
      );
      assert.match(stderr, /5 rules, \d+ tests, 0 failed\n$/);
    }
    assert.match(readFileSync(rules, 'utf8'), /container\.image\.repository = \S*lanner-test/);
  });
});
