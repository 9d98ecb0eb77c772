import { expect, test } from 'vitest';
import { advisoriesOf } from './advisories.ts';

const weak = { source: 1, name: 'weak', severity: 'high', title: 'It falls over', range: '<2' };

test('a vulnerability is named once, however many packages bring it', () => {
  const report = {
    auditReportVersion: 2,
    vulnerabilities: {
      weak: { name: 'weak', severity: 'high', via: [weak] },
      leaning: { name: 'leaning', severity: 'high', via: ['weak'] },
      again: { name: 'again', severity: 'high', via: [weak] },
    },
  };
  expect(advisoriesOf(JSON.stringify(report))).toEqual([
    { name: 'weak', severity: 'high', title: 'It falls over' },
  ]);
});

test.each([
  ['a refusal', '{"message":"405 Method Not Allowed","error":{"summary":""}}'],
  ['nothing', ''],
  ['something else', '[]'],
])('%s is no report', (_what, output) => {
  expect(advisoriesOf(output)).toBeUndefined();
});
