import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { receiveDatagrams } from '../../test/support/datagrams.ts';
import { Service } from './service.ts';

test('systemd is told of the states, and that Lanner lives', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-service-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const socket = join(folder, 'notify');
  const receiver = await receiveDatagrams(socket);
  const service = new Service({ NOTIFY_SOCKET: socket, WATCHDOG_USEC: '2000' });
  service.ready('at work');
  // The sign of life comes by a timer that keeps no process going; this one does.
  const alive = setInterval(() => {}, 1000);
  await receiver.saw('WATCHDOG=1');
  clearInterval(alive);
  service.reloading();
  service.stopping();
  await receiver.saw('STOPPING=1');
  const told = (await receiver.end()).map(String);
  assert.equal(told[0], 'READY=1\nSTATUS=at work');
  assert.equal(told[1], 'WATCHDOG=1');
  assert.ok(told.some((text) => /^RELOADING=1\nMONOTONIC_USEC=\d+$/.test(text)));
  assert.equal(told.at(-1), 'STOPPING=1');
});

test('without systemd nothing is told, and nothing fails', () => {
  new Service({}).ready('at work');
  new Service({ NOTIFY_SOCKET: '/no/such/socket' }).stopping();
});
