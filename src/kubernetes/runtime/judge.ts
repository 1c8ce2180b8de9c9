/** Judges the containers that run on this machine. */
import { type ContainerOptions, openContainers } from '../../containers/open.ts';
import type { ContainerMetadataService } from '../../containers/service.ts';
import type { ManifestProblem } from '../manifests/manifest.ts';
import { judgeSubjects, type Posture, type PostureOptions, type Subject } from '../posture/judge.ts';
import { containerFacts } from './facts.ts';
import { type RunningContainer, runningContainers } from './running.ts';
import { subjectOf } from './subject.ts';

export interface RuntimeOptions extends PostureOptions {
  /** Sockets of the engines that are asked for names, images and mounts. */
  readonly engines: ContainerOptions;
  /** Told when an engine cannot be asked. */
  readonly onFailure: Parameters<typeof openContainers>[1];
  /** Beginnings of ids: these containers alone. */
  readonly only?: readonly string[];
}

/** What the engines do not know is judged by the kernel's word. */
export async function judgeRunning(options: RuntimeOptions): Promise<Posture> {
  const { only, engines, onFailure } = options;
  const containers = runningContainers().filter(
    ({ identity }) => only === undefined || only.some((id) => identity.fullId.startsWith(id)),
  );
  const problems: ManifestProblem[] = [];
  for (const id of only ?? [])
    if (!containers.some(({ identity }) => identity.fullId.startsWith(id)))
      problems.push({ place: { origin: `container ${id}` }, message: 'no such container is running' });
  const service = openContainers(engines, onFailure);
  try {
    for (const { identity, user } of containers) service.see(identity, user);
    for (const { identity } of containers)
      await new Promise<void>((resolve) => service.whenSettled(identity.id, resolve));
    const subjects = containers.flatMap((container) => {
      const subject = subjectFor(container, service, problems);
      return subject === undefined ? [] : [subject];
    });
    return judgeSubjects(subjects, { skipped: 0, problems }, options);
  } finally {
    service.close();
  }
}

function subjectFor(
  container: RunningContainer,
  service: ContainerMetadataService,
  problems: ManifestProblem[],
): Subject | undefined {
  const { identity, pid } = container;
  try {
    return subjectOf(container, containerFacts(pid), service.get(identity.id));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // One that has ended meanwhile is no problem.
    if (code !== 'ENOENT' && code !== 'ESRCH')
      problems.push({
        place: { origin: `container ${identity.id}` },
        message: `cannot be looked at: ${message}`,
      });
    return undefined;
  }
}
