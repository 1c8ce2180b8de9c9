import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { containersOf } from '../manifests/pods.ts';
import { programFindings, programsIn } from './image-programs.ts';

function rootWith(
  context: TestContext,
  programs: readonly string[],
  links: Readonly<Record<string, string>>,
): string {
  const root = mkdtempSync(join(tmpdir(), 'lanner-root-'));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  for (const folder of ['usr/bin', 'sbin']) mkdirSync(join(root, folder), { recursive: true });
  for (const path of programs) writeFileSync(join(root, path), '', { mode: 0o755 });
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
  return root;
}

test('programs are found once, through links that stay within the root', (context) => {
  const root = rootWith(context, ['usr/bin/busybox', 'usr/bin/dpkg', 'usr/bin/zsh'], {
    bin: 'usr/bin',
    'usr/bin/sh': '/usr/bin/busybox',
    'usr/bin/bash': '../../../../../../../../bin/absent',
    'sbin/apk': '/sbin/apk',
  });
  chmodSync(join(root, 'usr/bin/zsh'), 0o644);
  assert.deepEqual(programsIn(root), { shells: ['/bin/sh', '/bin/busybox'], packageManagers: ['/bin/dpkg'] });
});

test('a link to a program of the machine is none of the image', (context) => {
  const root = rootWith(context, [], {
    'usr/bin/sh': '/bin/sh',
    'usr/bin/bash': `../../..${process.execPath}`,
  });
  assert.deepEqual(programsIn(root), { shells: [], packageManagers: [] });
});

test('what is said of a container', (context) => {
  const root = rootWith(context, ['sbin/apk'], {});
  const said = (securityContext: object, folder = root) => {
    const pod = { metadata: {}, spec: { containers: [{ name: 'c', image: 'i', securityContext }] } };
    const [container = assert.fail()] = containersOf(pod);
    return programFindings(container, folder).map(({ severity, message }) => `${severity}: ${message}`);
  };
  assert.deepEqual(said({}), ['warning: container c has package managers (/sbin/apk)']);
  assert.deepEqual(said({ appArmorProfile: { type: 'Localhost', localhostProfile: 'p' } }), [
    'note: container c has package managers (/sbin/apk), which the AppArmor profile p may block',
  ]);
  assert.match(said({}, '/absent')[0] ?? '', /^note: which programs container c has is unknown: .*\/absent/);
});
