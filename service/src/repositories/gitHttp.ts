import type { IncomingMessage, ServerResponse } from 'node:http';
import { untilEnded } from '@flotilla/launcher/untilEnded';
import type { Logger } from 'pino';
import { feed, startGit } from '../git/git.ts';

export interface GitHttpRequest {
  readonly mirrorPath: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Path below the repository, such as `/info/refs`. */
  readonly pathInfo: string;
  /** Query string without its question mark. */
  readonly query: string;
  readonly logger: Logger;
}

/** The services of smart HTTP that only read: git-upload-pack alone, so a push is refused before git sees it. */
function isReadOnly(pathInfo: string, query: string): boolean {
  if (pathInfo === '/git-upload-pack') return true;
  return pathInfo === '/info/refs' && new URLSearchParams(query).get('service') === 'git-upload-pack';
}

/** The head of a CGI answer is small; more without an empty line is no CGI answer. */
const maxHeadBytes = 64 * 1024;

/**
 * Serves a mirror to `git fetch` by `git http-backend`, git's own CGI program. Authorisation is the caller's. Ends
 * when the answer is sent; git ends with the client's connection.
 */
export async function serveGit(call: GitHttpRequest): Promise<void> {
  const { request, response, logger } = call;
  if (!isReadOnly(call.pathInfo, call.query)) {
    response.writeHead(403, { 'content-type': 'text/plain' }).end('Mirrors are read-only.\n');
    return;
  }
  const program = await startGit(['http-backend'], {
    environment: {
      GIT_PROJECT_ROOT: call.mirrorPath,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: call.pathInfo,
      QUERY_STRING: call.query,
      REQUEST_METHOD: request.method ?? 'GET',
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      CONTENT_LENGTH: request.headers['content-length'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      REMOTE_USER: 'runner',
      REMOTE_ADDR: request.socket.remoteAddress ?? '',
    },
    input: request,
  });
  response.once('close', () => program.kill());
  try {
    const { exitCode, stderr } = await untilEnded(
      program,
      Promise.all([sendAnswer(program.output, response), feed(program.input, request)]),
    );
    if (exitCode !== 0 && exitCode !== null) logger.warn({ exitCode, stderr }, 'git http-backend failed');
  } catch (error) {
    // A client that goes away while git writes is its own affair.
    if (!response.destroyed) logger.warn({ err: error }, 'serving git failed');
    response.destroy();
  }
}

/** Turns a CGI answer into an HTTP one: header lines, an empty line, then the body as it comes. */
async function sendAnswer(output: AsyncIterable<Buffer>, response: ServerResponse): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of output) {
    if (head === undefined) {
      await write(response, chunk);
      continue;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end === -1) {
      if (head.length > maxHeadBytes) throw new Error('git http-backend sent no end of headers');
      continue;
    }
    sendHead(head.subarray(0, end).toString('latin1'), response);
    const body = head.subarray(end + 4);
    head = undefined;
    if (body.length > 0) await write(response, body);
  }
  if (head !== undefined) throw new Error('git http-backend ended without an answer');
  response.end();
}

function sendHead(head: string, response: ServerResponse): void {
  let status = 200;
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (name === 'status') status = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.writeHead(status);
}

async function write(response: ServerResponse, chunk: Buffer): Promise<void> {
  if (response.write(chunk)) return;
  await new Promise<void>((resolve) => {
    response.once('drain', resolve);
    response.once('close', resolve);
  });
}
