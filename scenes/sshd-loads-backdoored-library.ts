import { host, scene } from '../src/scenes/scene.ts';
import { file, read, run } from '../src/scenes/steps.ts';

export default scene({
  name: 'sshd-loads-backdoored-library',
  story: 'The SSH server loads the version of liblzma that has a back door in it, CVE-2024-3094.',
  technique: 'T1556',
  place: host,
  falco: ['Backdoored library loaded into SSHD (CVE-2024-3094)'],
  lanner: [],
  setUp: [file('/usr/lib/liblzma.so.5.6.1')],
  steps: [run('/usr/sbin/sshd', { does: [read('/usr/lib/liblzma.so.5.6.1')] })],
  twin: {
    because: 'the library has another version.',
    setUp: [file('/usr/lib/liblzma.so.5.4.1')],
    steps: [run('/usr/sbin/sshd', { does: [read('/usr/lib/liblzma.so.5.4.1')] })],
  },
});
