/** Judges the pods of manifests, clusters and machines, and keeps with each finding where it is. */
import { programFindings } from '../immutability/image-programs.ts';
import { type FieldPath, pathText } from '../manifests/field-path.ts';
import { type Manifest, type ManifestProblem, type Place, textOf } from '../manifests/manifest.ts';
import { shapeProblems } from '../manifests/pod-shape.ts';
import { containersOf, type Pod, podOf } from '../manifests/pods.ts';
import { type Finding, includes, type Profile } from '../pod-security/finding.ts';
import { judgePod, strictestProfile } from '../pod-security/judge.ts';

/** A finding and the field that it is about, in the object and in its file. */
export interface PlacedFinding extends Finding {
  readonly field: string;
  readonly place: Place;
}

/** A pod, workload or container that was judged. */
export interface JudgedPod {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly place: Place;
  /** The strictest of Kubernetes' profiles that it satisfies. */
  readonly satisfies: Exclude<Profile, 'immutable'>;
  readonly findings: readonly PlacedFinding[];
}

export interface Posture {
  readonly profile: Profile;
  /** Version of the standards, by minor number. */
  readonly minor: number;
  readonly pods: readonly JudgedPod[];
  /** Objects of kinds that bear no pods. */
  readonly skipped: number;
  /** What could not be read or has the wrong form. */
  readonly problems: readonly ManifestProblem[];
  /** Images of which nobody knows which programs are in them, sorted. */
  readonly unknownImages: readonly string[];
}

export interface PostureOptions {
  readonly profile: Profile;
  readonly minor: number;
  /** Unpacked root file systems, by the name of the image as manifests write it. */
  readonly imageRoots?: ReadonlyMap<string, string>;
}

/** Something to judge that is not in a manifest, such as a running container. */
export interface Subject extends Pod {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** Root file systems of its containers, by their names. */
  readonly roots: ReadonlyMap<string, string>;
  locate(path: FieldPath): Place;
  /** The field's name; paths begin at the pod. */
  fieldOf(path: FieldPath): string;
}

/** Judges all pods of `manifests`. */
export function judgeManifests(
  manifests: readonly Manifest[],
  problems: readonly ManifestProblem[],
  options: PostureOptions,
): Posture {
  const { imageRoots = new Map<string, string>() } = options;
  const subjects: Subject[] = [];
  const shapes: ManifestProblem[] = [];
  for (const manifest of manifests) {
    const pod = podOf(manifest);
    if (pod === undefined) continue;
    const { base } = pod;
    for (const { path, message } of shapeProblems(manifest.value, base)) {
      shapes.push({ place: manifest.locate(path), message: `${pathText(path)}: ${message}` });
    }
    const roots = containersOf(pod).flatMap(({ name, value }) => {
      const root = imageRoots.get(textOf(value.image));
      return root === undefined ? [] : [[name, root] as const];
    });
    subjects.push({
      metadata: pod.metadata,
      spec: pod.spec,
      kind: manifest.kind,
      name: manifest.name,
      namespace: manifest.namespace,
      roots: new Map(roots),
      locate: (path) => manifest.locate([...base, ...path]),
      fieldOf: (path) => pathText([...base, ...path]),
    });
  }
  const skipped = manifests.length - subjects.length;
  return judgeSubjects(subjects, { skipped, problems: [...problems, ...shapes] }, options);
}

/** Judges anything that can be told as pods. */
export function judgeSubjects(
  subjects: readonly Subject[],
  { skipped, problems }: Pick<Posture, 'skipped' | 'problems'>,
  { profile, minor }: PostureOptions,
): Posture {
  const unknownImages = new Set<string>();
  const pods = subjects.map((subject): JudgedPod => {
    const findings = judgePod(subject, profile, minor);
    if (includes(profile, 'immutable'))
      for (const container of containersOf(subject)) {
        const root = subject.roots.get(container.name);
        if (root !== undefined) findings.push(...programFindings(container, root));
        else if (typeof container.value.image === 'string') unknownImages.add(container.value.image);
      }
    const { kind, name, namespace } = subject;
    return {
      kind,
      name,
      namespace,
      place: subject.locate([]),
      satisfies: strictestProfile(subject, minor),
      findings: findings
        .map((finding) => ({
          ...finding,
          field: subject.fieldOf(finding.path),
          place: subject.locate(finding.path),
        }))
        .sort(byPlace),
    };
  });
  return { profile, minor, pods, skipped, problems, unknownImages: [...unknownImages].sort() };
}

/** Whether a finding is forbidden by `profile`, or a less strict one. Notes never are. */
export function isForbidden(finding: Finding, profile: Profile): boolean {
  return finding.severity !== 'note' && includes(profile, finding.profile);
}

function byPlace(a: PlacedFinding, b: PlacedFinding): number {
  return (a.place.line ?? 0) - (b.place.line ?? 0) || (a.place.column ?? 0) - (b.place.column ?? 0);
}
