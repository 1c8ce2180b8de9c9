/** What values and modifiers mean: every rule is converted, and events tell what it matches. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  assertMatches,
  convert,
  judgeOf,
  lines,
  processRule,
  programs,
  refusal,
  ruleOn,
} from './sigma.test-kit.ts';

const commandLine = (item: string): string => processRule(`one:\n  ${item}\ncondition: one`);

test('a text is the whole value, in any case', async () => {
  await assertMatches(
    commandLine("CommandLine: 'Whoami'"),
    // Lanner's line of a command without arguments ends with a blank.
    lines('whoami', 'WHOAMI', 'whoami '),
    lines('whoami -a', '/bin/whoami', 'xwhoami'),
  );
  await assertMatches(commandLine("CommandLine: ['id -u', 7]"), lines('ID -u', '7'), lines('id', 'id -U 7'));
});

test('wildcards, and what escapes them', async () => {
  await assertMatches(
    commandLine("CommandLine: 'cat /home/*/.ssh/id_?sa'"),
    lines('cat /home/a/b/.ssh/id_rsa', 'CAT /home/x/.SSH/id_dsa', 'cat /home/x/.ssh/id_ésa'),
    lines('cat /home/x/.ssh/id_sa', 'cat /home/x/.ssh/id_rsa.pub', 'cat /homex/.ssh/id_rsa'),
  );
  await assertMatches(
    commandLine("CommandLine|contains: 'rm \\*'"),
    lines('sh -c rm * now', 'RM *'),
    lines('rm x', 'rm \\*'),
  );
  // Before a wildcard a backslash wants another one; before anything else it stands for itself.
  await assertMatches(commandLine("CommandLine: 'a\\\\*'"), lines('a\\x', 'a\\'), lines('ab', 'a*'));
  await assertMatches(
    commandLine("CommandLine: 'a\\b[c]\\\\'"),
    lines('a\\b[c]\\'),
    lines('abc\\', 'a\\bc\\'),
  );
  await assertMatches(commandLine("CommandLine: '*'"), lines('x', ''), ['execve: {proc.exepath: /bin/x}']);
});

test('quotes, blanks, control bytes and other alphabets come through', async () => {
  await assertMatches(
    commandLine(`CommandLine|contains: "it's \\"so\\"\\t\\\\d  e = (1, 2) \\x1b"`),
    lines(`x it's "so"\t\\d  e = (1, 2) \x1b y`),
    lines(`it's so`, `it's "so"\t\\d e = (1, 2) \x1b`),
  );
  await assertMatches(commandLine("CommandLine: 'é *'"), lines('É x', 'é '), lines('e x'));
  await assertMatches(commandLine("CommandLine|contains|cased: 'é'"), lines('xéx'), lines('É'));
  await assertMatches(commandLine("CommandLine|endswith: '%percent'"), lines('x %PERCENT'), lines('percent'));
});

test('startswith, endswith, contains, cased, all, neq', async () => {
  await assertMatches(
    commandLine("Image|startswith: '/tmp/'"),
    programs('/tmp/a', '/TMP/'),
    programs('/tmp', 'x/tmp/'),
  );
  await assertMatches(
    commandLine("Image|endswith: '/Sh'"),
    programs('/bin/sh', '/sh'),
    programs('/bin/sh1', '/bin/ash'),
  );
  await assertMatches(commandLine("Image|contains: '.1.'"), programs('/a.1.2'), programs('/a1.2'));
  await assertMatches(commandLine("Image|endswith|cased: '/Sh'"), programs('/bin/Sh'), programs('/bin/sh'));
  await assertMatches(
    commandLine("Image|cased: '/bin/[a?*'"),
    programs('/bin/[abc'),
    programs('/bin/[A', '/bin/['),
  );
  await assertMatches(
    commandLine("CommandLine|contains|all: [' -e', '/bin/sh']"),
    lines('nc -e /bin/sh', 'nc -E /bin/SH 1'),
    lines('nc -e', 'nc /bin/sh'),
  );
  await assertMatches(
    commandLine('Image|endswith|neq: [/sh, /bash]'),
    programs('/bin/cat'),
    programs('/bin/sh', '/bin/BASH'),
  );
});

