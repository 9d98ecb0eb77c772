import { expect, test } from 'vitest';
import { printAudit, type AuditQuestion } from '../../../service/src/telemetry/readAudit.ts';
import { startExecution } from '../../support/actionText.ts';
import { makeRepository } from '../../support/repositories.ts';
import { testService } from '../../support/testService.ts';

test('the audit log is read by event, by who did it and since when, for people and for programs', async () => {
  await using flotilla = await testService({
    repositories: (folder) => makeRepository(`${folder}/web`, { files: { a: 'a\n' } }),
  });
  const { id } = await startExecution(flotilla.api);
  const read = async (question: Partial<AuditQuestion>) => {
    const lines: string[] = [];
    const said: string[] = [];
    const printer = {
      out: (line: string) => void lines.push(line),
      say: (line: string) => void said.push(line),
    };
    await printAudit(flotilla.service.sql, { limit: 100, ...question }, printer);
    return { lines, said };
  };
  const started = (await read({ event: 'execution.started', json: true })).lines.map(
    (line) => JSON.parse(line) as unknown,
  );
  expect(started).toMatchObject([
    { actor: 'Ada', event: 'execution.started', details: { execution: id, jobs: 1, version: 1 } },
  ]);
  const [heading, ...rows] = (await read({ event: 'execution' })).lines;
  expect(heading).toMatch(/^TIME +WHO +WHAT +DETAILS$/);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatch(
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ +Ada +execution\.started +jobs=1 action=example version=1 execution=\d+$/,
  );
  expect(await read({ actor: 'nobody' })).toEqual({
    lines: [],
    said: ['Nothing of that kind has happened.'],
  });
  const tomorrow = new Date(Date.now() + 86_400_000);
  expect((await read({ since: tomorrow })).said).toHaveLength(1);
  expect((await read({ limit: 1 })).lines).toHaveLength(2);
});

test('what somebody called an Action cannot move the cursor of who reads the log', async () => {
  await using flotilla = await testService();
  await flotilla.service.sql`
    insert into audit_events (actor, event, details) values (E'a\u001b[2J', 'action.saved', '{"action": "\\u001b[31mred"}')`;
  const lines: string[] = [];
  await printAudit(
    flotilla.service.sql,
    { limit: 1 },
    { out: (line) => void lines.push(line), say: () => undefined },
  );
  expect(lines.join('\n')).not.toContain('\u001b');
});
