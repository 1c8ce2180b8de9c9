import { host, scene } from '../src/scenes/scene.ts';
import { file, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'read-cloud-credentials',
  story: 'An intruder looks at the file with the access keys of a cloud account.',
  technique: 'T1552.001',
  place: host,
  falco: [],
  lanner: ['Credential File Read by Content Tool'],
  setUp: [file('/root/.aws/credentials', '[default]\n')],
  steps: [run('cat', { with: ['/root/.aws/credentials'], does: [read('/root/.aws/credentials')] })],
  twin: {
    because: 'the client that the keys belong to reads them.',
    setUp: [file('/root/.aws/credentials', '[default]\n')],
    steps: [run('aws', { does: [read('/root/.aws/credentials')] })],
  },
});
