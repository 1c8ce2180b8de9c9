/** Reads fields of a policy with the types that the API server wants, and tells what does not fit. */
import { nearest } from '../../rules/suggest.ts';
import type { FieldPath } from '../manifests/field-path.ts';
import { pathText } from '../manifests/field-path.ts';
import { type JsonMap, type Manifest, mapOf } from '../manifests/manifest.ts';
import type { PolicyProblem, ProblemCode, Severity } from './problem.ts';

/** Collects problems of one file. */
export class PolicyReader {
  readonly problems: PolicyProblem[] = [];
  readonly #manifest: Pick<Manifest, 'locate'>;

  constructor(manifest: Pick<Manifest, 'locate'>) {
    this.#manifest = manifest;
  }

  report(severity: Severity, code: ProblemCode, path: FieldPath, message: string, isRefused = false): void {
    const problem = { severity, code, message, place: this.#manifest.locate(path) };
    this.problems.push(isRefused ? { ...problem, isRefused } : problem);
  }

  /** Something with which the API server does not start. */
  refuse(code: ProblemCode, path: FieldPath, message: string): void {
    this.report('error', code, path, message, true);
  }

  /** Keys that no field has: the API server reads the policy as if they were not there. */
  unknownFields(map: JsonMap, path: FieldPath, known: readonly string[]): void {
    for (const key of Object.keys(map)) {
      if (known.includes(key)) continue;
      const meant = nearest(key, known);
      const hint = meant === undefined ? `fields are ${known.join(', ')}` : `did you mean ${meant}?`;
      this.report(
        'error',
        'unknown-field',
        [...path, key],
        `unknown field ${pathText([...path, key])}, which the API server overlooks: ${hint}`,
      );
    }
  }

  map(value: unknown, path: FieldPath): JsonMap | undefined {
    const map = mapOf(value);
    if (map === undefined) this.#wrongType(path, 'a mapping', value);
    return map;
  }

  /** Absent and null are empty. */
  list(value: unknown, path: FieldPath): readonly unknown[] {
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    this.#wrongType(path, 'a list', value);
    return [];
  }

  texts(value: unknown, path: FieldPath): string[] {
    return this.list(value, path).map((item, index) => this.text(item, [...path, index]));
  }

  text(value: unknown, path: FieldPath): string {
    if (typeof value === 'string') return value;
    if (value !== undefined && value !== null) this.#wrongType(path, 'text', value);
    return '';
  }

  flag(value: unknown, path: FieldPath): boolean | undefined {
    if (typeof value === 'boolean') return value;
    if (value !== undefined && value !== null) this.#wrongType(path, 'true or false', value);
    return undefined;
  }

  #wrongType(path: FieldPath, wanted: string, value: unknown): void {
    const is =
      typeof value === 'object' ? '' : `, and not ${JSON.stringify(value)}${quoteAdvice(wanted, value)}`;
    this.refuse('wrong-type', path, `${pathText(path) || 'a policy'} must be ${wanted}${is}`);
  }
}

/** The YAML of Kubernetes takes `on`, `yes` and `n` for booleans. */
function quoteAdvice(wanted: string, value: unknown): string {
  return wanted === 'text' && typeof value !== 'string' ? ': put it in quotes' : '';
}
