import { host, scene } from '../src/scenes/scene.ts';
import { append, file, remove, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'delete-shell-history',
  story: 'Before he leaves, an intruder removes the history of his shell.',
  technique: 'T1070.003',
  place: host,
  falco: ['Delete or rename shell history'],
  lanner: [],
  setUp: [file('/root/.bash_history', 'id\n')],
  steps: [run('rm', { with: ['/root/.bash_history'], does: [remove('/root/.bash_history')] })],
  twin: {
    because: 'a shell adds to its history.',
    steps: [run('bash', { does: [append('/root/.bash_history', 'ls\n')] })],
  },
});
