import { host, scene } from '../src/scenes/scene.ts';
import { append, file, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'write-below-etc',
  story: 'An intruder changes the configuration of the system.',
  technique: 'T1543',
  place: host,
  falco: ['Write below etc'],
  lanner: ['File Below Etc Written'],
  steps: [run('implant', { does: [append('/etc/implant.conf', 'on\n')] })],
  twin: {
    because: 'a program reads its configuration.',
    setUp: [file('/etc/server.conf')],
    steps: [run('server', { does: [read('/etc/server.conf')] })],
  },
});
