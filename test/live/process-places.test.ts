/**
 * The kernel leaves out what processes on the host do where rules are about containers. A process that goes into a
 * container's control group, or comes out of it, is judged as what the model knows of it: by its next exec or child.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { cannotWatch } from '../support/lanner.ts';
import { lannerRun } from '../support/lanner-run.ts';

const RULES = `
- rule: Connected In Container
  desc: A connection from within a container.
  condition: evt.type = connect and container.id != host and fd.typechar = 4
  output: "port=%fd.sport"
  priority: ERROR
`;

/** Hierarchies whose paths events tell. */
const HIERARCHY = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) =>
  existsSync(join(path, 'cgroup.procs')),
);

/** Each part of the script connects to ports of its own; pauses give user space time to tell the kernel of the host. */
const SCRIPT = `
use Socket;
my ($top, $inside, $part) = @ARGV;
sub go { open(my $f, '>', "$_[0]/cgroup.procs") or die $!; print $f $$; close($f) or die $!; }
sub hit { for (1 .. 3) { socket(my $s, PF_INET, SOCK_DGRAM, 0); connect($s, pack_sockaddr_in($_[0], INADDR_LOOPBACK)); } }
sub pause { select(undef, undef, undef, 0.4); }
if (!$part) {
  hit(101); pause(); hit(102);
  go($inside);
  if (my $child = fork()) { waitpid($child, 0); } else { hit(103); pause(); hit(104); exit; }
  exec($^X, $0, $top, $inside, 'inside');
}
if ($part eq 'inside') { hit(105); pause(); hit(106); go($top); exec($^X, $0, $top, $inside, 'back'); }
hit(107); pause(); hit(108);
`;

/**
 * A process on the host ends, and its id becomes that of one that is made in a container (`set_tid` of clone3(2)). Which
 * is read from /proc, as no event tells of its birth: so it lives on for a while.
 */
const NAMESAKE = `
use Socket;
my ($top, $inside) = @ARGV;
sub go { open(my $f, '>', "$_[0]/cgroup.procs") or die $!; print $f $$; close($f) or die $!; }
sub hit { socket(my $s, PF_INET, SOCK_DGRAM, 0); connect($s, pack_sockaddr_in($_[0], INADDR_LOOPBACK)); }
for (1 .. 5) {
  go($top);
  my $first = fork();
  if (!$first) { hit(101); select(undef, undef, undef, 0.4); hit(102); exit; }
  waitpid($first, 0);
  go($inside);
  my $id = pack('L', $first);
  my $arguments = pack('Q11', 0, 0, 0, 0, 17, 0, 0, 0, unpack('Q', pack('P', $id)), 1, 0);
  my $second = syscall(435, $arguments, length $arguments);
  next if $second < 0 && $!{EEXIST};
  die "clone3: $!" if $second < 0;
  if (!$second) { hit(103); sleep 2; exit; }
  waitpid($second, 0);
  last;
}
`;

/** Makes control groups below that of the container, deeper than is told, and starts a program there. */
const NESTED = `
use Socket;
my ($top, $inside) = @ARGV;
sub go { open(my $f, '>', "$_[0]/cgroup.procs") or die $!; print $f $$; close($f) or die $!; }
my $hit = 'use Socket; socket(my $s, PF_INET, SOCK_DGRAM, 0); connect($s, pack_sockaddr_in($ARGV[0], INADDR_LOOPBACK))';
my @made = ($inside);
for my $depth (1 .. 20) { push @made, "$made[-1]/n"; mkdir $made[-1] or die $!; }
for my $depth (0, 10, 20) { go($made[$depth]); system($^X, '-e', $hit, 200 + $depth) == 0 or die $?; }
go($top);
shift @made;
rmdir $_ for reverse @made;
`;

const skip = cannotWatch() || (HIERARCHY === undefined && 'no control groups here');

/** Also those that a script has left behind. */
function removeGroups(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroups(join(path, entry.name));
  rmdirSync(path);
}

describe('processes that change places', { skip }, () => {
  const top = HIERARCHY ?? '';
  const groups = [`lanner-test-${process.pid}`, `docker-${'0123456789abcdef'.repeat(4)}.scope`].map(
    (_, index, all) => join(top, ...all.slice(0, index + 1)),
  );
  const inside = groups.at(-1) as string;
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lanner-places-'));
    mkdirSync(inside, { recursive: true });
  });
  after(() => {
    rmSync(folder, { recursive: true });
    removeGroups(groups[0] as string);
  });

  test('raise alerts where they are in a container, and nowhere else', async (context) => {
    const rules = join(folder, 'rules.yaml');
    const script = join(folder, 'script.pl');
    writeFileSync(rules, RULES);
    writeFileSync(script, SCRIPT);
    const { alerts, errors, exitCode } = await lannerRun({
      command: ['perl', script, top, inside],
      rules,
    });
    assert.equal(exitCode, 0, errors);
    assert.deepEqual(
      alerts.map(({ output }) => Number(/port=(\d+)/.exec(output)?.[1])),
      [103, 104, 105, 106].flatMap((port) => [port, port, port]),
      errors,
    );
    context.diagnostic(/\d+ left out in the kernel/.exec(errors)?.[0] ?? '');
  });

  test('raise alerts however deep they go below their container', async () => {
    const rules = join(folder, 'rules.yaml');
    const script = join(folder, 'nested.pl');
    writeFileSync(rules, RULES);
    writeFileSync(script, NESTED);
    const { alerts, errors, exitCode } = await lannerRun({ command: ['perl', script, top, inside], rules });
    assert.equal(exitCode, 0, errors);
    assert.deepEqual(
      alerts.map(({ output }) => output.replace(/.*(?=port=)/, '')),
      [200, 210, 220].map((port) => `port=${port}`),
      errors,
    );
  });

  test('raise alerts although their id was that of a process on the host', async () => {
    const rules = join(folder, 'rules.yaml');
    const script = join(folder, 'namesake.pl');
    writeFileSync(rules, RULES);
    writeFileSync(script, NAMESAKE);
    const { alerts, errors, exitCode } = await lannerRun({
      command: ['perl', '-MErrno', script, top, inside],
      rules,
      // No births of processes.
      settings: ['base_syscalls.custom_set[0]=execve'],
    });
    assert.equal(exitCode, 0, errors);
    assert.deepEqual(
      alerts.map(({ output }) => output.replace(/.*(?=port=)/, '')),
      ['port=103'],
      errors,
    );
  });
});
