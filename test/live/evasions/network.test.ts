/** Ways to reach another machine or process that a look at connect(2) alone would miss: all show where they lead. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { release } from 'node:os';
import { before, describe, test } from 'node:test';
import { cannotWatch } from '../../support/lanner.ts';
import { lannerRun } from '../../support/lanner-run.ts';
import { compile, type Outcome, rulesOf, tryWays, type Way } from './ways.ts';

const ADDRESS = '127.0.0.1';
/** Ways that make the place themselves that they reach do so here. */
const OWN_ADDRESS = '127.0.0.3';

type Words = readonly [program: 'network' | 'uring', ...words: string[]];

const WAYS: Readonly<Record<string, Words>> = {
  connect: ['network', 'connect'],
  'connect to a mapped IPv4 address': ['network', 'connect-mapped'],
  'sendto without a connection': ['network', 'sendto'],
  'sendto to a mapped IPv4 address': ['network', 'sendto-mapped'],
  'sendmsg without a connection': ['network', 'sendmsg'],
  'sendmmsg without a connection': ['network', 'sendmmsg'],
  'sendto of an IPv6 socket to an IPv4 address': ['network', 'other-family'],
  'sendto past the connection': ['network', 'past'],
  'sendmsg past the connection': ['network', 'past-message'],
  'sendto past the connection to a mapped IPv4 address': ['network', 'past-mapped'],
  'connect by multipath TCP': ['network', 'connect-mptcp'],
  'raw TCP': ['network', 'raw'],
  'io_uring connect': ['uring', '-', 'connect'],
  'io_uring connect, submitted by the kernel': ['uring', 'p', 'connect'],
  'io_uring connect, on a worker': ['uring', 'a', 'connect'],
  'io_uring send without a connection': ['uring', '-', 'send'],
  'io_uring sendmsg without a connection': ['uring', '-', 'sendmsg'],
  'io_uring send past the connection': ['uring', '-', 'past'],
};

const REPLACED = 'a socket in whose place another thread puts a file meanwhile';

/** Connections to a place that lets them wait, each with what the call is told to have come to. */
const WAITING: Readonly<Record<string, readonly [result: string, words: Words]>> = {
  'a connection that a signal does not wait for': ['EINPROGRESS', ['network', 'interrupted']],
  'a connection that a signal does not wait for, with a limit of time': [
    'EINPROGRESS',
    ['network', 'interrupted-limited'],
  ],
  'an io_uring connect that is taken back': ['EINPROGRESS', ['uring', '-', 'cancel']],
  [REPLACED]: ['SUCCESS', ['network', 'moved']],
};

const FALSE_ADDRESS = 'an address that the kernel does not look at';

