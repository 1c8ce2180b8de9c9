import { host, scene } from '../src/scenes/scene.ts';
import { logIn, run, setLoginUser } from '../src/scenes/steps.ts';

export default scene({
  name: 'sudo-with-backslash',
  story:
    'An ordinary user starts sudo with an argument that ends in a backslash, to become root by CVE-2021-3156.',
  technique: 'T1068',
  place: host,
  falco: ['Sudo Potential Privilege Escalation'],
  lanner: [],
  steps: [
    run('login', { does: [setLoginUser(1000), logIn(1000), run('sudoedit', { with: ['-s', 'AAAA\\'] })] }),
  ],
  twin: {
    because: 'a user starts a shell with sudo.',
    steps: [run('login', { does: [setLoginUser(1000), logIn(1000), run('sudo', { with: ['-s'] })] })],
  },
});
