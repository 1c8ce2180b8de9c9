/** The token, sessions, and limits of clients. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { ClientLimits } from './limits.ts';
import { Sessions } from './sessions.ts';
import { ensureToken, readToken, renewToken, TokenFile } from './token-file.ts';

function place(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-token-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'state', 'console-token');
}

test('the token is made once, for its owner alone', (context) => {
  const path = place(context);
  const first = ensureToken(path);
  assert.match(first.token, /^lanner_[\w-]{43}$/);
  assert.deepEqual(ensureToken(path), { token: first.token, isNew: false });
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.notEqual(renewToken(path), first.token);
});

test('a token that others could read, or that is none, is none', (context) => {
  const path = place(context);
  const { token } = ensureToken(path);
  chmodSync(path, 0o640);
  assert.equal(readToken(path), undefined);
  const renewed = ensureToken(path);
  assert.ok(renewed.isNew && renewed.token !== token);
  writeFileSync(path, 'lanner_short\n');
  assert.equal(readToken(path), undefined);
  rmSync(path);
  symlinkSync('/etc/hostname', path);
  assert.equal(readToken(path), undefined, 'a link is not followed');
});

test('a token fits whole or not at all, and the file is looked at again', (context) => {
  const path = place(context);
  const file = new TokenFile(path);
  assert.equal(file.fits(''), false);
  const { token } = ensureToken(path);
  const looking = new TokenFile(path);
  assert.ok(looking.fits(token));
  for (const other of ['', token.slice(1), `${token} `, token.toUpperCase()]) assert.ok(!looking.fits(other));
});

test('sessions end with time, with the token, and for other users', () => {
  let now = 0;
  const sessions = new Sessions(() => now);
  const [token, other] = [Buffer.from('a'), Buffer.from('b')];
  const hour = 3_600_000;
  const secret = sessions.begin(token, 1000);
  assert.match(secret, /^[\w-]{43}$/);
  assert.ok(sessions.has(secret, token, 1000));
  assert.ok(!sessions.has(secret, token, 1001), 'another user of this machine');
  assert.ok(!sessions.has(secret, token, undefined));
  assert.ok(!sessions.has('x'.repeat(43), token, 1000));
  for (now = 0; now < 6.9 * 24 * hour; now += 11 * hour) assert.ok(sessions.has(secret, token, 1000));
  now = 7.1 * 24 * hour;
  assert.ok(!sessions.has(secret, token, 1000), 'after a week');
  const idle = sessions.begin(token, undefined);
  now += 13 * hour;
  assert.ok(!sessions.has(idle, token, undefined), 'without use');
  const renewed = sessions.begin(token, undefined);
  assert.ok(!sessions.has(renewed, other, undefined), 'another token');
  assert.ok(!sessions.has(renewed, token, undefined), 'and it does not come back');
  const ended = sessions.begin(token, undefined);
  sessions.end(ended);
  assert.ok(!sessions.has(ended, token, undefined));
  const first = sessions.begin(token, undefined);
  for (let count = 0; count < 100; count++) sessions.begin(token, undefined);
  assert.ok(sessions.size <= 100);
  assert.ok(!sessions.has(first, token, undefined), 'the one that was unused for longest has made room');
});

test('requests and wrong tokens are limited for each client', () => {
  let now = 0;
  const limits = new ClientLimits(() => now);
  let asked = 0;
  while (limits.mayAsk('one')) asked++;
  assert.equal(asked, 200);
  assert.ok(limits.mayAsk('other'));
  now += 1000;
  for (asked = 0; limits.mayAsk('one'); asked++);
  assert.equal(asked, 50);
  for (let count = 0; count < 9; count++) limits.wrongToken('one');
  assert.equal(limits.waitForToken('one'), 0);
  limits.wrongToken('one');
  assert.equal(limits.waitForToken('one'), 60_000);
  assert.equal(limits.waitForToken('other'), 0);
  now += 60_001;
  assert.equal(limits.waitForToken('one'), 0);
});
