import { host, scene } from '../src/scenes/scene.ts';
import { linkSymbolically, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'symlink-to-etc',
  story:
    'An attacker makes a link to /etc where a program of root follows it, to have that program write what he cannot.',
  technique: 'T1555',
  place: host,
  falco: ['Create Symlink Over Sensitive Files'],
  lanner: ['Symbolic Link to Sensitive File'],
  steps: [
    run('ln', { with: ['-s', '/etc', '/srv/cache'], does: [linkSymbolically('/etc', '/srv/cache')] }),
    run('ln', {
      with: ['-s', '/etc/shadow', '/srv/log'],
      does: [linkSymbolically('/etc/shadow', '/srv/log')],
    }),
  ],
  twin: {
    because: 'the link leads to a directory without secrets.',
    steps: [run('ln', { with: ['-s', '/srv', '/tmp/srv'], does: [linkSymbolically('/srv', '/tmp/srv')] })],
  },
});
