import { FlotillaError, errorClasses, messageOf, type ErrorCode } from '@flotilla/shared/errors';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { isTransientDatabaseError } from '../db/transientErrors.ts';
import { unavailable } from '../db/unavailable.ts';
import type { Service } from '../service.ts';
import { endStalledBodies } from './endStalledBodies.ts';
import { refusePipelines } from './refusePipelines.ts';
import { appendRoute } from './routes/appendRoute.ts';
import { baseRoute } from './routes/baseRoute.ts';
import { contentRoutes } from './routes/contentRoutes.ts';
import { healthRoutes } from './routes/healthRoutes.ts';
import type { Stopping } from './stopping.ts';

const statusOfClass: Readonly<Record<(typeof errorClasses)[ErrorCode], number>> = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  PAYLOAD_TOO_LARGE: 413,
  SERVICE_UNAVAILABLE: 503,
};

/** How long a request may take to arrive, in milliseconds; the largest body is 64 KiB, so that 218 bytes a second do. */
const requestMs = 300_000;
/** The same for its headers alone. */
const headersMs = 10_000;
/** Between two looks for those that took longer. */
const checkMs = 2000;

/** The HTTP routes; the WebSockets share the server (see webSockets.ts). */
export function createApp(service: Service, stopping: Stopping = { now: false }): FastifyInstance {
  const logger: FastifyBaseLogger = service.logger;
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    // A runner keeps its connection for appends between two lines of a quiet log.
    keepAliveTimeout: 75_000,
    requestTimeout: requestMs,
    http: { headersTimeout: headersMs, connectionsCheckingInterval: checkMs },
    forceCloseConnections: true,
  });
  app.setErrorHandler(async (error, request, reply) => {
    if (error instanceof FlotillaError) {
      return reply
        .code(statusOfClass[errorClasses[error.code]])
        .send({ code: error.code, message: error.message });
    }
    if (isTransientDatabaseError(error)) {
      const { code, message } = unavailable(error, request.log);
      return reply.code(503).send({ code, message });
    }
    const status = statusCodeOf(error);
    if (status < 500) return reply.code(status).send({ message: messageOf(error) });
    request.log.error({ err: error, url: request.url }, 'a request failed');
    return reply.code(500).send({ message: 'Something went wrong in the service; its log says what.' });
  });
  app.addHook('onRequest', async (_request, reply) => {
    if (stopping.now) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async () => {
    // A connection whose request came before the stop is kept alive by both sides.
    if (stopping.now) setImmediate(() => app.server.closeIdleConnections());
  });
  refusePipelines(app);
  endStalledBodies(app);
  healthRoutes(app, service, stopping);
  appendRoute(app, service);
  contentRoutes(app, service);
  baseRoute(app, service);
  return app;
}

/** Fastify's own refusals (too large, wrong type) say their status. */
function statusCodeOf(error: unknown): number {
  return error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 500;
}
