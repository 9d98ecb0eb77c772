import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startRunner } from '../../../scripts/launch/runnerProgram.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import { waitFor } from '../../support/waitFor.ts';

test.runIf(process.platform === 'linux')(
  'a runner that is started beside a service gets neither its keys nor its database',
  async () => {
    await using folder = await temporaryFolder();
    const ours = {
      FLOTILLA_SECRET_KEY: 'the keys',
      DATABASE_URL: 'postgres://user:password@nowhere/flotilla',
    };
    Object.assign(process.env, ours);
    try {
      await using runner = startRunner({
        serverUrl: 'http://127.0.0.1:9',
        token: 'none',
        stateFolder: join(folder.path, 'runner'),
      });
      const environment = await waitFor('the runner to be itself', async () => {
        const command = await readFile(`/proc/${runner.pid}/cmdline`, 'utf8');
        return command.includes('runner/src/main.ts') && readFile(`/proc/${runner.pid}/environ`, 'utf8');
      });
      expect(environment).toContain('FLOTILLA_SERVER_URL=http://127.0.0.1:9');
      for (const [name, value] of Object.entries(ours)) {
        expect(environment).not.toContain(name);
        expect(environment).not.toContain(value);
      }
    } finally {
      for (const name of Object.keys(ours)) Reflect.deleteProperty(process.env, name);
    }
  },
);
