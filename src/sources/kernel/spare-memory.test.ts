import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { test } from 'node:test';
import { giveMemoryBack, untouchedPages } from './spare-memory.ts';

const mapping = (range: string, mode: string, offset: string, path: string, anonymous: number) =>
  `${range} ${mode} ${offset} fe:00 42                          ${path}\nSize:  4 kB\nAnonymous:            ${anonymous} kB\nVmFlags: rd mr mw me sd\n`;

test('only pages of the program that stay its own are given back', () => {
  const node = '/usr/bin/node';
  const smaps = [
    mapping('00400000-0082e000', 'r--p', '00000000', node, 0),
    mapping('0082e000-03489000', 'r-xp', '0042e000', node, 0),
    mapping('03489000-072dc000', 'r--p', '03089000', node, 24),
    mapping('072dc000-07308000', 'rw-p', '06edc000', node, 0),
    mapping('07308000-07400000', 'r--p', '06f08000', node, 0),
    mapping('7ff823dc0000-7ff823fd5000', 'r-xp', '01627000', node, 0),
    mapping('7ff830000000-7ff830020000', 'r-xp', '00000000', '/usr/lib/libc.so.6', 0),
  ].join('');
  assert.deepEqual(untouchedPages(smaps, node), [
    { address: 0x400000, length: 0x42e000 },
    { address: 0x82e000, length: 0x2c5b000 },
    { address: 0x7308000, length: 0xf8000 },
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
