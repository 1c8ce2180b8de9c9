/**
 * The extension for VS Code as a package that can be installed: editors/vscode -> build/lanner-rules-VERSION.vsix.
 * `npm run package:vscode` runs it and prints the path.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { zip } from './zip.ts';

const ROOT = join(import.meta.dirname, '..');
export const EXTENSION = join(ROOT, 'editors', 'vscode');

/** Files of the extension beside its program. */
const FILES = [
  'package.json',
  'README.md',
  'language-configuration.json',
  'syntaxes/falco-rules.tmLanguage.json',
];

/** The program of the extension, with all that it needs but `vscode`. */
export async function bundleExtension(): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(EXTENSION, 'src', 'extension.ts')],
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
    legalComments: 'none',
    write: false,
  });
  const [program] = outputFiles;
  if (program === undefined) throw new Error('esbuild made no program of editors/vscode');
  return program.contents;
}

/** Name and bytes of the package. */
export async function packageExtension(): Promise<{ name: string; data: Buffer }> {
  const read = (file: string): Buffer => readFileSync(join(EXTENSION, file));
  const manifest = JSON.parse(read('package.json').toString()) as Record<string, string>;
  const entries = [
    { name: 'extension.vsixmanifest', data: Buffer.from(vsixManifest(manifest)) },
    { name: '[Content_Types].xml', data: Buffer.from(CONTENT_TYPES) },
    ...FILES.map((file) => ({ name: `extension/${file}`, data: read(file) })),
    { name: 'extension/LICENSE.txt', data: readFileSync(join(ROOT, 'LICENSE')) },
    { name: 'extension/dist/extension.js', data: await bundleExtension() },
  ];
  return { name: `${manifest.name}-${manifest.version}.vsix`, data: zip(entries) };
}

const CONTENT_TYPES = `<?xml version="1.0" encoding="utf-8"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
  <Default Extension=".json" ContentType="application/json"/>
  <Default Extension=".js" ContentType="application/javascript"/>
  <Default Extension=".md" ContentType="text/markdown"/>
  <Default Extension=".txt" ContentType="text/plain"/>
  <Default Extension=".vsixmanifest" ContentType="text/xml"/>
</Types>
`;

function vsixManifest({
  name,
  displayName,
  description,
  version,
  publisher,
}: Record<string, string>): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
  <Metadata>
    <Identity Language="en-US" Id="${name}" Version="${version}" Publisher="${publisher}"/>
    <DisplayName>${displayName}</DisplayName>
    <Description xml:space="preserve">${description}</Description>
    <Categories>Programming Languages,Linters,Formatters</Categories>
    <Properties>
      <Property Id="Microsoft.VisualStudio.Code.Engine" Value="^1.91.0"/>
      <Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value="workspace"/>
    </Properties>
    <License>extension/LICENSE.txt</License>
  </Metadata>
  <Installation>
    <InstallationTarget Id="Microsoft.VisualStudio.Code"/>
  </Installation>
  <Dependencies/>
  <Assets>
    <Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
    <Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
  </Assets>
</PackageManifest>
`;
}

if (import.meta.main) {
  const { name, data } = await packageExtension();
  const path = join(ROOT, 'build', name);
  mkdirSync(join(ROOT, 'build'), { recursive: true });
  writeFileSync(path, data);
  console.log(relative(process.cwd(), path));
}
