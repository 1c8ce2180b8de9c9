/** What folding takes for alike among audit events, unless the configuration says otherwise. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileFoldKey } from '../alerts/fold-key.ts';
import { FOLD } from '../config/noise-settings.ts';
import { FIELD_CATALOG } from '../fields/catalog.ts';
import { contextOf, eventOf } from '../fields/testing.ts';

const keyOf = compileFoldKey(FOLD.fallback.key, FIELD_CATALOG);

function key(username: string, name: string, auditID: string): string {
  const event = { auditID, verb: 'create', user: { username }, objectRef: { namespace: 'n', name } };
  const data = { plugin_id: 1, event_data: Buffer.from(JSON.stringify(event)) };
  return keyOf(contextOf(eventOf('pluginevent', data)));
}

test('who does what to what tells audit events apart', () => {
  assert.equal(key('alice', 'web', '1'), key('alice', 'web', '2'));
  assert.notEqual(key('alice', 'web', '1'), key('bob', 'web', '1'));
  assert.notEqual(key('alice', 'web', '1'), key('alice', 'db', '1'));
});
