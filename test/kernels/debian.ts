/**
 * Packages of other Debian releases and architectures, from the servers that this machine is set up for, through
 * apt with lists and a cache of its own: what is installed here neither counts nor changes.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Missing } from './missing.ts';

const KEYS = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Where this machine gets Debian and its security updates from. */
interface Servers {
  readonly main: string;
  readonly security: string | undefined;
}

/** A release for an architecture. Needs root only as far as apt does: not at all. */
export class DebianRelease {
  readonly #configuration: string;
  readonly #release: string;
  #isUpdated = false;

  /** `folder` keeps lists and packages. Throws {@link Missing} on a machine that is not Debian. */
  constructor(folder: string, release: string, architecture: string) {
    this.#release = release;
    const own = join(folder, `apt-${release}-${architecture}`);
    for (const below of ['state/lists/partial', 'cache/archives/partial'])
      mkdirSync(join(own, below), { recursive: true });
    const { main, security } = servers();
    const signed = existsSync(KEYS) ? `[signed-by=${KEYS}] ` : '';
    const sources = [`deb ${signed}${main} ${release} main`];
    if (security) sources.push(`deb ${signed}${security} ${release}-security main`);
    writeFileSync(join(own, 'sources.list'), `${sources.join('\n')}\n`);
    this.#configuration = join(own, 'apt.conf');
    const settings = {
      'Dir::State': join(own, 'state'),
      'Dir::State::status': '/dev/null',
      'Dir::Cache': join(own, 'cache'),
      'Dir::Etc::sourcelist': join(own, 'sources.list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'APT::Architecture': architecture,
      'APT::Architectures': architecture,
      'APT::Sandbox::User': 'root',
      'Acquire::Languages': 'none',
    };
    writeFileSync(
      this.#configuration,
      Object.entries(settings)
        .map(([key, value]) => `${key} "${value}";\n`)
        .join(''),
    );
  }

  /** The newest package whose name matches, by the numbers in the names. */
  newest(pattern: RegExp): string {
    this.#update();
    const names = this.#run('apt-cache', ['pkgnames', 'linux-image-'])
      .split('\n')
      .filter((name) => pattern.test(name))
      .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }));
    const name = names.at(-1);
    if (name === undefined) throw new Missing(`Debian ${this.#release} has no package ${pattern.source}`);
    return name;
  }

  /** Fetches packages, with all that they depend on if told so, and returns their files. */
  fetch(packages: readonly string[], options: { withDependencies: boolean }): string[] {
    this.#update();
    const archives = join(this.#configuration, '../cache/archives');
    if (options.withDependencies) {
      // Older versions of packages may be left.
      this.#run('apt-get', ['clean']);
      const install = ['install', '--download-only', '--no-install-recommends', '--yes', ...packages];
      this.#run('apt-get', install);
    } else {
      this.#run('apt-get', ['download', ...packages], archives);
    }
    return readdirSync(archives)
      .filter((file) => file.endsWith('.deb'))
      .filter((file) => options.withDependencies || packages.includes(file.split('_')[0] ?? ''))
      .map((file) => join(archives, file));
  }

  #update(): void {
    if (this.#isUpdated) return;
    this.#run('apt-get', ['update', '--error-on=any']);
    this.#isUpdated = true;
  }

  #run(program: string, args: readonly string[], cwd?: string): string {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      encoding: 'utf8',
      env: { ...process.env, APT_CONFIG: this.#configuration, DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 1 << 26,
      timeout: 300_000,
      ...(cwd ? { cwd } : {}),
    });
    if (status === 0) return stdout;
    const said = stderr.split('\n').find((line) => line.startsWith('E: ')) ?? error?.message ?? stderr;
    // Which server it was is nobody's business but this machine's.
    const reason = said.replace(/\w+:\/\/[^/\s]+/g, 'the package server');
    throw new Missing(`packages of Debian ${this.#release} cannot be had: ${program} ${args[0]}: ${reason}`);
  }
}

/** Unpacks packages into a folder in which /bin, /lib and their kin are links into /usr, as in Debian. */
export function unpack(files: readonly string[], folder: string): void {
  const exclude = ['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info'].map(
    (path) => `--exclude=./${path}/*`,
  );
  for (const file of files) {
    const archive = execFileSync('dpkg-deb', ['--fsys-tarfile', file], { maxBuffer: 1 << 30 });
    execFileSync('tar', ['-x', '--keep-directory-symlink', ...exclude, '-C', folder], { input: archive });
  }
}

/** Reads apt's lists of sources, in both of their forms. */
function servers(): Servers {
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : []),
  ].filter((file) => /\.(list|sources)$/.test(file) && existsSync(file));
  const entries = files.flatMap((file) =>
    file.endsWith('.list')
      ? lineEntries(readFileSync(file, 'utf8'))
      : stanzaEntries(readFileSync(file, 'utf8')),
  );
  const release = /^VERSION_CODENAME=(\w+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const main = entries.find(({ suite }) => suite === release)?.server;
  if (main === undefined)
    throw new Missing('kernels to test come from Debian, and apt knows no server of it');
  return { main, security: entries.find(({ suite }) => suite === `${release}-security`)?.server };
}

function lineEntries(text: string): { suite: string; server: string }[] {
  return Array.from(
    text.matchAll(/^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/gm),
    ([, server = '', suite = '']) => ({
      server,
      suite,
    }),
  );
}

function stanzaEntries(text: string): { suite: string; server: string }[] {
  return text.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) =>
      new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(stanza)?.[1]?.split(/\s+/) ?? [];
    if (!field('Types').includes('deb') || field('Enabled')[0] === 'no') return [];
    return field('Suites').map((suite) => ({ suite, server: field('URIs')[0] ?? '' }));
  });
}
