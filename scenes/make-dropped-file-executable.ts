import { container, scene } from '../src/scenes/scene.ts';
import { changeMode, file, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'make-dropped-file-executable',
  story: 'In a container a downloaded file is made executable: containers do not change what they can run.',
  technique: 'T1222.002',
  place: container(),
  falco: ['Container Drift Detected (chmod)'],
  lanner: [],
  setUp: [file('/srv/download')],
  steps: [run('loader', { does: [changeMode('/srv/download', '755')] })],
  twin: {
    because: 'a file of data becomes readable for others, and no program.',
    setUp: [file('/srv/download')],
    steps: [run('loader', { does: [changeMode('/srv/download', '644')] })],
  },
});
