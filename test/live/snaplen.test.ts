/** `falco_libs.snaplen`: how much is kept of what is written. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { temporaryFolder } from '../support/daemon.ts';
import { cannotWatch, lanner } from '../support/lanner.ts';

/** Bytes that are written at once. */
const WRITTEN = 6000;

suite('falco_libs.snaplen', { skip: cannotWatch() }, () => {
  for (const [snaplen, kept] of [
    [0, 80],
    [200, 200],
    [65_535, 4095],
  ] as const) {
    test(`${snaplen}: ${kept} bytes are kept`, async (context) => {
      const folder = temporaryFolder(context);
      const [rules, file, alerts] = ['rules.yaml', 'file', 'alerts'].map((name) => join(folder, name)) as [
        string,
        string,
        string,
      ];
      writeFileSync(
        rules,
        `- rule: Write
  desc: The file is written.
  condition: evt.type = write and fd.name = ${file}
  output: "%evt.rawres %evt.arg.data"
  priority: NOTICE
`,
      );
      const options = ['json_output=true', 'base_syscalls.all=true', `falco_libs.snaplen=${snaplen}`];
      const { code, stderr } = await lanner([
        ...['run', '-c', '', '-r', rules, ...options.flatMap((option) => ['-o', option])],
        ...['--alerts', alerts, '--', 'perl', '-e'],
        `open my $f, '>', '${file}'; syswrite $f, 'x' x ${WRITTEN}`,
      ]);
      assert.equal(code, 0, stderr);
      const { output_fields: fields } = JSON.parse(readFileSync(alerts, 'utf8'));
      assert.deepEqual([fields['evt.rawres'], fields['evt.arg.data'].length], [WRITTEN, kept]);
    });
  }
});
