import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { giveMemoryBack, untouchedPages } from './spare-memory.ts';

const mapping = (range: string, mode: string, path: string, anonymous: number) =>
  `${range} ${mode} 00001000 fe:00 42                          ${path}\nSize:  4 kB\nAnonymous:            ${anonymous} kB\nVmFlags: rd mr mw me sd\n`;

test('only pages of the program that nobody can have written to are given back', () => {
  const smaps = [
    mapping('00400000-0082e000', 'r--p', '/usr/bin/node', 0),
    mapping('0082e000-03489000', 'r-xp', '/usr/bin/node', 0),
    mapping('072a7000-072dc000', 'r--p', '/usr/bin/node', 24),
    mapping('072dc000-07308000', 'rw-p', '/usr/bin/node', 0),
    mapping('7ff823dc0000-7ff823fd5000', 'r-xp', '/usr/lib/libc.so.6', 0),
  ].join('');
  assert.deepEqual(untouchedPages(smaps, '/usr/bin/node'), [
    { address: 0x400000, length: 0x42e000 },
    { address: 0x82e000, length: 0x2c5b000 },
  ]);
});

test('the program goes on without the pages of its start, and is smaller', () => {
  const resident = () => {
    let kilobytes = 0;
    for (const part of readFileSync('/proc/self/smaps', 'latin1').split(/\n(?=[0-9a-f]+-)/))
      if (part.slice(0, part.indexOf('\n')).endsWith(process.execPath))
        kilobytes += Number(/^Rss: +(\d+)/m.exec(part)?.[1]);
    return kilobytes;
  };
  const before = resident();
  giveMemoryBack();
  assert.ok(resident() < before * 0.75, `${before} kB before, ${resident()} kB after`);
});
