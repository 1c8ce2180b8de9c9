import { host, scene } from '../src/scenes/scene.ts';
import { logIn, run, setLoginUser } from '../src/scenes/steps.ts';

export default scene({
  name: 'pkexec-without-arguments',
  story: 'An ordinary user starts pkexec without any argument, to become root by CVE-2021-4034.',
  technique: 'T1068',
  place: host,
  falco: ['Polkit Local Privilege Escalation Vulnerability (CVE-2021-4034)'],
  lanner: [],
  steps: [run('login', { does: [setLoginUser(1000), logIn(1000), run('pkexec')] })],
  twin: {
    because: 'pkexec is told what to run.',
    steps: [run('login', { does: [setLoginUser(1000), logIn(1000), run('pkexec', { with: ['id'] })] })],
  },
});
