import { host, scene } from '../src/scenes/scene.ts';
import { changeMode, file, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'set-setuid-bit',
  story: 'An intruder gives the setuid bit to a shell of root, to be root again whenever he wants.',
  technique: 'T1548.001',
  place: host,
  falco: ['Set Setuid or Setgid bit'],
  lanner: ['Setuid or Setgid Bit Set'],
  setUp: [file('/srv/shell')],
  steps: [run('implant', { does: [changeMode('/srv/shell', '4755')] })],
  twin: {
    because: 'a file becomes executable, and no more.',
    setUp: [file('/srv/script')],
    steps: [run('installer', { does: [changeMode('/srv/script', '755')] })],
  },
});
