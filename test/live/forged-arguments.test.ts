/**
 * A process that claims to be another: Perl writes the arguments of a trusted script over its own, renames
 * itself and forks. The default rules let that script read /etc/shadow, the process they must not.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cannotWatch } from '../support/lanner.ts';
import { lannerRun } from '../support/lanner-run.ts';

const RULE = 'Sensitive File Read by Untrusted Program';

/** Fields 48 and 49 of /proc/PID/stat say where the arguments lie, see proc_pid_stat(5). */
const FORGE = String.raw`open(F, "<", "/proc/self/stat"); my ($start, $end) = (split / /, <F>)[47, 48]; close(F);
  my $text = "adduser\0/usr/sbin/adduser\0";
  open(F, "+<", "/proc/self/mem"); sysseek(F, $start, 0);
  syswrite(F, $text . "\0" x ($end - $start - length $text)) or die; close(F);
  open(F, ">", "/proc/self/comm"); print F "adduser"; close(F);`;
const SHOW = String.raw`open(F, "<", "/proc/$$/cmdline"); print join("|", split(/\0/, <F>)), "\n"; close(F);`;
const READ = 'open(F, "<", "/etc/shadow") or die; read(F, my $bytes, 1);';

/** The child reads; the maker waits, has ended by then, or has become another program. */
const MAKERS: Readonly<Record<string, string>> = {
  waits: 'wait;',
  'has ended': '',
  'has become another program': 'exec("/bin/true");',
};

describe('a forged command line', { skip: cannotWatch() }, () => {
  for (const [what, then] of Object.entries(MAKERS)) {
    test(`does not hide the child that reads /etc/shadow, while its maker ${what}`, async () => {
      const script = `$| = 1; ${FORGE} ${SHOW} if (fork()) { ${then} exit 0; }
        select(undef, undef, undef, 0.2); ${READ}`;
      // The pipe's end waits for the child, which Lanner would not: the command has ended with the maker.
      const { alerts, lines, exitCode, errors } = await lannerRun({
        command: ['sh', '-c', '"$@" | cat', 'sh', '/usr/bin/perl', '-e', script],
      });
      assert.equal(exitCode, 0, errors);
      assert.deepEqual(lines, ['adduser|/usr/sbin/adduser'], 'the forgery that /proc shows');
      const found = alerts.filter(({ rule }) => rule === RULE);
      assert.equal(found.length, 1, JSON.stringify(alerts));
      const { output_fields: fields } = found[0] as (typeof found)[0];
      assert.equal(fields['proc.name'], 'adduser');
      assert.match(String(fields['proc.cmdline']), /^adduser -e /);
      assert.equal(fields['proc.exepath'], '/usr/bin/perl');
    });
  }
});
