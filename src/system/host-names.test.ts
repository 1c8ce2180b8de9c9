import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HostNames } from './host-names.ts';
import { parseIp } from './ip.ts';

const ip = (text: string): string => parseIp(text) ?? assert.fail(text);

/** Names over answers that the test changes, and a clock that it turns. */
function namesOver(answers: Record<string, readonly string[] | Error>) {
  const asked: string[] = [];
  const due: { action: () => void; ms: number }[] = [];
  const failures: string[] = [];
  const hosts = new HostNames({
    async resolve(name) {
      asked.push(name);
      const answer = answers[name] ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    onFailure: (name) => failures.push(name),
    limit: 3,
    schedule(action, ms) {
      const entry = { action, ms };
      due.push(entry);
      return () => void due.splice(due.indexOf(entry), 1);
    },
  });
  /** Lets the time come for which the names wait; returns how long they waited. */
  const refresh = async (): Promise<number[]> => {
    const entries = due.splice(0);
    for (const { action } of entries) action();
    await hosts.settled();
    // The next time is set when the answer has been taken.
    await new Promise(setImmediate);
    return entries.map(({ ms }) => ms);
  };
  return { hosts, answers, asked, failures, refresh, due };
}

test('an address has the names of all hosts that have it', async () => {
  const { hosts } = namesOver({ a: ['1.2.3.4', '2001:db8::1'], b: ['1.2.3.4'] });
  hosts.ask(['a', 'b']);
  assert.deepEqual(hosts.namesOf(ip('1.2.3.4')), [], 'nothing is known before the answer');
  await hosts.settled();
  assert.deepEqual(hosts.namesOf(ip('1.2.3.4')), ['a', 'b']);
  assert.deepEqual(hosts.namesOf(ip('2001:db8::1')), ['a']);
  assert.deepEqual(hosts.namesOf(ip('1.2.3.5')), []);
});

test('names are asked for again, less often as long as nothing changes', async () => {
  const { hosts, answers, refresh } = namesOver({ a: ['1.2.3.4'] });
  hosts.ask(['a']);
  await hosts.settled();
  await new Promise(setImmediate);
  const waits: number[] = [];
  for (let round = 0; round < 7; round++) waits.push(...(await refresh()));
  assert.deepEqual(
    waits,
    [10, 20, 40, 80, 160, 320, 320].map((seconds) => seconds * 1000),
  );
  answers.a = ['5.6.7.8'];
  await refresh();
  assert.deepEqual([hosts.namesOf(ip('1.2.3.4')), hosts.namesOf(ip('5.6.7.8'))], [[], ['a']]);
  assert.deepEqual(await refresh(), [10_000]);
});

test('who cannot be resolved keeps the addresses it had, is told of once, and is tried again soon', async () => {
  const { hosts, answers, refresh, failures } = namesOver({ a: ['1.2.3.4'] });
  hosts.ask(['a']);
  await hosts.settled();
  await new Promise(setImmediate);
  answers.a = new Error('no answer');
  await refresh();
  assert.deepEqual(await refresh(), [10_000]);
  assert.deepEqual(hosts.namesOf(ip('1.2.3.4')), ['a']);
  assert.deepEqual(failures, ['a']);
  assert.deepEqual(hosts.statistics, { names: 1, resolved: 1, failed: 2, leftOut: 0 });
});

test('other rules, other names; those that stay keep what is known', async () => {
  const { hosts, asked } = namesOver({ a: ['1.1.1.1'], b: ['2.2.2.2'], c: ['3.3.3.3'] });
  hosts.ask(['a', 'b']);
  await hosts.settled();
  hosts.ask(['b', 'c']);
  assert.deepEqual([hosts.namesOf(ip('1.1.1.1')), hosts.namesOf(ip('2.2.2.2'))], [[], ['b']]);
  await hosts.settled();
  assert.deepEqual(hosts.namesOf(ip('3.3.3.3')), ['c']);
  assert.deepEqual(asked, ['a', 'b', 'c']);
});

test('no more than so many names are resolved', async () => {
  const { hosts, asked } = namesOver({});
  hosts.ask(['a', 'b', 'c', 'd', 'e']);
  await hosts.settled();
  assert.equal(asked.length, 3);
  assert.equal(hosts.statistics.leftOut, 2);
});

test('after its end nothing is asked', async () => {
  const { hosts, due } = namesOver({ a: [] });
  hosts.ask(['a']);
  await hosts.settled();
  await new Promise(setImmediate);
  hosts.close();
  assert.equal(due.length, 0);
});

const isRoot = process.getuid?.() === 0;

test('the resolver of the machine asks a name server', { skip: !isRoot && 'needs root' }, (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'lanner-dns-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const config = join(directory, 'resolv.conf');
  writeFileSync(config, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
  // In namespaces of its own: there the server can have port 53, and the resolver its own configuration.
  const script = `ip link set lo up && mount --bind ${config} /etc/resolv.conf && exec "$0" "$1"`;
  const child = fileURLToPath(new URL('./testing/resolve-with-server.ts', import.meta.url));
  const { stdout, stderr, status, error } = spawnSync(
    'unshare',
    ['-mn', 'sh', '-c', script, process.execPath, child],
    { encoding: 'utf8', timeout: 60_000 },
  );
  if (error && 'code' in error && error.code === 'ENOENT') {
    context.skip('unshare(1) is missing');
    return;
  }
  assert.equal(status, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    '93.184.216.34': ['host.test'],
    '2001:db8::5': ['host.test'],
    '9.9.9.9': [],
    failures: ['nobody.test'],
  });
});
