import { expect, test } from 'vitest';
import { parseTemplate, renderTemplate, TemplateError } from './template.ts';

const variables = new Map([
  ['repository.name', 'team/web'],
  ['batch_change.name', 'node-22'],
]);

test.each([
  ['no variable', 'no variable'],
  ['', ''],
  ['Move ${{ repository.name }} on', 'Move team/web on'],
  ['${{repository.name}}${{ batch_change.name }}', 'team/webnode-22'],
  ['$${{ repository.name }}}', '$team/web}'],
  ['a ${ b } }} c', 'a ${ b } }} c'],
])('%j becomes %j', (template, text) => {
  expect(renderTemplate(template, variables)).toBe(text);
});

test.each([
  ['see ${{ repository.name', 'is not closed', 4],
  ['${{ }}', 'is no variable', 0],
  ['${{ a b }}', '"a b" is no variable', 0],
  [
    'x ${{ repository.owner }}',
    'no variable repository.owner; there are batch_change.name, repository.name',
    2,
  ],
])('%j is refused where it is wrong', (template, sentence, offset) => {
  const error = (() => {
    try {
      return renderTemplate(template, variables);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(TemplateError);
  expect(error).toMatchObject({ message: expect.stringContaining(sentence), offset });
});

test('what a variable holds is a text and no template', () => {
  const hostile = new Map([['repository.name', '${{ batch_change.name }}']]);
  expect(renderTemplate('${{ repository.name }}', hostile)).toBe('${{ batch_change.name }}');
});

test('a long text of openings is refused in linear time', () => {
  expect(() => parseTemplate('${{ '.repeat(100_000))).toThrow(TemplateError);
});
