import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { safeFileNames } from './safeFileNames.ts';

const names = (...given: string[]) => safeFileNames(given, '.patch');

test('a file is named after its repository', () => {
  expect(names('web', 'group/app')).toEqual(['web.patch', 'group__app.patch']);
});

test('names that would meet are told apart, and the plain one keeps its own', () => {
  expect(names('group/app', 'group__app', 'Group__App', 'gr\u00f6\u00dfe', 'gro\u0308SSE')).toEqual([
    'group__app-3.patch',
    'group__app.patch',
    'Group__App-2.patch',
    'gr\u00f6\u00dfe.patch',
    'gro\u0308SSE-2.patch',
  ]);
});

test.each([
  ['leave the folder', '../../etc', '___..__etc.patch'],
  ['leave it on Windows', '..\\..\\etc', '___..__etc.patch'],
  ['be absolute', '/etc/passwd', '__etc__passwd.patch'],
  ['be of a drive', 'C:\\x', 'C___x.patch'],
  ['be hidden', '.hidden', '_hidden.patch'],
  ['be an option', '-rf', '_rf.patch'],
  ['be a home', '~root', '_root.patch'],
  ['be a device', 'con', '_con.patch'],
  ['be a device with an ending', 'COM1.x', '_COM1.x.patch'],
  ['be nothing', '', '_.patch'],
  ['be a folder', '..', '_.patch'],
  ['end in a dot', 'a. .', 'a_.patch'],
  ['have a line end', 'a\nb', 'a_b.patch'],
  ['turn its direction', 'a\u202egnp.exe', 'a_gnp.exe.patch'],
  ['be a stream of NTFS', 'a::$DATA', 'a__$DATA.patch'],
])('a name cannot %s', (_what, name, file) => {
  expect(names(name)).toEqual([file]);
});

test('a name that is too long for a file is cut and stays unique', () => {
  const [one = '', two = ''] = names(`${'ä'.repeat(5000)}1`, `${'ä'.repeat(5000)}2`);
  expect(one).not.toBe(two);
  expect(one).toMatch(/^ä+-[0-9a-f]{12}\.patch$/);
});

test('whatever the names, each has a file of its own that can be written', () => {
  const odd = oneof(
    string({ unit: 'binary', maxLength: 300 }),
    string({ unit: constantFrom('a', 'A', '/', '.', '-', ' ', 'ä', '\n', '😀'), maxLength: 120 }),
  );
  assert(
    property(array(odd, { maxLength: 6 }), (given) => {
      const files = names(...given);
      expect(files).toHaveLength(given.length);
      expect(new Set(files.map((file) => file.normalize('NFKC').toLowerCase())).size).toBe(given.length);
      for (const file of files) {
        expect(new TextEncoder().encode(file).length).toBeLessThanOrEqual(255);
        expect(file).not.toMatch(/[/\\<>:"|?*\p{Cc}\p{Cs}]|^[.\s-]|[.\s]$/u);
      }
    }),
    { numRuns: 100 },
  );
});
