import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ServiceNames } from './service-names.ts';
import { FakeHost } from './testing/fake-proc.ts';

test('ports have the names of the host’s services file', () => {
  using host = new FakeHost();
  host.write(
    'etc/services',
    '# comment\nssh\t22/tcp  # shell\ndomain 53/tcp\nname 53/udp alias\nsecond 22/tcp\nbad\nworse x/tcp\nonly 69/udp\n',
  );
  const services = new ServiceNames(host.root);
  assert.equal(services.name(22, 'tcp'), 'ssh');
  assert.equal(services.name(22, 'udp'), undefined);
  assert.equal(services.name(53, 'udp'), 'name');
  assert.equal(services.name(53, undefined), 'domain');
  assert.equal(services.name(69, undefined), 'only');
});

test('without the file there are no names', () => {
  using host = new FakeHost();
  assert.equal(new ServiceNames(host.root).name(22, 'tcp'), undefined);
});
