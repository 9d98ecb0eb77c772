import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { connect } from '../../service/src/db/database.ts';
import { testDatabase } from '../support/testDatabase.ts';
import { waitFor } from '../support/waitFor.ts';

const program = fileURLToPath(new URL('programs/openTransaction.ts', import.meta.url));

interface Ending {
  readonly exitCode: number | null;
  /** Lines that the program printed after the number of its backend. */
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** Runs the program and terminates the backend of its transaction. */
async function terminateInside(moment: 'statement' | 'idle', guard: 'on' | 'off'): Promise<Ending> {
  await using database = await testDatabase({ migrated: false });
  await using connections = connect(database.url, { max: 1 });
  const child = spawn(process.execPath, [program], {
    env: { ...process.env, DATABASE_URL: database.url, GUARD: guard, MOMENT: moment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  try {
    const pid = await waitFor('the transaction to be open', () => /backend (\d+)/.exec(stdout)?.[1]);
    const state = moment === 'statement' ? 'active' : 'idle in transaction';
    await waitFor(`the transaction to be ${state}`, async () => {
      const [row] = await connections.sql`select state from pg_stat_activity where pid = ${pid}`;
      return row?.['state'] === state;
    });
    await connections.sql`select pg_terminate_backend(${pid})`;
    const exitCode = await exit;
    return { exitCode, lines: stdout.trim().split('\n').slice(1), stderr };
  } finally {
    child.kill('SIGKILL');
  }
}

describe('a backend that is terminated inside a transaction', () => {
  test('ends the process when there is no guard: the defect is still there', async () => {
    const { exitCode, stderr } = await terminateInside('idle', 'off');
    expect(stderr).toMatch(/TypeError: .*reading 'write'[\s\S]*nextWrite/);
    expect(exitCode).not.toBe(0);
  });

  test.each(['statement', 'idle'] as const)(
    'is one transient error behind the guard, and other connections of the pool work on (%s)',
    async (moment) => {
      const { exitCode, lines } = await terminateInside(moment, 'on');
      expect({ exitCode, lines }).toEqual({ exitCode: 0, lines: ['transient', 'the pool answers'] });
    },
  );
});
