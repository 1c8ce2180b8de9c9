/** The console of a running daemon. */
import os from 'node:os';
import process from 'node:process';
import type { Config } from '../config/schema.ts';
import { type ConsoleFiles, consoleFiles } from '../console/files.ts';
import { OpenedConsole } from '../console/opened.ts';
import type { ReloadReport } from '../console/rule-changes.ts';
import { ruleFilePaths } from '../engine/rule-files.ts';
import { isKept } from '../engine/wanted-outputs.ts';
import type { Watching } from '../engine/watch.ts';
import type { AccessSettings } from '../server/access.ts';
import { isLoopback } from '../server/peer.ts';
import { ensureToken } from '../server/token-file.ts';
import type { DaemonOptions } from './daemon.ts';
import type { ReloadOptions } from './reload.ts';
import { LANNER_VERSION } from './version.ts';

interface Start extends Pick<ReloadOptions, 'loaded' | 'log'> {
  readonly options: DaemonOptions;
  readonly leftOut: ReloadReport | undefined;
}

export class DaemonConsole {
  readonly opened: OpenedConsole;
  readonly #start: Start;
  /** The token stays where it was at the start. */
  readonly #tokenFile: string;
  #config: Config;
  #announced: string | undefined;

  constructor(start: Start, live: Watching, reload: () => Promise<ReloadReport> | undefined) {
    const { options, loaded, log, leftOut } = start;
    this.#start = start;
    this.#config = loaded.config;
    this.#tokenFile = this.#files.token;
    this.opened = new OpenedConsole({
      host: {
        config: () => this.#config,
        rulePaths: () => [...ruleFilePaths(options.r ?? [], this.#config, () => {}), this.#files.ownRules],
        paths: () => this.#files,
        noStore: () => this.#noStore(),
        live,
        reload: async () => (await reload()) ?? STARTING,
        about: { version: LANNER_VERSION, hostname: os.hostname(), started: Date.now() * 1000 },
      },
      tokenFile: this.#tokenFile,
      access: () => accessSettings(this.#config),
      log: (line) => log.log(line, 'error'),
    });
    if (leftOut) this.opened.reloaded(leftOut);
  }

  /** The configuration is another one from now on. */
  configure(config: Config): void {
    this.#config = config;
  }

  /** Says how to get to the console, which is served at this address now; `undefined` when it is not. */
  announce(url: string | undefined): void {
    if (url === undefined || url === this.#announced) return;
    this.#announced = url;
    const { log } = this.#start.log;
    makeToken(this.#tokenFile, log);
    log(`console: ${url}/ ("lanner console" says who may look)`);
    const { listen_address: address, ssl_enabled: isSecure } = this.#config.webserver;
    if (!isSecure && !isLoopback(address))
      log(
        'console: served on this machine alone: for others it needs TLS: webserver.ssl_enabled and webserver.ssl_certificate',
      );
  }

  get #files(): ConsoleFiles {
    return consoleFiles(this.#config);
  }

  #noStore(): string | undefined {
    const { store } = this.#config;
    const isWhole = this.#start.options.scope === undefined;
    if (isKept(store, isWhole ? 'whole' : 'part')) return undefined;
    return `alerts are not kept: store.keep is ${store.keep}${isWhole ? '' : ', and a part of the machine is watched'}`;
  }
}

const STARTING: ReloadReport = { time: 0, ok: false, message: 'Lanner is starting', report: '' };

/** Makes the token where there is none. */
export function makeToken(path: string, log: (line: string, level: 'error') => void): void {
  try {
    ensureToken(path);
  } catch (error) {
    log(
      `console: the token cannot be kept: ${(error as Error).message}: nobody can sign in with it`,
      'error',
    );
  }
}

export function accessSettings({ console: { hosts, always_token: alwaysToken } }: Config): AccessSettings {
  const users = [...new Set([0, process.geteuid?.() ?? 0])];
  return { hosts: hosts.map((name) => name.toLowerCase()), alwaysToken, users };
}
