/** Ways to reach another machine that a look at connect(2) alone would miss: all of them show its address. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { before, describe, test } from 'node:test';
import { cannotWatch } from '../../support/lanner.ts';
import { compile, type Outcome, rulesOf, tryWays, type Way } from './ways.ts';

const ADDRESS = '127.0.0.1';

const WAYS: Readonly<Record<string, readonly [program: 'network' | 'uring', ...words: string[]]>> = {
  connect: ['network', 'connect'],
  'connect to a mapped IPv4 address': ['network', 'connect-mapped'],
  'sendto without a connection': ['network', 'sendto'],
  'sendto to a mapped IPv4 address': ['network', 'sendto-mapped'],
  'sendmsg without a connection': ['network', 'sendmsg'],
  'sendmmsg without a connection': ['network', 'sendmmsg'],
  'io_uring connect': ['uring', '-', 'connect'],
  'io_uring connect, submitted by the kernel': ['uring', 'p', 'connect'],
  'io_uring connect, on a worker': ['uring', 'a', 'connect'],
  'io_uring send without a connection': ['uring', '-', 'send'],
  'io_uring sendmsg without a connection': ['uring', '-', 'sendmsg'],
};

describe('another machine is reached', { skip: cannotWatch() }, () => {
  let outcomes: ReadonlyMap<string, Outcome> = new Map();
  let errors = '';
  let port = 0;

  before(async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((done) => server.listen(0, ADDRESS, done));
    server.unref();
    port = (server.address() as { port: number }).port;
    const rules = rulesOf(`
- rule: Reached
  desc: The address is reached.
  condition: >
    evt.type in (connect, sendto, sendmsg, sendmmsg) and fd.sip = ${ADDRESS} and fd.sport = ${port}
    and fd.snet = "127.0.0.0/8" and evt.rawres >= 0
  output: "%evt.type %fd.name %fd.sip %evt.is_io_uring"
  priority: WARNING
`);
    const programs = { network: compile('network'), uring: compile('uring') };
    const ways: Way[] = Object.entries(WAYS).map(([name, [program, ...words]]) => ({
      name,
      command: [programs[program], ...words, ADDRESS, String(port)],
    }));
    ({ outcomes, errors } = await tryWays(ways, rules));
    server.close();
  });

  for (const name of Object.keys(WAYS)) {
    test(name, (context) => {
      const { said, alerts } = outcomes.get(name) as Outcome;
      if (said.startsWith('no io_uring')) return context.skip(`this machine does not allow it: ${said}`);
      assert.match(said, /^\d+$/);
      const [alert] = alerts;
      assert.ok(alert, `no alert\n${errors}`);
      assert.match(String(alert.output_fields['fd.name']), new RegExp(`->${ADDRESS}:${port}$`));
      assert.equal(alert.output_fields['evt.is_io_uring'], name.startsWith('io_uring'));
    });
  }
});
