/**
 * Ways to read a sensitive file so that its name does not show. Lanner's default rules, Falco's own rules and
 * a rule of one line must all alert, each time and by the file's own name.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cannotWatch } from '../../support/lanner.ts';
import { compile as compileProbeTest, X64 } from '../probe/calls.ts';
import { compile, type Outcome, rulesOf, tryWays, upstream, type Way } from './ways.ts';

const FILE = '/etc/shadow';

/** What each way does is in read.c and uring.c, under the same name. */
const WAYS: readonly string[] = [
  'plain',
  'symbolic-link',
  'linked-directory',
  'proc-self-root',
  'proc-self-cwd',
  'magic-link',
  'o-path-reopened',
  'hard-link',
  'control-bytes',
  'directory-and-dots',
  'openat2-in-root',
  'chroot',
  'file-handle',
  'rewritten-path',
  'replaced-descriptor',
  'mounted-file',
  'mounted-directory',
  'user-namespace',
  'renamed-thread',
  'deep-directories',
  ...(X64 ? ['x32'] : []),
];

const URING_WAYS: Readonly<Record<string, readonly string[]>> = {
  'io_uring openat': ['-', 'openat'],
  'io_uring openat2': ['-', 'openat2'],
  'io_uring, submitted by the kernel': ['p', 'openat'],
  'io_uring, on a worker': ['a', 'openat2'],
  'io_uring, submitted by the kernel, on a worker': ['pa', 'openat'],
  'io_uring, success not told': ['s', 'openat'],
  'io_uring, no room for its end': ['o', 'openat'],
  'io_uring, after requests that came to nothing': ['l', 'openat'],
  'io_uring, into the table of fixed files': ['f', 'openat'],
};

/** What a rule set cannot see, and why. */
const UNSEEN_UPSTREAM: Readonly<Record<string, string>> = {
  'file-handle': "Falco's rules do not ask for open_by_handle_at",
  'renamed-thread': "Falco's rules trust processes by names that they give themselves",
};

/** Ways of programs that know only one. */
const OTHER_WAYS: readonly string[] = X64 ? ['int 0x80', 'a 32-bit program'] : [];

function programOf(way: string): string {
  if (way === 'int 0x80') return compileProbeTest('open32');
  return compile('read32', '-m32', '-nostdlib', '-fno-pie', '-no-pie', '-fno-stack-protector');
}

const OWN_RULE = `
- rule: Shadow
  desc: The file is opened.
  condition: evt.type in (open, openat, openat2, open_by_handle_at) and evt.is_open_read = true and fd.name = ${FILE}
  output: >
    %evt.type %fd.name %fd.path.shown %fd.path.resolved %fd.path.given %fd.path.aliases %evt.is_io_uring
    %proc.name %proc.exepath %thread.tid %proc.pid
  priority: WARNING
`;

const BEGINNING_RULE = `
- rule: Below Etc
  desc: A file below a directory is opened, whichever it is.
  condition: >
    evt.type in (open, openat, openat2, open_by_handle_at) and evt.is_open_read = true
    and fd.name startswith ${FILE.slice(0, -1)}
  output: "%evt.type %fd.name %fd.path.shown"
  priority: WARNING
`;

const HARD_LINK = 'no rule names the file, so nobody knows which other names it has';
const UNSEEN_BY_BEGINNING: Readonly<Record<string, string>> = {
  'hard-link': HARD_LINK,
  'control-bytes': HARD_LINK,
  'deep-directories': HARD_LINK,
};

const RULE_SETS = [
  {
    title: 'the default rules',
    names: ['Sensitive File Read by Untrusted Program'],
    rules: undefined,
    skip: false,
    unseen: {} as Readonly<Record<string, string>>,
  },
  {
    title: "Falco's own rules",
    // By its path as given, one that climbs up is for the second; only the first that matches alerts.
    names: ['Read sensitive file untrusted', 'Directory traversal monitored file read'],
    ...upstream,
    unseen: UNSEEN_UPSTREAM,
  },
  { title: 'a rule of one line', names: ['Shadow'], rules: OWN_RULE, skip: false, unseen: {} },
  {
    title: 'a rule on the beginning of the path',
    names: ['Below Etc'],
    rules: BEGINNING_RULE,
    skip: false,
    unseen: UNSEEN_BY_BEGINNING,
  },
] as const;

for (const { title, names, rules, skip, unseen } of RULE_SETS) {
  describe(`by ${title}, a sensitive file is seen`, { skip: cannotWatch() || skip }, () => {
    let outcomes: ReadonlyMap<string, Outcome> = new Map();
    let errors = '';

    before(async () => {
      const read = compile('read');
      const uring = compile('uring');
      const ways: Way[] = [
        ...WAYS.map((name) => ({ name, command: [read, name, FILE, 'FOLDER'] })),
        ...Object.entries(URING_WAYS).map(([name, words]) => ({ name, command: [uring, ...words, FILE] })),
        ...OTHER_WAYS.map((name) => ({ name, command: [programOf(name), FILE] })),
      ];
      ({ outcomes, errors } = await tryWays(ways, rules?.startsWith('\n') ? rulesOf(rules) : rules));
    });

    for (const name of [...WAYS, ...Object.keys(URING_WAYS), ...OTHER_WAYS]) {
      test(name, (context) => {
        const { said, alerts } = outcomes.get(name) as Outcome;
        if (!/^(opened|skipped|\d+)$/.test(said))
          return context.skip(`this machine does not allow it: ${said}`);
        const found = alerts.filter(({ rule }) => (names as readonly string[]).includes(rule));
        const reason = (unseen as Readonly<Record<string, string>>)[name];
        if (reason !== undefined) {
          assert.equal(found.length, 0, `it is seen, though ${reason}`);
          return context.diagnostic(reason);
        }
        assert.ok(found.length > 0, `no alert\n${errors}`);
        for (const { output_fields } of found) assert.equal(output_fields['fd.name'], FILE);
        if (name === 'replaced-descriptor' && rules === OWN_RULE)
          assert.ok(found.length >= Number(said), `${found.length} alerts for ${said} opens`);
        if (rules === OWN_RULE)
          checkFields(
            name,
            found.map((alert) => alert.output_fields),
          );
      });
    }
    after(() => {
      outcomes = new Map();
    });
  });
}

type Fields = Readonly<Record<string, string | number | boolean | null>>;

/** What the fields of an alert tell of the way. */
function checkFields(name: string, alerts: readonly Fields[]): void {
  const [fields = {}] = alerts;
  assert.equal(fields['evt.is_io_uring'], name.startsWith('io_uring'), 'evt.is_io_uring');
  if (name === 'symbolic-link' || name === 'linked-directory') {
    assert.equal(fields['fd.path.shown'], 'resolved');
    assert.equal(fields['fd.path.resolved'], FILE);
    assert.match(String(fields['fd.path.given']), /work\/(soft|directory\/shadow)$/);
  }
  if (['hard-link', 'mounted-file', 'mounted-directory', 'chroot', 'user-namespace'].includes(name)) {
    assert.equal(fields['fd.path.shown'], 'alias');
    assert.notEqual(fields['fd.path.resolved'], FILE);
  }
  if (name === 'io_uring, after requests that came to nothing')
    assert.equal(fields['fd.path.resolved'], FILE, 'the file was not looked at');
  if (name === 'renamed-thread') {
    assert.equal(fields['proc.name'], 'systemd-logind');
    assert.match(String(fields['proc.exepath']), /\/read$/);
  }
  if (name === 'io_uring, submitted by the kernel') assert.equal(fields['thread.tid'], fields['proc.pid']);
}
