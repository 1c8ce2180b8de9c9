import { container, scene } from '../src/scenes/scene.ts';
import { file, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'read-disk-in-container',
  story:
    'In a container with the devices of the host, an attacker reads its disk past all file permissions. Here the device is an ordinary file.',
  technique: 'T1611',
  place: container(),
  falco: ['Privileged Container Device Access'],
  lanner: ['Raw Device or Kernel Memory Opened in Container'],
  setUp: [file('/dev/sdz1')],
  steps: [run('exploit', { does: [read('/dev/sdz1')] })],
  twin: {
    because: 'a device that every container has is read.',
    steps: [run('server', { does: [read('/dev/urandom')] })],
  },
});