test('a regular expression is looked for anywhere, in its own case', async () => {
  await assertMatches(commandLine("CommandLine|re: 'a{2}[bc]'"), lines('xaabx', 'aac'), lines('AAB', 'ab'));
  await assertMatches(
    commandLine("CommandLine|re|i: '^wget .*https?://\\d'"),
    lines('WGET -q http://1'),
    lines('x wget http://1'),
  );
  // Not the ends of lines, but before a newline at the end of the text, as in PCRE.
  await assertMatches(
    commandLine("CommandLine|re: '^id$'"),
    lines('id', 'id ', 'id\n'),
    lines('x\nid', 'id\nx'),
  );
  await assertMatches(commandLine("CommandLine|re|m: '^id$'"), lines('x\nid', 'id\nx'), lines('id x'));
  await assertMatches(commandLine("CommandLine|re|s: 'a.b'"), lines('a\nb'), lines('ab'));
  await assertMatches(commandLine("CommandLine|re: 'a.b[$]\\$'"), lines('a b$$'), lines('a\nb$$', 'a b$'));
  await assertMatches(commandLine('CommandLine|re: \'"(x|y)"\''), lines('"y"'), lines('y'));
  assert.match(refusal(commandLine("CommandLine|re: '(?<!a)b'")).join(), /^7: RE2 does not have this/);
});

test('windash', async () => {
  await assertMatches(
    commandLine("CommandLine|windash|contains: ' -enc '"),
    lines('p -enc x', 'p /Enc x', 'p –enc x', 'p —enc x', 'p ―enc x'),
    lines('p enc x', 'p +enc x'),
  );
  await assertMatches(
    commandLine("CommandLine|windash: 'a-b -c'"),
    lines('a-b -c', 'a-b /c'),
    lines('a/b -c'),
  );
});

test('base64, at any offset, in UTF-16', async () => {
  const encoded = (text: string, encoding: BufferEncoding = 'utf8') =>
    Buffer.from(text, encoding).toString('base64');
  await assertMatches(
    commandLine("CommandLine|base64: '/bin/sh'"),
    lines(encoded('/bin/sh')),
    lines(`x ${encoded('/bin/sh')}`, '/bin/sh'),
  );
  await assertMatches(
    commandLine("CommandLine|base64offset|contains: '/bin/bash'"),
    ['', 'a', 'ab', 'abc'].flatMap((before) =>
      ['', 'x', 'xy'].flatMap((after) => lines(`echo ${encoded(`${before}/bin/bash${after}`)}`)),
    ),
    lines(`echo ${encoded('/bin/dash')}`, '/bin/bash'),
  );
  for (const modifier of ['wide', 'utf16le'])
    await assertMatches(
      commandLine(`CommandLine|${modifier}|base64offset|contains: 'ping'`),
      lines(`x ${encoded('ping', 'utf16le')}`, `x ${encoded('a ping 1', 'utf16le')}`),
      lines(`x ${encoded('ping')}`, 'ping'),
    );
  const big = Buffer.from('ping', 'utf16le').swap16().toString('base64');
  await assertMatches(
    commandLine("CommandLine|utf16be|base64: 'ping'"),
    lines(big),
    lines(encoded('ping', 'utf16le')),
  );
  const marked = encoded('\ufeffping', 'utf16le');
  await assertMatches(
    commandLine("CommandLine|utf16|base64: 'ping'"),
    lines(marked),
    lines(encoded('ping', 'utf16le')),
  );
  assert.match(refusal(commandLine("CommandLine|base64: 'a*'")).join(), /wildcards/);
  assert.match(refusal(commandLine("CommandLine|wide|contains: 'ping'")).join(), /no NUL bytes/);
});

test('numbers, addresses and networks', async () => {
  const network = (item: string): string =>
    ruleOn('category: network_connection', `one:\n  ${item}\ncondition: one`);
  const to = (...ends: readonly string[]): string[] =>
    ends.map((end) => `connect: {fd.name: "10.9.9.9:4000->${end}"}`);
  await assertMatches(
    network('DestinationPort: [4444, 53]'),
    to('1.2.3.4:4444', '1.2.3.4:53'),
    to('1.2.3.4:444'),
  );
  await assertMatches(network('DestinationPort|gte: 1024'), to('1.2.3.4:1024'), to('1.2.3.4:1023'));
  await assertMatches(network('DestinationPort|lt: 1024'), to('1.2.3.4:1023'), to('1.2.3.4:1024'));
  await assertMatches(
    network("DestinationIp|cidr: ['10.0.0.0/8', 'fe80::/10']"),
    [...to('10.1.2.3:1'), 'connect: {fd.name: "fe80::2:1->fe80::1:2"}'],
    to('11.1.2.3:1'),
  );
  await assertMatches(
    network("DestinationIp|startswith: '192.168.'"),
    to('192.168.3.4:1'),
    to('192.169.3.4:1'),
  );
  await assertMatches(
    network("DestinationIp: ['1.2.3.4', '10.*']"),
    to('1.2.3.4:1', '10.2.3.4:1'),
    to('1.2.3.5:1'),
  );
  await assertMatches(network("SourceIp: '10.9.9.9'"), to('1.2.3.4:1'), [
    'connect: {fd.name: "10.9.9.8:4->1.2.3.4:1"}',
  ]);
  assert.match(refusal(network("DestinationIp|contains: '.5.'")).join(), /as a whole or by network/);
  assert.match(refusal(network("DestinationPort|startswith: '44'")).join(), /not by parts/);
  assert.match(refusal(commandLine("Image|cidr: '10.0.0.0/8'")).join(), /only addresses/);
  assert.match(refusal(commandLine('Image|gt: 5')).join(), /only numbers/);
});

