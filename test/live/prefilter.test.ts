/**
 * The same workload with and without the prefilter: the same alerts, with fewer events. Each rule set is asked about
 * opens, links, renames, sockets and descriptors in many forms, so that much of it matches and much does not.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, suite, test } from 'node:test';
import { cannotWatch, LANNER, lanner, ROOT, start } from '../support/lanner.ts';
import { lannerRun } from '../support/lanner-run.ts';

const UPSTREAM = resolve(ROOT, '../shared/upstream-rules');
const UPSTREAM_FILES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
const OWN_RULES = `
- rule: Opened
  desc: A file is opened by one of some names.
  condition: >
    evt.type in (open, openat, openat2, creat) and evt.rawres >= 0
    and (fd.name in (/etc/shadow, /etc/passwd) or fd.name startswith /etc/pam.d/ or fd.name endswith .wanted
    or fd.name contains "/wan..ted/" or fd.directory = / or fd.filename endswith _history)
  output: x
  priority: ERROR
- rule: Given With Dots
  desc: A path that goes up.
  condition: evt.type in (open, openat) and fd.nameraw contains "../" and fd.name startswith /etc
  output: x
  priority: ERROR
- rule: Created
  desc: Made by an open.
  condition: evt.type in (open, openat) and evt.is_open_create = true and fd.directory startswith /tmp
  output: x
  priority: ERROR
- rule: Failed
  desc: Not there.
  condition: evt.type in (open, openat) and evt.failed = true and (fd.name = /etc/not-there or fd.name endswith .absent)
  output: x
  priority: ERROR
- rule: Written By Perl
  desc: The name of the program alone decides.
  condition: evt.type in (open, openat) and evt.is_open_write = true and proc.name in (perl, renamed)
  output: x
  priority: ERROR
- rule: Copied Descriptor
  desc: A socket becomes standard output.
  condition: evt.type in (dup, dup2, dup3) and fd.type in (ipv4, ipv6) and evt.rawres in (0, 1, 2)
  output: x
  priority: ERROR
- rule: Datagram
  desc: Sent by UDP.
  condition: evt.type = sendto and fd.l4proto = udp and evt.rawres > 0
  output: x
  priority: ERROR
- rule: Mode
  desc: Changed.
  condition: evt.type in (chmod, fchmod, fchmodat) and evt.res = SUCCESS
  output: x
  priority: ERROR
`;

/** A script of Perl: its argument is a folder to work in. */
const WORKLOAD = String.raw`
use Fcntl; use Socket; my $d = shift; chdir $d;
sub try { sysopen(my $f, $_[0], $_[1] // O_RDONLY, 0644); $f }
symlink '/etc/shadow', 'link'; symlink '/etc', 'folder'; mkdir 'wan..ted';
for my $path ('/etc/shadow', '/etc/passwd', '/etc/hostname', '/etc/not-there', 'link', 'folder/shadow', './/link',
  '../../../../../../etc/shadow', '/usr/../etc/./shadow', '/proc/self/root/etc/shadow', '/etc/pam.d/common-auth',
  '/', '/etc', '/dev/null', "$d/nothing", 'folder/../link', '/etc/pam.d/../hostname') { try($path) for 1 .. 3 }
for my $name ('a.wanted', 'b.unwanted', 'wan..ted/x', 'x_history', 'plain') { try($name, O_WRONLY | O_CREAT); try($name) }
chmod 0600, 'plain'; chmod 0600, 'none';
for (1 .. 500) { try('/usr/share/none'); try('/etc/hostname'); try('/usr/lib') }
link '/etc/shadow', 'hard' and try('hard');
for my $length (20 .. 48) { my $name = 'n' x $length . '.wanted'; try($name, O_WRONLY | O_CREAT); symlink $name, "s$length";
  try($_) for $name, "$d/$name", "s$length", "$d/s$length", "$d/$name.absent", "$name.absent" }
my $deep = 'deep';
for (1 .. 40) { mkdir $deep; try("$deep/x.wanted", O_WRONLY | O_CREAT);
  for my $name ('x.wanted', 'y.absent', 'z') { try("$deep/$name"); try("$d/$deep/$name") } $deep .= '/e' x $_ }
sub named { for (1 .. 3) { try("named-$_[0]", O_WRONLY | O_CREAT) } }
sub rename_by_file { open(my $comm, '>', '/proc/self/comm'); print $comm $_[0]; close($comm); named("file-$_[0]") }
named('perl'); $0 = 'renamed'; named('renamed'); $0 = 'other'; named('other'); rename_by_file('perl'); $0 = 'renamed';
if (fork == 0) { named('child'); rename_by_file('hidden'); if (fork == 0) { named('grandchild'); exit } wait;
  exec 'sh', '-c', 'echo > named-sh; exec perl -e "open(F, q(>), q(named-exec))"' } wait; rename_by_file('hidden');
chdir 'deep'; try('x.wanted'); try('../a.wanted'); try('e/x.wanted'); chdir $d;
unlink 'link'; symlink '/etc/passwd', 'link'; try('link');
socket(my $u, PF_INET, SOCK_DGRAM, 0); send($u, 'x', 0, pack_sockaddr_in(9, inet_aton('127.0.0.1')));
socket(my $l, PF_INET, SOCK_STREAM, 0); bind($l, pack_sockaddr_in(0, inet_aton('127.0.0.1'))); listen($l, 1);
open(my $saved, '>&', \*STDOUT); open(STDOUT, '>&', $u); open(STDOUT, '>&', $saved);
socket(my $client, PF_INET, SOCK_STREAM, 0); bind($client, pack_sockaddr_in(0, inet_aton('127.0.0.2')));
connect($client, getsockname($l)); accept(my $accepted, $l); open(STDOUT, '>&', $accepted); open(STDOUT, '>&', $saved);
`;

