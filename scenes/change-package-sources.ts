import { host, scene } from '../src/scenes/scene.ts';
import { append, file, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'change-package-sources',
  story: 'An intruder adds a source of packages: the next upgrade installs what he wants.',
  technique: 'T1072',
  place: host,
  falco: ['Update Package Repository'],
  lanner: [],
  setUp: [file('/etc/apt/sources.list.d/.placeholder')],
  steps: [
    run('implant', { does: [append('/etc/apt/sources.list.d/extra.list', 'deb http://example.org/ x y\n')] }),
  ],
  twin: {
    because: 'the package manager itself writes there.',
    setUp: [file('/etc/apt/sources.list.d/.placeholder')],
    steps: [
      run('apt', { does: [append('/etc/apt/sources.list.d/extra.list', 'deb http://example.org/ x y\n')] }),
    ],
  },
});
