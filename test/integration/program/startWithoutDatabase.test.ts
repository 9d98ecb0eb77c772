import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startProgram } from '../../../scripts/launch/program.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

test.each([
  ['whose name nobody knows', 'postgres://flotilla@no-such-host.invalid/flotilla', /no-such-host\.invalid/],
  ['where nobody listens', 'postgres://flotilla@127.0.0.1:1/flotilla', /127\.0\.0\.1:1/],
])('a start with a database server %s ends with one sentence', async (_which, databaseUrl, named) => {
  await using folder = await temporaryFolder();
  await using program = startProgram({
    name: 'the service',
    file: new URL('../../../service/src/main.ts', import.meta.url),
    env: {
      FLOTILLA_DATA: join(folder.path, 'data'),
      FLOTILLA_PORT: '0',
      FLOTILLA_LOG_LEVEL: 'error',
      DATABASE_URL: databaseUrl,
    },
  });
  expect((await program.exited).exitCode).toBe(1);
  const said = program
    .output()
    .split('\n')
    .findLast((line) => line !== '');
  expect(said).toMatch(
    /^The service could not start: The database cannot be reached \(.+\); see DATABASE_URL, and whether it runs\.$/,
  );
  expect(said).toMatch(named);
});
