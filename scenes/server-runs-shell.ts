import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'server-runs-shell',
  story: 'Through a hole in an application an attacker gets a server to run a shell.',
  technique: 'T1059.004',
  place: host,
  falco: ['Run shell untrusted', 'Web Server Spawned Shell'],
  lanner: ['Process Spawned by Web Server'],
  steps: [run('/usr/sbin/httpd', { does: [run('/bin/sh', { with: ['-c', 'cat /etc/passwd'] })] })],
  twin: {
    because: 'the server starts another process of itself.',
    steps: [run('/usr/sbin/httpd', { does: [run('/usr/sbin/httpd', { with: ['-DFOREGROUND'] })] })],
  },
});
