import { container, scene } from '../src/scenes/scene.ts';
import { append, file, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'escape-by-release-agent',
  story:
    'A container with CAP_SYS_ADMIN mounts a control group and names a program in release_agent: the kernel runs it outside, as root. Here the file is an ordinary one.',
  technique: 'T1611',
  place: container('SYS_ADMIN', 'DAC_OVERRIDE'),
  falco: ['Detect release_agent File Container Escapes'],
  lanner: ['Kernel Helper File Opened for Writing in Container'],
  setUp: [file('/srv/cgroup/release_agent')],
  steps: [run('exploit', { does: [append('/srv/cgroup/release_agent', '/cmd\n')] })],
  twin: {
    because: 'the file is read, to look at the settings.',
    setUp: [file('/srv/cgroup/release_agent')],
    steps: [run('monitor', { does: [read('/srv/cgroup/release_agent')] })],
  },
});
