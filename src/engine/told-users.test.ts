import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_TYPES } from '../events/table.ts';
import type { KnownUsers } from '../system/users.ts';
import { ToldUsers } from './told-users.ts';

const known = (
  containerId: string,
  names: readonly string[],
  groups: readonly string[] = [],
): KnownUsers => ({
  containerId,
  users: names.map((name, uid) => ({ uid, gid: 7, name, home: `/home/${name}`, shell: '/bin/sh' })),
  groups: groups.map((name, gid) => ({ gid, name })),
});

function opened() {
  const lines: string[] = [];
  const room = { left: 100 };
  const users = new ToldUsers();
  const update = (...all: KnownUsers[]): string[] => {
    lines.length = 0;
    const isComplete = users.update(all, (code, values) => {
      if (room.left-- <= 0) return false;
      lines.push(`${EVENT_TYPES[code]?.name} ${values.join(' ')}`.trimEnd());
      return true;
    });
    assert.equal(isComplete, room.left >= 0);
    return [...lines];
  };
  return { users, room, update };
}

test('what is new, another or gone is told once', () => {
  const { users, update } = opened();
  users.add(known('', ['root'], ['wheel']));
  assert.deepEqual(update(known('', ['root'], ['wheel'])), []);
  assert.deepEqual(update(known('', ['root', 'ann'], ['adm'])), [
    'useradded 1 7 ann /home/ann /bin/sh',
    'groupadded 0 adm',
  ]);
  assert.deepEqual(update(known('', ['root'])), [
    'userdeleted 1 7 ann /home/ann /bin/sh',
    'groupdeleted 0 adm',
  ]);
  assert.deepEqual(update(known('', ['root'])), []);
});

test('a container that the model has forgotten takes its users with it', () => {
  const { update } = opened();
  assert.deepEqual(update(known('c1', ['app'])), ['useradded 0 7 app /home/app /bin/sh c1']);
  assert.deepEqual(update(known('c2', [])), ['userdeleted 0 7 app /home/app /bin/sh c1']);
  assert.deepEqual(update(known('c2', [])), []);
  assert.deepEqual(update(known('c1', ['app'])), ['useradded 0 7 app /home/app /bin/sh c1']);
});

test('what found no room is told the next time', () => {
  const { room, update } = opened();
  room.left = 1;
  assert.deepEqual(update(known('c', ['one', 'two'])), ['useradded 0 7 one /home/one /bin/sh c']);
  room.left = 100;
  assert.deepEqual(update(known('c', ['one', 'two'])), ['useradded 1 7 two /home/two /bin/sh c']);
});
