import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'database-runs-program',
  story: 'Through a hole in an application an attacker has the database server run a command on its machine.',
  technique: 'T1190',
  place: host,
  falco: ['DB program spawned process'],
  lanner: ['Process Spawned by Database Server'],
  steps: [run('/usr/sbin/mysqld', { does: [run('ls', { with: ['/'] })] })],
  twin: {
    because: 'the server starts itself anew, as some do for every connection.',
    steps: [run('/usr/sbin/mysqld', { does: [run('/usr/sbin/mysqld')] })],
  },
});