describe('another machine is reached', { skip: cannotWatch() }, () => {
  let outcomes: ReadonlyMap<string, Outcome> = new Map();
  let errors = '';
  let port = 0;

  before(async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((done) => server.listen(0, ADDRESS, done));
    server.unref();
    port = (server.address() as { port: number }).port;
    // As Falco's rules ask.
    const rules = rulesOf(`
- rule: Reached
  desc: The address is reached.
  condition: >
    (evt.type in (connect, sendmmsg)
    or (evt.type in (sendto, sendmsg) and fd.l4proto != tcp and fd.connected = false and fd.name_changed = true))
    and fd.sip in (${ADDRESS}, ${OWN_ADDRESS}) and fd.sport = ${port}
    and fd.snet = "127.0.0.0/8" and (evt.rawres >= 0 or evt.res = EINPROGRESS)
  output: "%evt.type %evt.res %fd.name %fd.sip %evt.is_io_uring"
  priority: WARNING
`);
    const programs = { network: compile('network'), uring: compile('uring') };
    const way = (name: string, [program, ...words]: Words, address: string): Way => ({
      name,
      command: [programs[program], ...words, address, String(port)],
    });
    const ways = [
      ...Object.entries(WAYS).map(([name, words]) => way(name, words, ADDRESS)),
      ...Object.entries(WAITING).map(([name, [, words]]) => way(name, words, OWN_ADDRESS)),
      way(FALSE_ADDRESS, ['network', 'false'], ADDRESS),
    ];
    ({ outcomes, errors } = await tryWays(ways, rules));
    server.close();
  });

  /** Why a way cannot be tried here, or cannot be seen on so old a kernel. */
  const unable = (name: string, said: string): string | undefined => {
    if (!/^\d+$/.test(said)) return `this machine does not allow it: ${said}`;
    if (name.includes('io_uring') && errors.includes('cannot tell requests of io_uring'))
      return 'the kernel cannot tell requests of io_uring';
    const [major = 0, minor = 0] = release().split('.').map(Number);
    if (name === REPLACED && major * 100 + minor < 515) return 'connections are noted from Linux 5.15 on';
    return undefined;
  };

  for (const name of Object.keys(WAYS)) {
    test(name, (context) => {
      const { said, alerts } = outcomes.get(name) as Outcome;
      const reason = unable(name, said);
      if (reason !== undefined) return context.skip(reason);
      const [alert] = alerts;
      assert.ok(alert, `no alert\n${errors}`);
      assert.match(String(alert.output_fields['fd.name']), new RegExp(`->${ADDRESS}:${port}$`));
      assert.equal(alert.output_fields['evt.is_io_uring'], name.startsWith('io_uring'));
    });
  }

  for (const [name, [result]] of Object.entries(WAITING)) {
    test(name, (context) => {
      const { said, alerts } = outcomes.get(name) as Outcome;
      const reason = unable(name, said);
      if (reason !== undefined) return context.skip(reason);
      assert.equal(said, '0');
      // The first connection is the one that keeps the place from answering.
      const told = alerts.map(({ output_fields }) => output_fields['evt.res']);
      assert.deepEqual(told, ['SUCCESS', result], errors);
      assert.match(String(alerts[1]?.output_fields['fd.name']), new RegExp(`->${OWN_ADDRESS}:${port}$`));
    });
  }

  test(FALSE_ADDRESS, () => {
    const { said, alerts } = outcomes.get(FALSE_ADDRESS) as Outcome;
    assert.equal(said, '6');
    assert.deepEqual(alerts, []);
  });
});

describe('a datagram does not come from where its socket is', { skip: cannotWatch() }, () => {
  for (const way of ['own-address', 'own-address-bound'])
    test(way, async () => {
      const rules = rulesOf(`
- rule: Out
  desc: A datagram leaves the machine.
  condition: >
    evt.type = sendmsg and evt.rawres >= 0 and fd.connected = false and fd.net != "127.0.0.0/8"
  output: "%fd.name"
  priority: WARNING
`);
      const { alerts, lines, errors } = await lannerRun({
        command: [compile('network'), way, '198.51.100.7', '4444'],
        prepare: 'ip link set lo up; ip addr add 198.51.100.1/24 dev lo',
        rules,
      });
      assert.deepEqual(lines, ['6'], errors);
      assert.equal(alerts.length, 1, errors);
      assert.match(String(alerts[0]?.output_fields['fd.name']), /^0\.0\.0\.0:\d+->198\.51\.100\.7:4444$/);
    });
});

const UNIX_WAYS: Readonly<Record<string, string>> = {
  connect: 'connect',
  'connect through a link': 'connect-link',
  'connect to a relative path': 'connect-relative',
  'connect to a path with bytes behind it': 'connect-longer',
  'sendto without a connection': 'sendto',
  'sendto past the connection': 'past',
};

describe('a unix socket is reached', { skip: cannotWatch() }, () => {
  let outcomes: ReadonlyMap<string, Outcome> = new Map();
  let errors = '';

  before(async () => {
    const rules = rulesOf(`
- rule: Reached
  desc: The socket is reached.
  condition: >
    evt.type in (connect, sendto) and evt.rawres >= 0 and fd.type = unix and fd.name endswith /engine.sock
  output: "%evt.type %fd.name %evt.arg.addr"
  priority: WARNING
`);
    const program = compile('unix');
    const ways = Object.entries(UNIX_WAYS).map(([name, way]) => ({
      name,
      command: [program, way, 'FOLDER/engine.sock'],
    }));
    ({ outcomes, errors } = await tryWays(ways, rules));
  });

  for (const [name, way] of Object.entries(UNIX_WAYS)) {
    test(name, () => {
      const { said, alerts } = outcomes.get(name) as Outcome;
      assert.match(said, /^\d+$/);
      assert.equal(alerts.length, 1, errors);
      const given = String(alerts[0]?.output_fields['evt.arg.addr']);
      if (way === 'connect' || way === 'connect-longer') assert.match(given, /\/engine\.sock$/);
    });
  }
});
