import { expect, test } from 'vitest';
import { digestFor } from './imageDigest.ts';

const [one, other] = [`sha256:${'1'.repeat(64)}`, `sha256:${'2'.repeat(64)}`];
const id = `sha256:${'9'.repeat(64)}`;

test.each([
  ['alpine', 'alpine'],
  ['alpine:3.20', 'alpine'],
  ['library/alpine:3.20', 'alpine'],
  ['docker.io/alpine', 'alpine'],
  ['docker.io/library/alpine:3.20', 'alpine'],
  ['index.docker.io/library/alpine', 'alpine'],
  ['alpine:3.20', 'docker.io/library/alpine'],
  ['team/tool:1', 'team/tool'],
  ['docker.io/team/tool', 'team/tool'],
  ['registry.example.org/tool', 'registry.example.org/tool'],
  ['registry.example.org:5000/team/tool:1', 'registry.example.org:5000/team/tool'],
  ['localhost/tool:1', 'localhost/tool'],
  ['localhost:5000/tool', 'localhost:5000/tool'],
  [`alpine@${one}`, 'alpine'],
  [`registry.example.org:5000/tool:1@${one}`, 'registry.example.org:5000/tool'],
])('%s is pinned as its own repository %s knows it, not as a mirror does', (asked, repository) => {
  const digests = [`mirror.example.org/x@${other}`, `${repository}@${one}`, `zz.example.org/x@${other}`];
  expect(digestFor(asked, { id, digests })).toBe(`${repository}@${one}`);
});

test.each([
  ['alpine:3.20', 'mirror.example.org/library/alpine'],
  ['alpine', 'team/alpine'],
  ['localhost/alpine', 'alpine'],
  ['registry.example.org/alpine', 'registry.example.org:5000/alpine'],
  ['library/alpine', 'registry.example.org/library/alpine'],
])('%s is not %s', (asked, repository) => {
  const digests = [`first.example.org/x@${one}`, `${repository}@${other}`];
  expect(digestFor(asked, { id, digests })).toBe(id);
});

test('of two digests of its repository an image that is asked for by one gets that one', () => {
  const digests = [`alpine@${one}`, `alpine@${other}`];
  expect(digestFor(`alpine@${other}`, { id, digests })).toBe(`alpine@${other}`);
});

test.each([[[]], [['<none>@<none>']]])('an image that no registry knows is its id (%j)', (digests) => {
  expect(digestFor('made-here:1', { id, digests })).toBe(id);
});

test('an image that is asked for by its id is pinned by it', () => {
  expect(digestFor(id, { id, digests: [`mirror.example.org/x@${one}`] })).toBe(id);
});

test('an image that is asked for by a digest is pinned by that, whatever else the engine knows', () => {
  expect(digestFor(`alpine:3@${one}`, { id, digests: [`alpine@${other}`] })).toBe(
    `docker.io/library/alpine@${one}`,
  );
});
