import { host, scene } from '../src/scenes/scene.ts';
import { logIn, run, setUser } from '../src/scenes/steps.ts';

export default scene({
  name: 'setuid-without-sudo',
  story: 'A program of an ordinary user changes its user id by itself, as exploits of setuid programs do.',
  technique: 'T1548.001',
  place: host,
  falco: ['Non sudo setuid'],
  lanner: [],
  steps: [run('exploit', { does: [logIn(1), setUser(1)] })],
  twin: {
    because: 'sudo changes the user, which is its task.',
    steps: [run('sudo', { does: [logIn(1), setUser(1)] })],
  },
});
