import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EvidenceProcess } from '../alerts/evidence.ts';
import type { ProcessNode } from '../engine/running-tree.ts';
import { treeLines } from './tree-text.ts';

function process(pid: number, name: string, more: Partial<EvidenceProcess> = {}): EvidenceProcess {
  const nothing = {
    executable: null,
    commandLine: null,
    user: null,
    started: null,
    container: null,
    tty: null,
  };
  return { pid, name, ...nothing, ...more };
}

const node = (pid: number, name: string, children: ProcessNode[] = []): ProcessNode => ({
  ...process(pid, name),
  children,
});

test('ancestors stand above, what was started below', () => {
  const processes = [process(30, 'bash'), process(20, 'sshd'), process(1, 'init')];
  const children = [node(40, 'make', [node(41, 'cc'), node(42, 'ld')]), node(50, 'less')];
  assert.deepEqual(treeLines({ processes, children, containers: [] }, 80), [
    'init(1)',
    '└─ sshd(20)',
    '   └─ bash(30)',
    '      ├─ make(40)',
    '      │  ├─ cc(41)',
    '      │  └─ ld(42)',
    '      └─ less(50)',
  ]);
});

test('user, terminal and container are told where they change, the container with all that is known of it', () => {
  const inside = { container: 'abc', user: 'www' };
  const processes = [
    process(4, 'id', {
      ...inside,
      started: 1_700_000_000_000_000,
      commandLine: 'id -u',
      executable: '/usr/bin/id',
    }),
    process(3, 'sh', { ...inside, tty: 'pts/1', commandLine: '-sh', executable: '/bin/busybox' }),
    process(2, 'runc', { user: 'root' }),
    process(1, 'init', { user: 'root' }),
  ];
  const containers = [{ id: 'abc', name: 'web', image: 'nginx:1', pod: 'web-1', namespace: 'shop' }];
  assert.deepEqual(treeLines({ processes, containers }, 200), [
    'init(1) root',
    '└─ runc(2)',
    '   └─ sh(3) www pts/1 [web abc, image nginx:1, pod shop/web-1] /bin/busybox: -sh',
    '      └─ id(4) 2023-11-14T22:13:20Z id -u',
  ]);
});

test('names and arguments cannot write to the terminal, and lines end where it ends', () => {
  const processes = [process(7, 'x\x1b]0;', { commandLine: `x\n${'y'.repeat(100)}` })];
  const [line = '', ...others] = treeLines({ processes, containers: [] }, 40);
  assert.deepEqual(others, []);
  assert.equal(line.length, 40);
  assert.ok(line.startsWith('x\\u001b]0;(7) x\\nyyyy') && line.endsWith('y…'), line);
});
