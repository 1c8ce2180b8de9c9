import { host, scene } from '../src/scenes/scene.ts';
import { receive, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'java-downloads-class',
  story:
    'A manipulated message makes a Java server load a class from the attacker, as with Log4Shell: the bytes CAFEBABE arrive over the network.',
  technique: 'T1190',
  place: host,
  falco: ['Java Process Class File Download'],
  lanner: [],
  steps: [
    run('java', { with: ['-jar', 'server.jar'], does: [receive('127.0.0.1', 4712, 'cafebabe00000034')] }),
  ],
  twin: {
    because: 'the server receives ordinary data.',
    steps: [run('java', { with: ['-jar', 'server.jar'], does: [receive('127.0.0.1', 4712, '48545450')] })],
  },
});
