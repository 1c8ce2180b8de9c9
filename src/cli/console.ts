/** `lanner console`: how to get to the console, its token, and the console of a store without a running Lanner. */
import os from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import type { Config } from '../config/schema.ts';
import { type ConsoleFiles, consoleFiles } from '../console/files.ts';
import { OpenedConsole } from '../console/opened.ts';
import { ruleFilePaths } from '../engine/rule-files.ts';
import { isLoopback } from '../server/peer.ts';
import { readToken, renewToken } from '../server/token-file.ts';
import { openToRead } from '../store/open.ts';
import { accessSettings, makeToken } from './daemon-console.ts';
import { fail } from './fail.ts';
import { addFlags } from './flags.ts';
import { plainLog } from './log.ts';
import { type CommonOptions, configFrom } from './options.ts';
import { printLine } from './print.ts';
import { onEndSignal } from './signals.ts';
import { LANNER_VERSION } from './version.ts';
import { openWebServer, webSettings } from './web.ts';

interface ConsoleOptions extends CommonOptions {
  readonly store?: string;
  readonly port?: number;
}

/** Milliseconds in which the console must answer. */
const ANSWER_MS = 3000;

export function addConsoleCommand(program: Command): void {
  const command = program
    .command('console')
    .summary('say how to get to the console, or serve one')
    .description(
      'Says where the console is, whether it answers, and who may look. With --store, serves a console of that store\n' +
        'until a signal ends it: alerts and rules can be looked at, nothing can be changed.',
    )
    .option('--store <file>', 'serve a console of this store')
    .option('--port <number>', 'of the served console; 0, the default, for any that is free', parsePort)
    .action(async (options: ConsoleOptions) => {
      const config = configFrom(options, plainLog);
      if (options.store !== undefined) await serveStore(options.store, config, options);
      else if (options.port !== undefined) fail('--port is that of the console of a --store');
      else await describeConsole(config);
    });
  addFlags(command, 'common');
  const token = command
    .command('token')
    .summary("print the console's token")
    .description(
      'Prints the token with which those sign in whom the console does not know. Whoever has it may look at all alerts\n' +
        'and change rules.',
    )
    .option('--renew', 'make a new one: the former one and all sessions are worth nothing from then on')
    // Options before the name of this command are those of the one above.
    .action((options: CommonOptions & { readonly renew?: boolean }) =>
      printToken(configFrom({ ...command.opts(), ...options }, plainLog), options.renew === true),
    );
  addFlags(token, 'common');
}

function printToken(config: Config, renew: boolean): void {
  const { token: path } = consoleFiles(config);
  try {
    const token = renew ? renewToken(path) : readToken(path);
    if (token === undefined)
      fail(`${path}: there is no token: Lanner makes it when it serves the console, or --renew does now`);
    printLine(token);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'EACCES' || code === 'EPERM')
      fail(`${message}: this is for root and the user that Lanner runs as`);
    throw error;
  }
}

async function describeConsole(config: Config): Promise<void> {
  if (config.console.serve === 'never') fail('the console is switched off: console.serve is never');
  const { token } = consoleFiles(config);
  const url = urlOf(config);
  printLine(`Console: ${url}/`);
  printLine(`  now:      ${await stateOf(url)}`);
  const known = config.console.always_token
    ? 'nobody is let in without the token (console.always_token)'
    : `on this machine root and the user that Lanner runs as are let in without a token`;
  printLine(`  who:      ${known}; others need the token: "lanner console token" prints it (${token})`);
  const { ssl_enabled: isSecure, listen_address: address } = config.webserver;
  if (isLoopback(address))
    printLine(`  from far: ssh -L 8765:${new URL(url).host} ${os.hostname()}, then the same address`);
  else if (!isSecure)
    printLine('  from far: not without TLS: webserver.ssl_enabled, webserver.ssl_certificate');
  else printLine(`  from far: by this machine's address, or names in console.hosts`);
}

/** Where a browser of this machine finds it. */
function urlOf({ webserver }: Config): string {
  const { ssl_enabled: isSecure, listen_address: address, listen_port: port } = webserver;
  const isAny = address === '0.0.0.0' || address === '::' || (!isSecure && !isLoopback(address));
  const host = isAny ? '127.0.0.1' : address.includes(':') ? `[${address}]` : address;
  return `${isSecure ? 'https' : 'http'}://${host}:${port}`;
}

async function stateOf(url: string): Promise<string> {
  // Which certificate it has is not asked here, so that nothing can be said of it.
  if (url.startsWith('https:')) return 'not looked at: it is served by HTTPS';
  try {
    const answer = await fetch(`${url}/api/session`, { signal: AbortSignal.timeout(ANSWER_MS) });
    const session = (await answer.json()) as { readonly signedIn?: unknown };
    if (typeof session.signedIn !== 'boolean') return 'another program answers there';
    return session.signedIn ? 'it answers, and lets you in' : 'it answers, and wants the token of you';
  } catch {
    return 'it does not answer: Lanner is not running, or does not watch the whole machine';
  }
}

async function serveStore(store: string, config: Config, options: ConsoleOptions): Promise<void> {
  try {
    openToRead(store).close();
  } catch (error) {
    fail((error as Error).message);
  }
  const own: Config = { ...config, store: { ...config.store, path: store } };
  const paths: ConsoleFiles = { ...consoleFiles(config), store };
  makeToken(paths.token, plainLog);
  const opened = new OpenedConsole({
    host: {
      config: () => own,
      rulePaths: () => [...ruleFilePaths(options.r ?? [], own, () => {}), paths.ownRules],
      paths: () => paths,
      noStore: () => undefined,
      live: undefined,
      about: { version: LANNER_VERSION, hostname: os.hostname(), started: Date.now() * 1000 },
    },
    tokenFile: paths.token,
    access: () => accessSettings(own),
    log: plainLog,
  });
  const port = options.port ?? 0;
  const served: Config = { ...own, webserver: { ...own.webserver, enabled: false, listen_port: port } };
  const web = openWebServer({ trouble: () => undefined, metrics: () => '' }, plainLog, opened);
  const end = new AbortController();
  const handler = onEndSignal(() => end.abort());
  try {
    await web.configure(webSettings(served, plainLog, true));
    if (web.url === undefined) fail('the console cannot be served');
    printLine(`Console of ${store}: ${web.url}/`);
    await untilAborted(end.signal);
  } finally {
    handler.end();
    opened.close();
    await web.close();
  }
}

/** The server alone keeps no program running. */
function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setInterval(() => {}, 0x7fff_ffff);
  signal.addEventListener('abort', () => {
    clearInterval(timer);
    resolve();
  });
  return promise;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535)
    throw new InvalidArgumentError('Give a number from 0 to 65535.');
  return port;
}
