import { host, scene } from '../src/scenes/scene.ts';
import { file, goTo, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'directory-traversal',
  story: 'A request makes a web application leave its folder by "../" and deliver a file from /etc.',
  technique: 'T1083',
  place: host,
  falco: ['Directory traversal monitored file read'],
  lanner: [],
  setUp: [file('/srv/www/index.html')],
  steps: [run('webapp', { does: [goTo('/srv/www'), read('../../etc/passwd')] })],
  twin: {
    because: 'the application reads the same file by its name, to look up a user.',
    steps: [run('webapp', { does: [read('/etc/passwd')] })],
  },
});
