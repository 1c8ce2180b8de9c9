import { host, scene } from '../src/scenes/scene.ts';
import { connect, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'ssh-to-unusual-port',
  story: 'A reverse shell leaves the network as SSH on the port of HTTPS, which firewalls let through.',
  technique: 'T1572',
  place: host,
  falco: ['Disallowed SSH Connection Non Standard Port'],
  lanner: [],
  steps: [run('ssh', { with: ['-p', '443', '198.51.100.7'], does: [connect('tcp', '198.51.100.7', 443)] })],
  twin: {
    because: 'the connection goes to the port of SSH.',
    steps: [run('ssh', { with: ['198.51.100.7'], does: [connect('tcp', '198.51.100.7', 22)] })],
  },
});