test('null, empty values and existence', async () => {
  const some = 'execve: {proc.exeline: x, proc.pexepath: /bin/sh}';
  const empty = 'execve: {proc.exeline: x, proc.pexepath: ""}';
  const none = 'execve: {proc.exeline: x}';
  await assertMatches(commandLine('ParentImage: null'), [none], [some, empty]);
  await assertMatches(commandLine('ParentImage:'), [none], [some]);
  await assertMatches(commandLine("ParentImage: ''"), [empty], [some, none]);
  await assertMatches(commandLine('ParentImage|exists: true'), [some, empty], [none]);
  await assertMatches(commandLine('ParentImage|exists: false'), [none], [some]);
  await assertMatches(commandLine("ParentImage: ['', null]"), [empty, none], [some]);
});

test('references to other fields', async () => {
  const event = (image: string, parent: string) =>
    `execve: {proc.exepath: ${image}, proc.pexepath: ${parent}}`;
  const rule = (modifiers: string) => commandLine(`Image|fieldref${modifiers}: ParentImage`);
  await assertMatches(rule(''), [event('/bin/sh', '/BIN/sh')], [event('/bin/sh', '/bin/sh2')]);
  await assertMatches(rule('|cased'), [event('/bin/sh', '/bin/sh')], [event('/bin/sh', '/BIN/sh')]);
  await assertMatches(rule('|startswith'), [event('/bin/sh2', '/bin/sh')], [event('/bin/sh', '/bin/sh2')]);
  await assertMatches(rule('|endswith'), [event('/x/bin/sh', '/bin/sh')], [event('/bin/sh', '/x/bin/sh')]);
  await assertMatches(rule('|contains'), [event('/x/bin/sh2', '/bin/sh')], [event('/bin/sh', '/x')]);
  await assertMatches(rule('|neq'), [event('/bin/sh', '/bin/cat')], [event('/bin/sh', '/bin/sh')]);
});

test('placeholders', async () => {
  const rule = commandLine("CommandLine|expand|contains: ' %Servers%:22 \\%x'");
  await assertMatches(
    rule,
    lines('ssh ALPHA:22 %x', 'ssh b1:22 %x'),
    lines('ssh c:22 %x', 'ssh %Servers%:22 %x'),
    {
      placeholders: new Map([['Servers', ['alpha', 'b*']]]),
    },
  );
  assert.deepEqual(refusal(rule), ['7: the placeholder %Servers% has no value: --placeholder gives one']);
  await assertMatches(
    commandLine("CommandLine|contains: '%Servers%'"),
    lines('x %servers%'),
    lines('x alpha'),
  );
});

test('words without a field', async () => {
  const event = (line: string) => `execve: {proc.exeline: ${JSON.stringify(line)}, proc.exepath: /bin/tool}`;
  await assertMatches(
    processRule("words: ['evil one', 'a*b']\ncondition: words"),
    [event('x Evil One y'), event('zAxxBz')],
    [event('evil'), event('ba')],
  );
  await assertMatches(
    processRule("words:\n  '|all': [evil, one]\ncondition: words"),
    [event('one evil'), 'execve: {proc.exeline: one, proc.pexepath: /evil}'],
    [event('evil')],
  );
  await assertMatches(processRule('words: tool\ncondition: words'), [event('x')], lines('x'));
});

test('modifiers that do not exist, or not there', () => {
  assert.deepEqual(refusal(commandLine('Image|endwith: /sh')), ['7: there is no modifier endwith']);
  assert.deepEqual(refusal(commandLine('Image|hour: 3')), ['7: parts of times (hour) are not compared']);
  assert.match(refusal(commandLine('Image|i: /sh')).join(), /need re/);
  assert.match(refusal(commandLine('Image|base64|re: /sh')).join(), /does not go together/);
  assert.match(refusal(commandLine('Image|exists: maybe')).join(), /true or false/);
});

test('a long list is one check, and a rule of many fields stays readable', async () => {
  const names = Array.from({ length: 200 }, (_, number) => `/tool${number}`);
  const conversion = convert(commandLine(`Image|endswith: [${names.join(', ')}]`));
  assert.equal(conversion.text.match(/iglob/g)?.length, 1);
  assert.ok(conversion.text.split('\n').every((line) => line.length <= 106));
  const raised = judgeOf(conversion);
  assert.deepEqual(await raised('execve: {proc.exepath: /x/TOOL199}'), ['Rule']);
  assert.deepEqual(await raised('execve: {proc.exepath: /x/tool200}'), []);
});
