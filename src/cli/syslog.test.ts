import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { receiveDatagrams } from '../../test/support/datagrams.ts';
import { openSyslog } from './syslog.ts';

test('a line has severity, time, name and process id', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-syslog-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'log');
  assert.throws(() => openSyslog(() => {}, path), { code: 'ENOENT' });
  const receiver = await receiveDatagrams(path);
  const syslog = openSyslog((error) => assert.fail(error), path);
  syslog.write(4, 'take care');
  await receiver.received(1);
  await syslog.close();
  const [line] = await receiver.end();
  const form = new RegExp(
    `^<12>[A-Z][a-z]{2} [ \\d]\\d \\d\\d:\\d\\d:\\d\\d lanner\\[${process.pid}\\]: take care$`,
  );
  assert.match(line?.toString() ?? '', form);
});
