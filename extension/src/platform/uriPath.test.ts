import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { uriPath } from './uriPath.ts';

test.each([
  ['web', 'src/a.ts', '/web/src/a.ts'],
  ['web', '/etc/passwd', '/web/etc/passwd'],
  ['web', '../../etc/passwd', '/web/_/_/etc/passwd'],
  ['/', '/', '/_'],
  ['', '', '/_'],
  ['a\nb', '\u202ec', '/a\ufffdb/\ufffdc'],
  ['x', '\ud800', '/x/\ufffd'],
])('%j and %j are the path %s', (repository, file, path) => {
  expect(uriPath(repository, file)).toBe(path);
});

test('whatever the names, it is a path that VS Code takes, and leads nowhere else', () => {
  const name = oneof(
    string({ unit: 'binary', maxLength: 30 }),
    string({ unit: constantFrom('/', '.', 'a', '\\', ':', '%', '?'), maxLength: 12 }),
  );
  assert(
    property(array(name, { maxLength: 4 }), (names) => {
      const path = uriPath(...names);
      expect(path).toMatch(/^\/[^/]/);
      expect(path.split('/')).not.toContain('..');
      expect(() => encodeURIComponent(path)).not.toThrow();
    }),
    { numRuns: 500 },
  );
});
