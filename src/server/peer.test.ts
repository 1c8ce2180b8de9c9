import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import process from 'node:process';
import { test } from 'node:test';
import { type Ends, isLocal, isLoopback, Peers } from './peer.ts';

const ENDS: Ends = {
  ...{ localAddress: '127.0.0.1', localPort: 0x223d, remoteAddress: '127.0.0.1', remotePort: 0x1f90 },
};
const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

/** A line as the kernel writes it on a little-endian machine. */
function line(local: string, remote: string, state: string, user: number, inode: number): string {
  return `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000 ${String(user).padStart(5)}        0 ${inode} 1 0000000000000000 20 4 30 10 -1\n`;
}

function peers(tables: Readonly<Partial<Record<'tcp' | 'tcp6', string>>>): Peers {
  // The kernel gives parts that end anywhere.
  return new Peers(async function* (table) {
    const whole = Buffer.from(HEAD + (tables[table] ?? ''));
    for (let at = 0; at < whole.length; at += 100) yield whole.subarray(at, at + 100);
  });
}

const CLIENT = '0100007F:1F90';
const SERVER = '0100007F:223D';

test("the client's end tells the user, not the server's", async () => {
  const tcp = line(SERVER, CLIENT, '01', 0, 5) + line(CLIENT, SERVER, '01', 1000, 6);
  assert.equal(await peers({ tcp }).userOf(ENDS), 1000);
});

test('IPv6, and IPv4 over sockets of IPv6', async () => {
  const mapped = (end: string): string => `0000000000000000FFFF0000${end}`;
  const tcp6 = line(mapped(CLIENT), mapped(SERVER), '01', 1001, 7);
  const ends = { ...ENDS, localAddress: '::ffff:127.0.0.1', remoteAddress: '::ffff:127.0.0.1' };
  assert.equal(await peers({ tcp6 }).userOf(ends), 1001);
  const own = '00000000000000000000000001000000';
  const six = line(`${own}:1F90`, `${own}:223D`, '01', 1002, 8);
  const loopback = { ...ENDS, localAddress: '::1', remoteAddress: '::1' };
  assert.equal(await peers({ tcp6: six }).userOf(loopback), 1002);
});

test('a socket that was closed, or waits for its end, is of nobody: the kernel calls it root', async () => {
  for (const state of ['04', '05', '06', '08', '0A'])
    assert.equal(await peers({ tcp: line(CLIENT, SERVER, state, 0, 0) }).userOf(ENDS), undefined, state);
  assert.equal(await peers({ tcp: line(CLIENT, SERVER, '01', 0, 0) }).userOf(ENDS), undefined, 'orphan');
});

test('what is not clear is not known', async () => {
  assert.equal(await peers({}).userOf(ENDS), undefined);
  const mapped = (end: string): string => `0000000000000000FFFF0000${end}`;
  const both = {
    tcp: line(CLIENT, SERVER, '01', 0, 6),
    tcp6: line(mapped(CLIENT), mapped(SERVER), '01', 1000, 7),
  };
  assert.equal(await peers(both).userOf(ENDS), undefined, 'two answers');
  assert.equal(
    await peers(both).userOf({ ...ENDS, remoteAddress: '192.0.2.1' }),
    undefined,
    'from elsewhere',
  );
  // biome-ignore lint/correctness/useYield: it has nothing to give.
  const broken = new Peers(async function* () {
    throw new Error('EACCES');
  });
  assert.equal(await broken.userOf(ENDS), undefined);
});

test('few tables are read at a time, and not too many wait', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let [reading, most] = [0, 0];
  const slow = new Peers(async function* (table) {
    most = Math.max(most, ++reading);
    await promise;
    reading--;
    yield Buffer.from(table === 'tcp' ? HEAD + line(CLIENT, SERVER, '01', 1000, 6) : HEAD);
  });
  const answers = Array.from({ length: 60 }, () => slow.userOf(ENDS));
  resolve();
  const users = await Promise.all(answers);
  assert.ok(most <= 2, `${most} at a time`);
  assert.equal(users.filter((user) => user === 1000).length, 34);
  assert.equal(users.filter((user) => user === undefined).length, 26);
});

test('this process is known to the kernel', async (context) => {
  const server = createServer().listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const client = connect(port, '127.0.0.1');
  const [accepted] = (await once(server, 'connection')) as [Socket];
  context.after(() => [client, accepted].map((socket) => socket.destroy()));
  assert.equal(await new Peers().userOf(accepted), process.geteuid?.());
});

test('addresses of the loopback interface', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '::FFFF:127.0.0.2'])
    assert.ok(isLoopback(address), address);
  for (const address of [
    '',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '::2',
    '::ffff:10.0.0.1',
    '127.0.0.1.evil',
    '127.1',
  ])
    assert.ok(!isLoopback(address), address);
  assert.ok(
    !isLocal({ ...ENDS, remoteAddress: '10.0.0.1' }),
    'routed to the loopback interface from elsewhere',
  );
});
