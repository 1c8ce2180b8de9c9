import { host, scene } from '../src/scenes/scene.ts';
import { file, pause, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'server-reads-password-hashes-late',
  story:
    'A web server that has been running for a while reads the password hashes: it may at its start, so it does now what an attacker wants. The scene waits for five seconds.',
  technique: 'T1555',
  place: host,
  falco: ['Read sensitive file trusted after startup'],
  lanner: ['Sensitive File Read by Untrusted Program'],
  steps: [run('/usr/sbin/httpd', { does: [pause(5200), read('/etc/shadow')] })],
  twin: {
    because: 'after its start the server reads its own files only.',
    setUp: [file('/etc/httpd/httpd.conf')],
    steps: [run('/usr/sbin/httpd', { does: [read('/etc/httpd/httpd.conf')] })],
  },
});
