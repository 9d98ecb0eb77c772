import { expect, test } from 'vitest';
import { programWords } from './programWords.ts';

test.each<[keyof typeof programWords, string]>([
  ['gitOutOfMemory', 'fatal: Out of memory, malloc failed (tried to allocate 209715201 bytes)'],
  ['gitOutOfMemory', 'error: unable to mmap .git/objects/ab/cd: Cannot allocate memory'],
  ['gitOutOfMemory', 'fatal: unable to create thread: Resource temporarily unavailable'],
  ['gitNestedRepository', "error: 'deep/nested/' does not have a commit checked out"],
  ['nameTooLong', 'chmod: /work/a/b: File name too long'],
  ['nameTooLong', 'chmod: /work/a/b: Filename too long'],
])('%s is known by: %s', (name, said) => {
  expect(said).toMatch(programWords[name]);
});

test('of a nested repository the path is what is quoted', () => {
  const said = "error: 'it’s/nested/' does not have a commit checked out\nfatal: adding files failed";
  expect(programWords.gitNestedRepository.exec(said)?.[1]).toBe('it’s/nested');
});
