/** Files as they were read: who loads the same files again and again, as an editor does, need not read them anew. */
import { SourceFile } from './source-file.ts';
import { readYaml } from './yaml.ts';

interface Reading {
  readonly source: SourceFile;
  readonly yaml: ReturnType<typeof readYaml>;
}

export class Readings {
  readonly #byName = new Map<string, Reading>();

  /** The file with its YAML; read only when its text is another than the last time. */
  of(name: string, text: string): Reading {
    const known = this.#byName.get(name);
    if (known?.source.text === text) return known;
    const source = new SourceFile(name, text);
    const reading = { source, yaml: readYaml(source) };
    this.#byName.set(name, reading);
    return reading;
  }

  /** Forgets the files that are not among these. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.#byName.keys()) if (!names.has(name)) this.#byName.delete(name);
  }
}