interface Seen {
  /** Rule, event and name of every alert, sorted. */
  readonly alerts: readonly string[];
  readonly events: number;
  readonly leftOut: number;
}

async function watched(rules: readonly string[], prefilter: boolean): Promise<Seen> {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-prefilter-'));
  try {
    const { code, stdout, stderr } = await lanner([
      ...['run', '--alerts', 'stdout', '-o', 'json_output=true'],
      ...['-p', '%evt.type %fd.name %fd.nameraw %evt.res'],
      ...['-o', `engine.prefilter=${prefilter}`, '-o', 'rules[0].enable.rule=*'],
      ...['-o', 'host_names.resolve=never'],
      ...rules.flatMap((file) => ['-r', file]),
      ...['--', 'perl', '-e', WORKLOAD, folder],
    ]);
    assert.equal(code, 0, stderr);
    const alerts = stdout
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .map(({ rule, output_fields: shown }) =>
        [rule, shown['evt.type'], shown['fd.name'], shown['fd.nameraw'], shown['evt.res']]
          .join(' | ')
          .replaceAll(folder, 'FOLDER')
          .replace(/:\d+/g, ':PORT')
          .replace(/\/proc\/\d+/, '/proc/PID'),
      );
    const events = Number(/(\d+) events/.exec(stderr)?.[1]);
    const leftOut = Number(/(\d+) left out in the kernel/.exec(stderr)?.[1] ?? 0);
    return { alerts: alerts.sort(), events, leftOut };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

suite('prefilter', { skip: cannotWatch() }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-prefilter-rules-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const ownRules = (): string => {
    writeFileSync(join(folder, 'rules.yaml'), OWN_RULES);
    return join(folder, 'rules.yaml');
  };
  const sets: Record<string, readonly string[]> = {
    'own rules': [ownRules()],
    'default rules': [resolve(ROOT, 'rules')],
    "Falco's rules": UPSTREAM_FILES.map((file) => join(UPSTREAM, file)),
  };
  for (const [name, rules] of Object.entries(sets)) {
    const skip = rules.every((file) => existsSync(file)) ? false : 'there is no ../shared/upstream-rules';
    test(`${name}: the same alerts with and without`, { skip }, async (context) => {
      const without = await watched(rules, false);
      const filtered = await watched(rules, true);
      assert.deepEqual(filtered.alerts, without.alerts);
      assert.ok(without.alerts.length > 0, 'nothing was alerted on');
      assert.equal(without.leftOut, 0);
      // The probe knows of a connection that it was accepted, whether the accept is told or not.
      if (name === 'own rules')
        assert.ok(filtered.alerts.some((alert) => alert.includes('dup2 | 127.0.0.2:PORT->127.0.0.1:PORT')));
      assert.ok(filtered.leftOut >= 500, `${filtered.leftOut} events were left out`);
      context.diagnostic(
        `${without.alerts.length} alerts, ${without.events} events without, ${filtered.events} with`,
      );
    });
  }

  test('hard links are told apart from other files where inodes are larger than 2^53', async () => {
    const rules = join(folder, 'large.yaml');
    const place = join(folder, 'large');
    writeFileSync(
      rules,
      `- {rule: Named, desc: d, output: x, priority: ERROR, condition: 'evt.type in (open, openat) and fd.name = ${place}/o/named'}\n`,
    );
    // An overlay tells by the upper bits which of its layers a file is of.
    const prepare = `mkdir -p '${place}'; mount -t tmpfs none '${place}'; cd '${place}'; mkdir l u o; mount -t tmpfs none l
      mount -t tmpfs none u; mkdir u/u u/w; echo x > l/named; echo x > l/other; ln l/named l/hard
      mount -t overlay none -o lowerdir=l,upperdir=u/u,workdir=u/w,xino=on o; cd /`;
    const script = `my ($d) = @ARGV; exit 3 if (stat "$d/named")[1] < 2 ** 53;
      for my $name (qw(hard other named)) { open(my $f, '<', "$d/$name") or exit 4 }`;
    const names = async (isFiltered: boolean): Promise<unknown[]> => {
      const { alerts, errors, exitCode } = await lannerRun({
        ...{ prepare, rules, command: ['perl', '-e', script, `${place}/o`], print: '%fd.nameraw' },
        settings: [`engine.prefilter=${isFiltered}`],
      });
      assert.equal(exitCode, 0, errors);
      return alerts.map(({ output_fields: shown }) => shown['fd.nameraw']);
    };
    const expected = [`${place}/o/hard`, `${place}/o/named`];
    assert.deepEqual(await names(false), expected);
    assert.deepEqual(await names(true), expected);
  });

  test('the name of a program that runs already is known', async () => {
    const file = join(folder, 'named.yaml');
    writeFileSync(
      file,
      `- {rule: By Perl, desc: d, output: x, priority: ERROR,
  condition: 'evt.type in (open, openat) and evt.is_open_write = true and proc.name = perl'}
- {rule: By Another, desc: d, output: x, priority: ERROR,
  condition: 'evt.type in (open, openat) and proc.name = another'}\n`,
    );
    const opens = `for (1 .. 200) { open(F, '<', '/etc/hostname') } for (1 .. 50) { open(F, '>', '/dev/null') }`;
    const perl = start('perl', ['-e', `$| = 1; <STDIN>; ${opens} print "did"; <STDIN>`], { pipe: true });
    const running = start(LANNER, ['--scope', `pid=${perl.child.pid}`, '-c', '', '-r', file, '-v']);
    await running.printed('stderr', /watching/i);
    perl.child.stdin?.write('go\n');
    await perl.printed('stdout', 'did');
    running.child.kill('SIGINT');
    const { stdout, stderr } = await running.finished;
    perl.child.stdin?.end();
    await perl.finished;
    assert.equal(stdout.match(/Error x/g)?.length, 50, stdout);
    assert.match(stderr, /50 events, 0 lost, 50 alerts.*, 200 left out in the kernel/);
  });
});
