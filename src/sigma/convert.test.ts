/** Whole rules: log sources, conditions, names, filters, what is left out and why. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertMatches,
  convert,
  judgeOf,
  lines,
  load,
  processRule,
  programs,
  raisedBy,
  refusal,
  ruleOn,
} from './sigma.test-kit.ts';

const exec = (values: string): string => `execve: {${values}}`;

test('maps want all of their items, lists one, conditions what they say', async () => {
  await assertMatches(
    processRule(`
sel_map:
  Image|endswith: [/curl, /wget]
  CommandLine|contains: http
sel_list:
  - Image|endswith: /nc
  - CommandLine|startswith: 'socat '
    User: root
filter_a:
  User: build
filter_b:
  ParentImage|endswith: /apt
_never:
  Image|contains: /
condition: 1 of sel_* and not 1 of filter_*`),
    [
      exec('proc.exepath: /usr/bin/curl, proc.exeline: curl HTTP'),
      exec('proc.exepath: /usr/bin/nc, user.name: root'),
      exec('proc.exeline: socat x, user.name: root'),
    ],
    [
      exec('proc.exepath: /usr/bin/curl, proc.exeline: curl ftp'),
      exec('proc.exeline: socat x, user.name: www'),
      exec('proc.exepath: /usr/bin/nc, user.name: build'),
      exec('proc.exepath: /usr/bin/nc, proc.pexepath: /usr/bin/apt'),
      exec('proc.exepath: /usr/bin/ls'),
    ],
  );
  const them = processRule('a:\n  User: u\nb:\n  Image: /x\n_c:\n  Image: /never\ncondition: all of them');
  await assertMatches(
    them,
    [exec('user.name: u, proc.exepath: /x')],
    [exec('user.name: u'), exec('proc.exepath: /x')],
  );
  const several = processRule('a:\n  Image: /a\nb:\n  Image: /b\ncondition: [a, b]');
  await assertMatches(several, programs('/a', '/b'), programs('/c'));
});

test('processes that started, whatever started them', async () => {
  const rule = processRule(`
sel:
  ParentImage|endswith: /nginx
  ParentCommandLine|startswith: 'nginx: worker'
  CurrentDirectory: /var/www
  LogonId: 33
condition: sel`);
  const started =
    'proc.pexepath: /usr/sbin/nginx, proc.pexe: "nginx:", "proc.aargs[1]": worker process, proc.cwd: /var/www/, user.uid: 33';
  await assertMatches(
    rule,
    [exec(started), `execveat: {${started}}`],
    [
      exec(`${started}, evt.rawres: -2`),
      exec(started.replace('33', '0')),
      exec(started.replace('/var/www/', '/var/www/html/')),
      exec(started.replace('worker process', 'master')),
      `openat: {${started}, fd.name: /x}`,
    ],
  );
  const alone = processRule('sel:\n  ParentCommandLine: cron\ncondition: sel');
  await assertMatches(
    alone,
    [exec('proc.pexe: cron, "proc.aargs[1]": ""')],
    [exec('proc.pexe: cron, "proc.aargs[1]": -f')],
  );
});

test('a program counts under the path that exec was given, but is not excepted by it', async () => {
  const rule = processRule(`
sel:
  Image|endswith: /nc
filter:
  Image|startswith: /opt/trusted/
condition: sel and not filter`);
  await assertMatches(
    rule,
    [
      exec('proc.exepath: /usr/bin/nc.openbsd, evt.rawarg.filename: /usr/bin/nc'),
      exec('proc.exepath: /tmp/nc, evt.rawarg.filename: /opt/trusted/nc'),
    ],
    [
      exec('proc.exepath: /usr/bin/nc.openbsd, evt.rawarg.filename: /usr/bin/netcat'),
      exec('proc.exepath: /opt/trusted/nc, evt.rawarg.filename: /tmp/nc'),
    ],
  );
});

test('a parent counts under the name of the link that it was started by', async () => {
  const rule = processRule('sel:\n  ParentImage|endswith: [/sh, /a-very-long-name-x]\ncondition: sel');
  const parent = (path: string, name: string) => exec(`proc.pexepath: ${path}, proc.pname: ${name}`);
  await assertMatches(
    rule,
    [parent('/usr/bin/dash', 'sh'), parent('/bin/sh', 'x')],
    [parent('/usr/bin/dash', 'dash'), parent('/usr/bin/dash', 'a-very-long-nam')],
  );
  const contains = processRule('sel:\n  ParentImage|contains: /python\ncondition: sel');
  await assertMatches(
    contains,
    [parent('/opt/x', 'python3'), parent('/opt/python/x', 'y')],
    [parent('/opt/x', 'xpython')],
  );
  const excepts = processRule(
    'sel:\n  Image: /x\nfilter:\n  ParentImage|endswith: /sh\ncondition: sel and not filter',
  );
  await assertMatches(
    excepts,
    [exec('proc.exepath: /x, proc.pexepath: /usr/bin/dash, proc.pname: sh')],
    [exec('proc.exepath: /x, proc.pexepath: /bin/sh')],
  );
});

test('files that are written, moved or linked to a place', async () => {
  const rule = ruleOn(
    'category: file_event',
    'sel:\n  TargetFilename|startswith: /etc/cron.d/\nfilter:\n  Image: /usr/bin/dpkg\ncondition: sel and not filter',
  );
  await assertMatches(
    rule,
    [
      'openat: {fd.name: /etc/cron.d/x, evt.arg.flags: O_WRONLY}',
      'open: {fd.name: /etc/CRON.d/x, evt.arg.flags: O_RDONLY|O_F_CREATED}',
      'creat: {fd.name: /etc/cron.d/x}',
      'rename: {fs.path.source: /tmp/x, fs.path.target: /etc/cron.d/x}',
      'symlinkat: {fs.path.source: /etc/cron.d/x, fs.path.target: /tmp/x}',
      'link: {fs.path.source: /etc/cron.d/x, fs.path.target: /tmp/x}',
    ],
    [
      'openat: {fd.name: /etc/cron.d/x, evt.arg.flags: O_RDONLY}',
      'openat: {fd.name: /etc/cron.d/x, evt.arg.flags: O_WRONLY, evt.res: EACCES}',
      'openat: {fd.name: /etc/cron.d/x, evt.arg.flags: O_WRONLY, proc.exepath: /usr/bin/dpkg}',
      'openat: {fd.name: /etc/crontab, evt.arg.flags: O_WRONLY}',
      'rename: {fs.path.source: /etc/cron.d/x, fs.path.target: /tmp/x}',
      'symlink: {fs.path.source: /tmp/x, fs.path.target: /etc/cron.d/x}',
      'unlink: {fs.path.name: /etc/cron.d/x}',
    ],
  );
  await assertMatches(
    ruleOn('category: file_delete', 'sel:\n  TargetFilename: /var/log/wtmp\ncondition: sel'),
    ['unlinkat: {fs.path.name: /var/log/wtmp}'],
    ['unlinkat: {fs.path.name: /var/log/wtmp, evt.res: ENOENT}', 'creat: {fd.name: /var/log/wtmp}'],
  );
});

test('connections, to others and from others', async () => {
  const network = (detection: string) =>
    ruleOn('category: network_connection', `sel:\n  ${detection}\ncondition: sel`);
  const out = 'connect: {fd.name: "10.0.0.1:4000->10.0.0.2:443"}';
  const under = 'connect: {fd.name: "10.0.0.1:4000->10.0.0.2:443", evt.res: EINPROGRESS}';
  const inward = 'accept4: {fd.name: "10.0.0.1:4000->10.0.0.2:443"}';
  const failed = 'connect: {fd.name: "10.0.0.1:4000->10.0.0.2:443", evt.res: ECONNREFUSED}';
  await assertMatches(network('DestinationPort: 443'), [out, under, inward], [failed]);
  await assertMatches(network("Initiated: 'true'"), [out, under], [inward, failed]);
  await assertMatches(network('Initiated: false'), [inward], [out]);
  await assertMatches(
    network('SourcePort: 4000'),
    [out],
    ['connect: {fd.name: "10.0.0.1:443->10.0.0.2:4000"}'],
  );
  await assertMatches(
    network('DestinationHostname: [Pool.Example.com, b.example.com]'),
    ['connect: {fd.name: "10.0.0.1:1->10.0.0.2:2", fd.sip.name: pool.example.com}'],
    ['connect: {fd.name: "10.0.0.1:1->10.0.0.2:2", fd.sip.name: a.example.com}'],
  );
  const ending = 'names of hosts are known only where a rule has them in full';
  assert.deepEqual(refusal(network("DestinationHostname|endswith: '.example.com'")), [`7: ${ending}`]);
  const longer = convert(network("DestinationHostname|contains: ['tunnel.example.com', '.net']")).rules[0];
  assert.equal(longer?.outcome, 'in part');
  assert.deepEqual(
    longer?.reasons.map(({ message }) => message),
    ['tunnel.example.com: this host alone is looked for, not longer names', ending],
  );
});

test('records of auditd', async () => {
  const audit = (detection: string) => ruleOn('service: auditd', detection);
  await assertMatches(
    audit(
      "sel:\n  type: EXECVE\n  a0: chmod\n  a1: [777, 'u+s']\nwords: ['/tmp/']\ncondition: sel and words",
    ),
    [exec('proc.exe: chmod, "proc.args[0]": "777", proc.exeline: chmod 777 /tmp/x')],
    [
      exec('proc.exe: chmod, "proc.args[0]": "755", proc.exeline: chmod 755 /tmp/x'),
      exec('proc.exe: chmod, "proc.args[0]": "777", proc.exeline: chmod 777 /x'),
      'chmod: {proc.exe: chmod, "proc.args[0]": "777", proc.exeline: chmod 777 /tmp/x}',
    ],
  );
  const writes = audit('sel:\n  type: PATH\n  name: /etc/audit/*\ncondition: sel');
  await assertMatches(
    writes,
    [
      'openat: {fd.name: /etc/audit/rules, evt.arg.flags: O_RDWR}',
      'unlink: {fs.path.name: /etc/audit/rules}',
      'chmod: {fs.path.name: /etc/audit/rules}',
      'rename: {fs.path.source: /etc/audit/rules, fs.path.target: /tmp/x}',
      exec('proc.exepath: /etc/audit/run'),
    ],
    ['openat: {fd.name: /etc/audit/rules, evt.arg.flags: O_RDONLY}', exec('proc.exepath: /bin/ls')],
  );
  const read = 'openat: {fd.name: /etc/audit/rules, evt.arg.flags: O_RDONLY}';
  await assertMatches(`${writes}tags: [attack.discovery]\n`, [read], []);
  await assertMatches(
    writes.replace('service: auditd', 'service: auditd\n  definition: "-w /etc/audit -p rwa"'),
    [read],
    [],
  );
  await assertMatches(
    audit(
      "sel:\n  type: SYSCALL\n  SYSCALL: socket\n  a0: '26'\nfilter:\n  exe|endswith: /cryptsetup\ncondition: sel and not filter",
    ),
    ['socket: {evt.arg.domain: 38}'],
    ['socket: {evt.arg.domain: 2}', 'socket: {evt.arg.domain: 38, proc.exepath: /sbin/cryptsetup}'],
  );
  await assertMatches(
    audit('sel:\n  type: SYSCALL\n  exe|startswith: /tmp/\n  comm: X\n  auid: 4294967295\ncondition: sel'),
    [exec('proc.exepath: /tmp/x, proc.name: x, user.loginuid: -1')],
    [
      exec('proc.exepath: /tmp/x, proc.name: x, user.loginuid: 1000'),
      'openat: {proc.exepath: /tmp/x, proc.name: x, fd.name: /x}',
    ],
  );
  await assertMatches(
    audit(
      'a:\n  type: EXECVE\n  a0: arecord\nb:\n  type: SYSCALL\n  SYSCALL: memfd_create\n  exe: /bin/x\ncondition: 1 of a or b'.replace(
        '1 of a or b',
        'a or b',
      ),
    ),
    [exec('proc.exe: arecord'), 'memfd_create: {proc.exepath: /bin/x}'],
    [exec('proc.exe: other'), 'memfd_create: {proc.exepath: /bin/y}', exec('proc.exepath: /bin/x')],
  );
});

test('what events do not have is left out, and said', async () => {
  const rule = processRule(`
a:
  Image: /bin/x
b:
  Hashes|contains: abc
filter:
  Company: Good
condition: (a or b) and not filter`);
  const conversion = convert(rule);
  assert.deepEqual(
    conversion.rules.map(({ outcome, reasons }) => [
      outcome,
      reasons.map(({ location, message }) => `${location.line}:${location.column} ${message}`),
    ]),
    [
      [
        'in part',
        [
          "9:5 no field of Lanner's corresponds to Hashes",
          "11:5 no field of Lanner's corresponds to Company; what it excepts alerts",
        ],
      ],
    ],
  );
  assert.match(conversion.text, /^# left out: no field of Lanner's corresponds to Hashes$/m);
  const raised = judgeOf(conversion);
  assert.deepEqual(await raised(exec('proc.exepath: /bin/x')), ['Rule']);
  assert.deepEqual(await raised(exec('proc.exepath: /bin/y')), []);
  assert.deepEqual(refusal(processRule('a:\n  Image: /x\n  Hashes: y\ncondition: a')), [
    "8: no field of Lanner's corresponds to Hashes",
  ]);
  assert.match(refusal(processRule('a:\n  Hashes: null\ncondition: a')).join(), /whether it is there/);
});

test('what is wrong is said with its line, and spoils nothing else', () => {
  const wrong: readonly [string, string][] = [
    [processRule('a:\n  Image: /x\ncondition: a and b'), '8: there is no detection b'],
    [processRule('a:\n  Image: /x\ncondition: 1 of sel_*'), '8: no detection fits "sel_*"'],
    [
      processRule('a:\n  Image: /x\ncondition: a | count() > 5'),
      '8: an aggregation over several events (behind |) cannot be expressed',
    ],
    [processRule('a:\n  Image: []\ncondition: a'), '7: the list of values is empty'],
    [processRule('a:\n  Image: {x: y}\ncondition: a'), '7: a map is no value'],
    [processRule('a:\n  Image: /x'), '6: there is no condition'],
    [
      'title: T\nlogsource: {product: linux, service: sshd}\ndetection: {}',
      '1: the log of sshd is not among what Lanner reads',
    ],
    [
      'title: T\nlogsource: {product: linux}\ndetection: {}',
      '1: logs of any kind (product linux without a category) are not among what Lanner reads',
    ],
    [
      'title: T\nlogsource: {product: linux, category: dns_query}\ndetection: {}',
      '1: Lanner has no events of category dns_query',
    ],
    ['title: T\nlogsource: {category: file_event}', '1: the rule has no detection'],
    ['title: T\ndetection: {}', '1: the rule has no logsource'],
    [
      'action: global\ntitle: T\nlogsource: {product: linux}',
      '2: several rules in one with "action" are an old form: write them out',
    ],
    ['title: T\ncorrelation: {type: event_count}', '1: a correlation of several events cannot be expressed'],
  ];
  for (const [text, message] of wrong) assert.deepEqual(refusal(text), [message], text);
  const good = processRule('a:\n  Image: /x\ncondition: a', 'Good');
  const all = [...wrong.map(([text]) => text), good].join('\n---\n');
  const conversion = convert(all);
  assert.deepEqual(
    load(conversion).ruleSet.rules.map(({ name }) => name),
    ['Good'],
  );
  const broken = convert(`${good}---\ntitle: [\n`);
  assert.equal(broken.unreadable.length, 1);
  assert.equal(broken.rules.length, 1);
});

test('severity, tags, authors and the rest', () => {
  const rule = `${processRule('a:\n  Image: /x\ncondition: a', '"100% 日本: a # \'b\'"')}
id: 0a1b2c3d-0000-0000-0000-000000000000
status: experimental
level: high
author: Jane Doe, "J" 5%
license: DRL-1.1
date: 2024/01/02
modified: 2025-03-04
description: |
  Finds x.

  And more: y.
references:
  - https://example.com/a
falsepositives:
  - None known
tags: [attack.t1059.004, attack.privilege-escalation, attack.g0016, cve.2021-44228, 'odd tag']
`;
  const conversion = convert(rule);
  const [loaded] = load(conversion).ruleSet.rules;
  assert.equal(loaded?.name, "100% 日本: a # 'b'");
  assert.equal(loaded?.priority, 'Error');
  assert.equal(loaded?.description, 'Finds x. And more: y.');
  assert.deepEqual(
    loaded?.tags,
    [
      'CVE',
      'G0016',
      'T1059.004',
      'cve.2021-44228',
      'mitre_privilege_escalation',
      'odd tag',
      'process',
      'sigma',
    ].filter((tag) => tag !== 'CVE'),
  );
  assert.match(
    loaded?.output ?? '',
    /sigma_id=0a1b2c3d-0000-0000-0000-000000000000 sigma_author=Jane Doe, "J" 5％$/,
  );
  for (const line of ['author: Jane Doe, "J" 5%', 'license: DRL-1.1', 'date: 2024/01/02, changed 2025-03-04'])
    assert.ok(conversion.text.includes(`# ${line}\n`), line);
  for (const line of ['reference: https://example.com/a', 'false positives: None known', 'from: sigma.yml:1'])
    assert.ok(conversion.text.includes(`# ${line}\n`), line);
});

test('names are titles, and stay the same whatever else is converted', () => {
  const one = `${processRule('a:\n  Image: /x\ncondition: a', 'Same')}id: 11111111-0\nlevel: low\n`;
  const two = `${processRule('a:\n  Image: /y\ncondition: a', 'Same')}id: 22222222-0\nlevel: critical\n`;
  const third = processRule('a:\n  Image: /z\ncondition: a', 'Same');
  const names = (...rules: readonly string[]) =>
    load(convert(rules.join('\n---\n'))).ruleSet.rules.map(({ name }) => name);
  assert.deepEqual(names(one), ['Same']);
  // The most severe first.
  assert.deepEqual(names(one, two), ['Same (22222222)', 'Same (11111111)']);
  assert.deepEqual(names(third, two, one, third), ['Same (22222222)', 'Same', 'Same (2)', 'Same (11111111)']);
  const prefixed = convert(one, { prefix: 'Sigma: ' });
  assert.deepEqual(
    prefixed.rules.map(({ name }) => name),
    ['Sigma: Same'],
  );
});

test('which rules are tried', () => {
  const rule = (keys: string) => `${processRule('a:\n  Image: /x\ncondition: a')}${keys}\n`;
  const text = [
    rule('level: low\ndate: 2020-01-01'),
    rule('level: high\nstatus: deprecated'),
    rule('level: high\ndate: 2020-01-01\nmodified: 2024-06-01'),
    rule('').replace('product: linux', 'product: windows'),
    rule('').replace('  product: linux\n', ''),
    'title: T\nlogsource: {category: proxy}',
    'nothing: of Sigma',
  ].join('\n---\n');
  const all = convert(text);
  assert.deepEqual(
    all.rules.map(({ location }) => location.line),
    [1, 25, 49],
  );
  assert.deepEqual(Object.fromEntries(all.leftAside), {
    'with status deprecated': 1,
    'for windows': 1,
    'for no product, of category proxy': 1,
  });
  const some = convert(text, { minLevel: 'medium', changedSince: '2024-01-01' });
  assert.deepEqual(
    some.rules.map(({ location }) => location.line),
    [25],
  );
  assert.equal(convert(text, { statuses: new Set(['deprecated']) }).rules.length, 1);
});

test('words of logs, looked for in command lines where that is wanted', async () => {
  const rule =
    'title: Words\nlogsource: {product: linux}\ndetection:\n  words: [/dev/tcp/]\n  condition: words\n';
  assert.equal(convert(rule).rules[0]?.outcome, 'not converted');
  const conversion = convert(rule, { logWords: true });
  assert.equal(conversion.rules[0]?.outcome, 'in part');
  assert.match(
    conversion.text,
    /^# left out: logs of any kind: words are looked for in command lines alone$/m,
  );
  const raised = await raisedBy(conversion, lines('sh -i >& /dev/tcp/x/1', 'sh'));
  assert.deepEqual(raised, [['Words'], []]);
});

test('filters except from the rules that they name', async () => {
  const rule = `${processRule('a:\n  CommandLine|contains: x\ncondition: a')}id: 1234\nname: by_name\n`;
  const filter = (rules: string, condition: string, category = 'process_creation') =>
    `title: F\nlogsource: {product: linux, category: ${category}}\nfilter:\n  rules: ${rules}\n  good:\n    User: build\n  condition: ${condition}\n`;
  const bad = exec('proc.exeline: x, user.name: root');
  const good = exec('proc.exeline: x, user.name: build');
  for (const text of [
    filter('[1234, other]', 'not good'),
    filter('[by_name]', 'good'),
    filter('any', 'not 1 of good*'),
  ])
    await assertMatches(`${rule}---\n${text}`, [bad], [good]);
  for (const text of [filter('[99]', 'good'), filter('any', 'good', 'file_event')])
    await assertMatches(`${rule}---\n${text}`, [bad, good], []);
});

test('a rule that Lanner has no words for does not stop the others', async () => {
  // A number that no user id can be is a warning; an address that is none is an error of the rule language.
  const text = [
    ruleOn('category: network_connection', 'a:\n  DestinationIp: not-an-address\ncondition: a', 'Bad'),
    processRule('a:\n  CommandLine: y\ncondition: a', 'Good'),
  ].join('\n---\n');
  const conversion = convert(text);
  assert.deepEqual(
    conversion.rules.map(({ outcome }) => outcome),
    ['not converted', 'converted'],
  );
  assert.match(conversion.rules[0]?.reasons[0]?.message ?? '', /rule language refuses .*not an IP address/);
  assert.deepEqual(await judgeOf(conversion)(lines('y')[0] as string), ['Good']);
});
