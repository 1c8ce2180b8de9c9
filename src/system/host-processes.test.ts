import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CgroupSets } from './cgroup-sets.ts';
import { HostProcesses } from './host-processes.ts';
import { type Knowledge, Process } from './process.ts';

const SETS = new CgroupSets(10);
const CONTAINER = `memory=/docker/${'0123456789abcdef'.repeat(4)}\0`;

function processIn(pid: number, cgroups: string, knowledge: Knowledge = 'full'): Process {
  const process = new Process(pid);
  process.knowledge = knowledge;
  process.cgroups = SETS.of(cgroups);
  return process;
}

test('a process on the host is told of once, when it has lived for a while, by its last event', () => {
  const hosts = new HostProcesses();
  hosts.told(processIn(1, 'memory=/system.slice/a.service\0'), { timestamp: 5n, milliseconds: 0 });
  hosts.told(processIn(2, 'memory=/\0'), { timestamp: 6n, milliseconds: 25 });
  hosts.told(processIn(1, 'memory=/system.slice/a.service\0'), { timestamp: 7n, milliseconds: 45 });
  assert.deepEqual(hosts.take(49).settled, []);
  assert.deepEqual(hosts.take(80).settled, [{ pid: 2, toldAt: 6n }]);
  assert.deepEqual(hosts.take(95).settled, [{ pid: 1, toldAt: 7n }]);
  assert.deepEqual(hosts.take(9000).settled, []);
});

test('what may be in a container is not told of, nor what has gone into one, nor what is not known', () => {
  const hosts = new HostProcesses();
  hosts.told(processIn(1, CONTAINER), { timestamp: 5n, milliseconds: 0 });
  hosts.told(processIn(2, 'memory=/\0'), { timestamp: 5n, milliseconds: 0 });
  hosts.told(processIn(2, CONTAINER), { timestamp: 6n, milliseconds: 1 });
  // A path that is a container's where the process has a pid namespace of its own.
  hosts.told(processIn(3, 'cpu=/web\0memory=/web\0'), { timestamp: 5n, milliseconds: 0 });
  hosts.told(processIn(4, ''), { timestamp: 5n, milliseconds: 0 });
  assert.deepEqual(hosts.take(9000).settled, []);
});

test('a process that will be looked at when it acts is not told of, as it may be elsewhere by then', () => {
  const hosts = new HostProcesses();
  hosts.told(processIn(1, 'memory=/\0', 'names'), { timestamp: 5n, milliseconds: 0 });
  hosts.told(processIn(2, 'memory=/\0', 'nothing'), { timestamp: 5n, milliseconds: 0 });
  hosts.looked(processIn(3, 'memory=/\0', 'names'));
  // The look has been made, and found nothing.
  const gone = processIn(4, 'memory=/\0', 'nothing');
  gone.lookedUp = true;
  hosts.told(gone, { timestamp: 6n, milliseconds: 0 });
  const { found, settled } = hosts.take(9000);
  assert.deepEqual(found, []);
  assert.deepEqual(settled, [{ pid: 4, toldAt: 6n }]);
});

test('what /proc tells: where a process is, and that it is not sure any more', () => {
  const hosts = new HostProcesses();
  hosts.told(processIn(1, 'memory=/\0'), { timestamp: 5n, milliseconds: 0 });
  hosts.looked(processIn(1, CONTAINER));
  hosts.looked(processIn(2, 'memory=/\0'));
  hosts.looked(processIn(3, ''));
  assert.deepEqual(hosts.take(9000), { found: [2], settled: [], moved: [1] });
  assert.deepEqual(hosts.take(9000), { found: [], settled: [], moved: [] });
});

test('news are announced once until they are taken', () => {
  const hosts = new HostProcesses();
  let announced = 0;
  hosts.onNews = () => announced++;
  hosts.told(processIn(1, 'memory=/\0'), { timestamp: 5n, milliseconds: 0 });
  hosts.told(processIn(2, 'memory=/\0'), { timestamp: 6n, milliseconds: 30 });
  assert.equal(announced, 1);
  assert.equal(hosts.take(60).settled.length, 1);
  assert.equal(announced, 2, 'one is still waiting');
  hosts.take(90);
  assert.equal(announced, 2);
  hosts.looked(processIn(3, 'memory=/\0'));
  assert.equal(announced, 3);
});
