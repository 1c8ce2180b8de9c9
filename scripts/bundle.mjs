// Puts the program together: src/**/*.ts and the packages that it uses -> build/program/*.js, if any of it has changed
// since. A start then reads a few files instead of some three hundred, which saves half of its time and 15 to 25 MB.
// bin/lanner runs it as long as no source is newer. Threads and processes of Lanner's own run from src/.
// Plain JavaScript for any Node from 18 on. setup.mjs calls bundleProgram(); `node scripts/bundle.mjs` does the same.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const ROOT = join(fileURLToPath(import.meta.url), '..', '..');
const SOURCES = join(ROOT, 'src');
const PROGRAM = join(ROOT, 'build', 'program');

/** Builds the program and returns its folder. Throws an Error that says what is wrong. */
export async function bundleProgram() {
  const hash = createHash('sha256');
  for (const file of [
    ...sourceFiles(SOURCES),
    join(ROOT, 'package-lock.json'),
    fileURLToPath(import.meta.url),
  ])
    hash.update(relative(ROOT, file)).update(readFileSync(file));
  const stamp = hash.digest('hex');
  const stampFile = join(PROGRAM, 'sha256');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return PROGRAM;

  const { build } = await import('esbuild');
  rmSync(PROGRAM, { recursive: true, force: true });
  await build({
    entryPoints: [join(SOURCES, 'cli', 'main.ts')],
    outdir: PROGRAM,
    bundle: true,
    // What a command alone needs is loaded with that command.
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    legalComments: 'none',
    logLevel: 'warning',
    // Finds its native part by its own place.
    external: ['koffi'],
    // Packages in the older format of modules load Node's own modules by it.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    plugins: [
      { name: 'places of sources', setup: keepPlaces },
      { name: "Node's own modules", setup: takeAsTheyAre },
      { name: 'packages that few need', setup: leaveAlone },
    ],
  });
  writeFileSync(stampFile, stamp);
  return PROGRAM;
}

/** What a source finds by its own place in src/ it finds by the same place. */
function keepPlaces({ onLoad }) {
  onLoad({ filter: /\.ts$/ }, ({ path }) => {
    const place = relative(PROGRAM, path);
    const url = (to) => `new URL(${JSON.stringify(to)}, import.meta.url)`;
    const contents = readFileSync(path, 'utf8')
      .replaceAll('import.meta.url', `${url(place)}.href`)
      .replaceAll(
        'import.meta.dirname',
        `process.getBuiltinModule('node:url').fileURLToPath(${url(dirname(place))})`,
      );
    return { contents, loader: 'ts' };
  });
}

/**
 * An import of node:http or node:fs reads all that the module exports, which loads a client of HTTP and more that nobody
 * uses: 50 ms of a start. Taken as an object, it loads what is used.
 */
function takeAsTheyAre({ onResolve, onLoad }) {
  onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'node' }));
  onLoad({ filter: /./, namespace: 'node' }, ({ path }) => ({
    contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    loader: 'js',
  }));
}

/**
 * A package that is loaded when it is needed stays where it is: put into a file of its own, one in the older format of
 * modules would have all that it exports below `default`.
 */
function leaveAlone({ onResolve }) {
  onResolve({ filter: /^[^./]/ }, ({ kind, path }) =>
    kind === 'dynamic-import' && !path.startsWith('node:') ? { path, external: true } : undefined,
  );
}

/** Paths of the sources in a folder, in order. */
function sourceFiles(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourceFiles(path);
    return /(?<!\.test|\.test-kit)\.ts$/.test(entry.name) ? [path] : [];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(await bundleProgram());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
