import { expect, test } from 'vitest';
import { insertExecution } from '../../../service/src/executions/queries/insertExecution.ts';
import type { ExecutionView } from '@flotilla/shared/views';
import { executionRequest } from '../../support/actionText.ts';
import { makeRepositories } from '../../support/repositories.ts';
import { testService } from '../../support/testService.ts';
import { waitFor } from '../../support/waitFor.ts';
import { untilEnded } from '../../support/untilEnded.ts';
import { watchRows } from '../../../scripts/launch/liveRows.ts';

test('an Execution that no person asked for is resolved and run for the owner of its Action', async () => {
  await using flotilla = await testService({
    repositories: (folder) => makeRepositories(folder, ['one']),
    config: { fairness: 'owner' },
  });
  const { sql, hints } = flotilla.service;
  const request = executionRequest();
  const { actionId, version } = await flotilla.api.actions.save.mutate(request);
  // The owner is neither who saved it nor who looks.
  await flotilla.createUserToken('Grace', 'member');
  const [action] = await sql<{ owner: string }[]>`
    update actions set owner_id = (select id from users where name = 'Grace') where id = ${actionId}
    returning owner_id as owner`;
  const owner = action?.owner ?? '';
  const seen: ExecutionView[] = [];
  let following = false;
  const subscription = watchRows(flotilla.api, {
    onChanges: (data) => {
      following = true;
      seen.push(...data.executions);
    },
  });
  await waitFor('the feed to begin', () => following);

  const [saved] = await sql`select definition from action_versions`;
  await insertExecution(
    sql,
    {
      requestKey: request.requestKey,
      actionId,
      actionVersion: version,
      definition: { ...saved?.['definition'], image: 'ubuntu:24.04' },
      createdBy: null,
      request: { repositories: null },
    },
    { holder: 'a trigger', leaseMs: 1 },
  );
  hints.publish('work');
  const execution = await waitFor('the feed to tell of it', () =>
    seen.find(({ state }) => state === 'queued'),
  );
  subscription.unsubscribe();
  expect(execution).toMatchObject({ createdBy: null, mine: false, counts: { queued: 1 } });
  expect(await flotilla.api.executions.list.query({})).toMatchObject([{ id: execution.id, createdBy: null }]);
  expect(await sql`select fairness_class from jobs`).toEqual([{ fairness_class: owner }]);
  const started = await waitFor('the start to be in the audit log', async () => {
    const events = await sql`select actor from audit_events where event = 'execution.started'`;
    return events.length > 0 && events;
  });
  expect(started).toEqual([{ actor: 'flotilla' }]);

  const runner = await flotilla.connectRunner();
  const job = await runner.claimOne();
  // What the runner keeps for people, such as the content of cacheDirs, is the owner's.
  expect(job.owner).toBe(owner);
  await runner.succeed(job);
  expect(await untilEnded(flotilla, execution.id)).toMatchObject({ state: 'succeeded' });
});
