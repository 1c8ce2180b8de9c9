/** `npm start` on a checkout that has all it needs: sets nothing up, and gets out of the way. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { lastLine, ROOT, start } from '../support/lanner.ts';

const START = [`${ROOT}/scripts/start.mjs`];

test('arguments go to bin/lanner, the exit code comes back, and nothing is set up again', async () => {
  const good = await start(process.execPath, [...START, '--version']).finished;
  assert.equal(good.code, 0);
  assert.match(good.stdout, /^Lanner version: /);
  assert.equal(good.stderr, '');
  const bad = await start(process.execPath, [...START, '-r', '/no/such/file', '--dry-run']).finished;
  assert.equal(bad.code, 1);
  assert.match(bad.stderr, /the file cannot be read: .*\/no\/such\/file/);
  assert.equal(lastLine(bad.stderr), 'lanner: the rules cannot be used: 1 error');
});

test('what is missing is named with its reason, and how to get it', async (context) => {
  const asNobody = ['--reuid=65534', '--regid=65534', '--clear-groups'];
  if (process.getuid?.() !== 0) return context.skip('needs root, to hide a package and to be nobody');
  const readable = await start('setpriv', [...asNobody, 'test', '-r', START[0] as string]).finished;
  if (readable.code !== 0) return context.skip('the user nobody cannot read this checkout');
  const hide = 'mount -t tmpfs none /usr/include/bpf; exec "$@"';
  const result = await start('unshare', [
    ...['--mount', 'sh', '-ec', hide, 'hide', 'setpriv', ...asNobody],
    ...[process.execPath, ...START, '--version'],
  ]).finished;
  assert.equal(result.code, 1);
  assert.equal(result.stdout, '');
  assert.match(result.stderr, /^setup: missing: libbpf-dev \(header files for the probe\)$/m);
  assert.match(lastLine(result.stderr), /^setup: install them as root.*: sudo apt-get install libbpf-dev$/);
});
