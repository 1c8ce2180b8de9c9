/** `lanner install` into a folder that stands for the machine. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/daemon.ts';
import { LANNER, lanner } from '../support/lanner.ts';

test('what is installed works, is not overwritten, and goes', async (context) => {
  const root = temporaryFolder(context);
  const first = await lanner(['install', '--root', root]);
  assert.equal(first.code, 0, first.stderr);
  const unit = readFileSync(join(root, '/etc/systemd/system/lanner.service'), 'utf8');
  assert.match(unit, new RegExp(`^ExecStart=${LANNER}$`, 'm'));
  const config = join(root, '/etc/lanner/lanner.yaml');
  const rules = ['-o', `rules_files[0]=${root}/etc/lanner/rules`];
  const loaded = await lanner(['-c', config, ...rules, '--dry-run']);
  assert.equal(loaded.code, 0, loaded.stderr);
  assert.doesNotMatch(loaded.stderr, /unknown key|no effect/);

  appendFileSync(config, 'json_output: true\n');
  const again = await lanner(['install', '--root', root]);
  assert.match(again.stdout, /kept: \/etc\/lanner\/lanner\.yaml \(it was changed\)/);
  assert.doesNotMatch(again.stdout, /created|updated/);
  const look = await lanner(['uninstall', '--root', root, '--dry-run']);
  assert.match(look.stdout, /would be removed: \/etc\/systemd\/system\/lanner\.service/);
  await lanner(['uninstall', '--root', root]);
  const nothing = await lanner(['uninstall', '--root', `${root}/none`]);
  assert.equal(nothing.stdout, 'nothing to remove: nothing was installed\n');
  assert.ok(!existsSync(join(root, '/etc/lanner/rules')));
  assert.match(readFileSync(config, 'utf8'), /\njson_output: true\n$/);
});
