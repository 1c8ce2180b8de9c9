import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'search-aws-credentials',
  story: 'An intruder searches the disk for access keys of AWS.',
  technique: 'T1552.001',
  place: host,
  falco: ['Find AWS Credentials'],
  lanner: [],
  steps: [run('grep', { with: ['-ri', 'aws_secret_access_key', '/home'] })],
  twin: {
    because: 'a search for something harmless.',
    steps: [run('grep', { with: ['-ri', 'colour', '/home'] })],
  },
});
