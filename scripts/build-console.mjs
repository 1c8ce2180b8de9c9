// Builds the console's web pages: console/ and the packages that it uses -> build/console/, if any of it has changed
// since. What lies in assets/ has a hash in its name, so that browsers may keep it for ever; index.html is the page
// of every path that is not a file. Plain JavaScript for any Node from 18 on. setup.mjs calls buildConsole();
// `node scripts/build-console.mjs` does the same and prints what a browser loads.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const ROOT = join(fileURLToPath(import.meta.url), '..', '..');
const SOURCES = join(ROOT, 'console');
const PAGES = join(ROOT, 'build', 'console');
/** Beside the pages, which are served: the files that went into them, and their hash. */
const STAMP = `${PAGES}.json`;

/** Builds the pages and returns their folder. Throws an Error that says what is wrong. */
export async function buildConsole() {
  if (isUpToDate()) return PAGES;
  const { build } = await import('esbuild');
  rmSync(PAGES, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: ['main.tsx', 'style.css', 'icon.svg'].map((name) => join(SOURCES, name)),
    outdir: join(PAGES, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    bundle: true,
    // The editor is loaded when it is needed.
    splitting: true,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    target: ['es2022', 'chrome110', 'firefox115', 'safari16'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.svg': 'copy' },
    legalComments: 'none',
    logLevel: 'warning',
  });
  writeIndex(metafile);
  // The lockfile stands for packages.
  const read = Object.keys(metafile.inputs).filter((path) => !path.includes('node_modules/'));
  const inputs = [...read, ...OWN_INPUTS].sort();
  writeFileSync(STAMP, JSON.stringify({ inputs, sha256: hashOf(inputs) }));
  return PAGES;
}

/** What goes into the pages and is told by no import. */
const OWN_INPUTS = ['console/index.html', 'package-lock.json', 'scripts/build-console.mjs'];

function isUpToDate() {
  if (!existsSync(join(PAGES, 'index.html')) || !existsSync(STAMP)) return false;
  const { inputs, sha256 } = JSON.parse(readFileSync(STAMP, 'utf8'));
  return inputs.every((path) => existsSync(join(ROOT, path))) && hashOf(inputs) === sha256;
}

function hashOf(inputs) {
  const hash = createHash('sha256');
  for (const path of inputs) hash.update(path).update(readFileSync(join(ROOT, path)));
  return hash.digest('hex');
}

/** Puts the names with hashes into the page, and those that the script asks for at once. */
function writeIndex({ outputs }) {
  const address = (path) => path.replace(/^build\/console/, '');
  const names = new Map(Object.entries(outputs).map(([path, { entryPoint }]) => [entryPoint, path]));
  const script = outputs[names.get('console/main.tsx')];
  const needed = script.imports.filter(({ kind }) => kind === 'import-statement');
  const page = readFileSync(join(SOURCES, 'index.html'), 'utf8')
    .replace(
      '@needed@',
      needed.map(({ path }) => `<link rel="modulepreload" href="${address(path)}">`).join(''),
    )
    .replace(/@([\w.]+)@/g, (_, name) => {
      const path = names.get(`console/${name}`);
      if (path === undefined) throw new Error(`console/index.html names ${name}, which is not built`);
      return address(path);
    });
  mkdirSync(PAGES, { recursive: true });
  writeFileSync(join(PAGES, 'index.html'), page);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const folder = await buildConsole();

    for (const name of [
      'index.html',
      ...readdirSync(join(folder, 'assets')).map((file) => `assets/${file}`),
    ]) {
      const bytes = readFileSync(join(folder, name));
      console.log(`${name}: ${bytes.length} bytes, ${gzipSync(bytes).length} with gzip`);
    }
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
