/** A small image for container engines, in the form that `docker save` writes: all of them load it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillImage } from './container.ts';

export const IMAGE_REPOSITORY = 'docker.io/library/lanner-test';
export const IMAGE_TAG = '1.2';
export const IMAGE = `${IMAGE_REPOSITORY}:${IMAGE_TAG}`;

/** User and group that only the image knows. */
export const USER = { id: 4711, name: 'shopkeeper', group: 'shopkeepers' } as const;

/** Writes the image into `folder` and returns the path of its archive. Its command sleeps for an hour. */
export function writeImage(folder: string): string {
  const root = join(folder, 'image-root');
  const parts = join(folder, 'image-parts');
  mkdirSync(root);
  mkdirSync(parts);
  fillImage(root, {
    command: [],
    files: {
      '/etc/passwd': `root:x:0:0:root:/root:/bin/sh\n${USER.name}:x:${USER.id}:${USER.id}::/:/bin/sh\n`,
      '/etc/group': `root:x:0:\n${USER.group}:x:${USER.id}:\n`,
    },
  });
  execFileSync('tar', ['--create', '--file', join(parts, 'layer.tar'), '--directory', root, '.']);
  const digest = createHash('sha256')
    .update(readFileSync(join(parts, 'layer.tar')))
    .digest('hex');
  const config = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    created: '2024-01-01T00:00:00Z',
    config: {
      Env: ['PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['/bin/sleep', '3600'],
      Labels: { maintainer: 'nobody' },
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  writeFileSync(join(parts, 'config.json'), JSON.stringify(config));
  const manifest = [{ Config: 'config.json', RepoTags: [IMAGE], Layers: ['layer.tar'] }];
  writeFileSync(join(parts, 'manifest.json'), JSON.stringify(manifest));
  const archive = join(folder, 'image.tar');
  execFileSync('tar', ['--create', '--file', archive, '--directory', parts, '.']);
  rmSync(root, { recursive: true });
  rmSync(parts, { recursive: true });
  return archive;
}
