/** The rule file: what it says of itself, that it loads without a warning, and that odd names do no harm. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ruleEnvironment } from '../engine/rule-environment.ts';
import { allProblems } from '../rules/lint.ts';
import { type LoadOutcome, loadRules } from '../rules/load.ts';
import { hostsIn } from './host-words.ts';
import { keptText, readKept } from './kept.ts';
import { emptyProfile, type Learned, learn, nothingLearned, type Profile, Tally } from './observation.ts';
import { rulesText } from './rules-text.ts';

const APP = { path: '/srv/app/bin/app' };

function profile(): Profile {
  const made = emptyProfile({ kind: 'program' });
  made.roots.add({ program: APP }, 1);
  made.started.add({ program: APP }, 1);
  return made;
}

function learned(one: Profile, more: Partial<Learned> = {}): Learned {
  return { ...nothingLearned(), runs: 1, events: 10, ...more, profiles: [one] };
}

function load(text: string): LoadOutcome {
  const outcome = loadRules([{ name: 'learned.yaml', text }], ruleEnvironment());
  assert.deepEqual(
    allProblems(outcome).map(({ message, location }) => `${location.line}: ${message}`),
    [],
    text,
  );
  return outcome;
}

suite('learned rules as text', () => {
  test('five rules, whatever was seen', () => {
    const names = load(rulesText(learned(emptyProfile({ kind: 'all' }))).text).ruleSet.rules.map(
      ({ name }) => name,
    );
    assert.deepEqual(names, [
      'Unlearned Program in everything',
      'Unlearned File Change in everything',
      'Unlearned Read of Secret in everything',
      'Unlearned Connection from everything',
      'Unlearned Listening Port in everything',
    ]);
  });

  test('names with quotes, blanks, parentheses, control characters and bytes that are no text', () => {
    const odd = profile();
    for (const path of [
      '/srv/a b',
      '/srv/"c"',
      "/srv/d'e",
      '/srv/f(g)',
      '/srv/h,i',
      '/srv/j\nk',
      '/srv/\xff\xfe',
      '/srv/l\\m',
      '/srv/  n',
      '/srv/#o',
      '/srv/%p',
      '/srv/- q: r',
    ])
      odd.files.add({ program: APP, field: 'fd.path.resolved', path }, 1);
    odd.started.add(
      { program: { path: '/bin/sh' }, args: `-c echo "x  y" 'z' \\ \t\n# (a, b)`, parent: '/srv/a b' },
      1,
    );
    odd.contacts.add({ program: APP, protocol: 'unix', address: '/run/a b.sock', port: 0 }, 1);
    load(rulesText(learned(odd)).text);
  });

  test('many files become lists, and names that look like misspelt ones raise no warning', () => {
    const many = profile();
    for (const program of [APP, { path: '/srv/app/bin/other' }])
      for (const name of ['alpha', 'alphas', 'alpha1', 'betta', 'beta', program === APP ? 'gamma' : 'gamna'])
        many.files.add({ program, field: 'fd.path.resolved', path: `/etc/app/${name}` }, 1);
    const { text } = rulesText(learned(many));
    load(text);
    assert.match(text, /^- list: learned_app_files_1\n {2}items:\n {4}- \/etc\/app\/alpha\n/m);
  });

  test('applets of one executable are told apart', () => {
    const box = emptyProfile({ kind: 'container' });
    const program = (applet: string) => ({ path: '/bin/busybox', applet });
    box.roots.add({ program: program('sh'), args: '/srv/jobs.sh' }, 1);
    box.started.add({ program: program('cp'), parent: '/bin/busybox' }, 1);
    const { text } = rulesText(learned(box));
    load(text);
    assert.match(
      text.replace(/\s+/g, ' '),
      /proc\.exepath = \/bin\/busybox and basename\(proc\.exe\) = "cp"/,
    );
    assert.match(text, /^- rule: Unlearned Program in jobs\.sh$/m);
  });

  test('losses, unknown processes and limits are marked in the file', () => {
    const full = profile();
    full.files.refused = 3;
    const { text } = rulesText(learned(full, { lost: 2, unattributed: 1, pathless: 4 }));
    load(text);
    const marks = text.split('\n').filter((line) => line.startsWith('# INCOMPLETE'));
    assert.equal(marks.length, 4);
    assert.match(marks[0] as string, /2 events were lost/);
    assert.match(marks[3] as string, /3 observations did not fit/);
    assert.doesNotMatch(rulesText(learned(profile())).text, /INCOMPLETE/);
  });

  test('programs with varying names in a temporary folder are a hole', () => {
    const odd = profile();
    odd.started.add({ program: { path: '/tmp/tmp.Ab12Cd34Ef/a.out' }, parent: APP.path }, 1);
    const { text, holes } = rulesText(learned(odd));
    load(text);
    assert.equal(holes.length, 1);
    assert.match(text, /^# HOLE: programs with varying names in a temporary folder are let pass/m);
  });

  test('hosts that are known by name', () => {
    const client = profile();
    client.contacts.add({ program: APP, protocol: 'tcp', address: '192.0.2.7', port: 443 }, 1);
    const namesOf = (address: string) => (address === '192.0.2.7' ? 'api.example' : undefined);
    const { text } = rulesText(learned(client), { namesOf });
    load(text);
    assert.match(text.replace(/\s+/g, ' '), /fd\.sip\.name in \("api\.example"\) and fd\.sport in \(443\)/);
    assert.match(text, /^# api\.example: by its name/m);
  });

  test('arguments that are too long to be compared, and shells that run what they read, are holes', () => {
    const shells = profile();
    const program = { path: '/bin/sh' };
    shells.started.add({ program, args: '', count: 0, parent: APP.path }, 1);
    shells.started.add({ program, args: `-c ${'x'.repeat(4090)}`, count: 2, parent: APP.path }, 1);
    const { text, holes } = rulesText(learned(shells));
    load(text);
    assert.equal(holes.length, 2);
    assert.match(text, /proc\.cmdnargs = 2/);
  });

  test('two images have rules of their own', () => {
    const one = emptyProfile({ kind: 'image', image: 'docker.io/library/nginx' });
    const other = emptyProfile({ kind: 'image', image: 'example.org/nginx' });
    const { text, subjects } = rulesText({ ...nothingLearned(), profiles: [one, other] });
    assert.equal(load(text).ruleSet.rules.length, 10);
    assert.deepEqual(
      subjects.map(({ name }) => name),
      ['nginx', 'nginx-2'],
    );
  });
});

suite('hosts in arguments', () => {
  test('those of URLs, and nothing else', () => {
    const args = [
      '-o',
      'main.py',
      'https://user:secret@API.example.org:8443/x',
      '--url=http://a-b.test?q',
      'http://127.0.0.1/',
      'x.y',
    ];
    assert.deepEqual(hostsIn(args), ['api.example.org', 'a-b.test']);
  });
});

suite('what was learned', () => {
  test('limits count what they refuse', () => {
    const tally = new Tally<string>(2);
    for (const item of ['a', 'b', 'a', 'c', 'c']) tally.add(item, 1);
    assert.deepEqual([tally.size, tally.refused], [2, 2]);
  });

  test('counts and runs add up over runs, and survive the file', () => {
    const all = nothingLearned();
    for (const run of [1, 2]) {
      const one = emptyProfile({ kind: 'program' });
      one.started.add({ program: APP }, run);
      one.started.add({ program: APP }, run);
      all.runs = run;
      learn(all, one);
    }
    all.names.set('192.0.2.1', 'api.example');
    const { learned: kept, isOf } = readKept(keptText(all, 'rules'));
    assert.deepEqual(kept.profiles[0]?.started.all, [
      { item: { program: APP }, count: 4, runs: 2, lastRun: 2 },
    ]);
    assert.deepEqual([kept.runs, kept.names.get('192.0.2.1')], [2, 'api.example']);
    assert.deepEqual([isOf('rules'), isOf('others')], [true, false]);
  });

  test('another file is refused', () => {
    assert.throws(() => readKept('{'), /not what lanner learn keeps/);
    assert.throws(() => readKept('{"format":"x"}'), /not what this version of lanner learn keeps/);
  });
});
