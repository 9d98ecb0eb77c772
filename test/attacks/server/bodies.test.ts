/** A server whose answers by HTTP have no end, lead elsewhere, or are none. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import { startHostileService } from '../../support/hostileService.ts';
import { editorToken, type EditorTask } from '../support/editor.ts';
import { startEditor, type AttackedEditor } from '../support/startEditor.ts';

let editor: AttackedEditor;
beforeAll(() => {
  editor = startEditor();
  return () => editor[Symbol.asyncDispose]();
});

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const megabyte = Buffer.alloc(1024 * 1024, 'x');

/** Bytes without an end, as fast as they are taken. */
function endless(): Readable {
  return new Readable({
    read() {
      this.push(megabyte);
    },
  });
}

const flow = (from: Readable, response: ServerResponse) => pipeline(from, response, () => undefined);
const bodyOf =
  (status: number, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, headers);
    flow(endless(), response);
  };
const bomb: Answer = (response) => {
  response.writeHead(200, { 'content-encoding': 'gzip' });
  pipeline(endless(), createGzip({ level: 9 }), response, () => undefined);
};
const manyHeaders: Answer = (response) => {
  const socket = response.socket;
  socket?.write('HTTP/1.1 200 OK\r\n');
  if (socket === null) return;
  flow(
    Readable.from(repeated('x-header: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n'.repeat(1000))),
    socket as never,
  );
};
function* repeated(text: string): Generator<string> {
  for (;;) yield text;
}
const raw =
  (text: string): Answer =>
  (response) => {
    response.socket?.end(text);
  };

type Named = readonly [what: string, task: EditorTask['task'], answer: Answer, refusal: RegExp];

const tooMuch = /answered with more than (?:64 MB|64 KB), which is the most that is read here/;
const cut = /terminated|fetch failed/;

const answers: readonly Named[] = [
  ['contents without an end', 'contents', bodyOf(200), tooMuch],
  ['a Patch without an end', 'patch', bodyOf(200), tooMuch],
  ['a greeting without an end', 'probe', bodyOf(200), tooMuch],
  ['a refusal without an end', 'contents', bodyOf(500), tooMuch],
  ['"not found" without an end', 'patch', bodyOf(404), tooMuch],
  ['contents that say they are 2 GB', 'contents', bodyOf(200, { 'content-length': '2000000000' }), tooMuch],
  ['a length that is none', 'contents', raw('HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n'), cut],
  ['contents that are small until they are inflated', 'contents', bomb, tooMuch],
  ['a greeting that is small until it is inflated', 'probe', bomb, tooMuch],
  ['headers without an end', 'contents', manyHeaders, cut],
  ['a body that is cut', 'patch', raw('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nxx'), cut],
  ['a chunk that is none', 'patch', raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'), cut],
  ['no HTTP', 'contents', raw('\0\0\0\0 hello\r\n\r\n'), cut],
  [
    'a broken inflation',
    'patch',
    raw('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\nabcd'),
    cut,
  ],
  [
    'itself as another place',
    'contents',
    (response) => response.writeHead(302, { location: '/contents' }).end(),
    cut,
  ],
  ['a refusal that is no JSON', 'contents', (response) => response.writeHead(500).end('<html>'), /HTTP 500/],
  ['a refusal that is null', 'patch', (response) => response.writeHead(403).end('null'), /HTTP 403/],
  [
    'a refusal of 1 MB',
    'patch',
    (response) => response.writeHead(400).end(JSON.stringify({ message: 'x'.repeat(1e6) })),
    /^x{900,1000}…$/,
  ],
];

test.each(answers)('%s: a sentence, and the connection is let go', async (_what, task, answer, refusal) => {
  const closed: Promise<void>[] = [];
  await using server = await startHostileService({
    http(request, response) {
      closed.push(new Promise((resolve) => response.socket?.once('close', () => resolve())));
      answer(response, request);
    },
  });
  const report = await editor.withinBounds({ task, url: server.url } as EditorTask);
  expect(report.answer).toBeUndefined();
  expect(report.refusal).toMatch(refusal);
  if (refusal === tooMuch) await Promise.all(closed);
});

test.each([
  ['contents', 301],
  ['contents', 307],
  ['patch', 308],
  ['probe', 302],
] as const)(
  'a redirect of %s to another origin (%i) is not followed, and the token not sent there',
  async (task, status) => {
    await using other = await startHostileService();
    await using server = await startHostileService({
      http: (_request, response) => response.writeHead(status, { location: `${other.url}/healthz` }).end(),
    });
    const report = await editor.withinBounds({ task, url: server.url });
    expect(report.answer).toBeUndefined();
    expect(other.requests).toEqual([]);
    expect(server.requests).toHaveLength(1);
  },
);

test('the greeting is asked without a token', async () => {
  await using server = await startHostileService();
  expect((await editor.withinBounds({ task: 'probe', url: server.url })).answer).toBe('flotilla');
  expect(JSON.stringify(server.requests)).not.toContain(editorToken);
});

test('a body that drips is let go when a person cancels', async () => {
  await using server = await startHostileService({
    http(_request, response) {
      response.writeHead(200);
      const drip = setInterval(() => response.write('x'), 20);
      response.once('close', () => clearInterval(drip));
    },
  });
  const report = await editor.withinBounds(
    { task: 'cancel', url: server.url, afterMs: 300 },
    { taskMs: 3000 },
  );
  expect(report.refusal).toMatch(/aborted|timeout/);
});
