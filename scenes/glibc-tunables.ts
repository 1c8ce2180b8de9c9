import { host, scene } from '../src/scenes/scene.ts';
import { run } from '../src/scenes/steps.ts';

export default scene({
  name: 'glibc-tunables',
  story:
    'An ordinary user starts a setuid program with a forged GLIBC_TUNABLES, to become root by CVE-2023-4911.',
  technique: 'T1068',
  place: host,
  falco: ['Potential Local Privilege Escalation via Environment Variables Misuse'],
  lanner: [],
  steps: [
    run('su', {
      with: ['--help'],
      environment: { GLIBC_TUNABLES: 'glibc.malloc.mxfast=glibc.malloc.mxfast=A' },
    }),
  ],
  twin: {
    because: 'the same program is started in an ordinary environment.',
    steps: [run('su', { with: ['--help'], environment: { LANG: 'C' } })],
  },
});
