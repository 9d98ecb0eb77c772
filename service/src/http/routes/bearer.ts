import { FlotillaError } from '@flotilla/shared/errors';
import type { FastifyRequest } from 'fastify';
import { authenticate, type User } from '../../auth/tokens.ts';
import type { Service } from '../../service.ts';

/** The token of an `Authorization: Bearer …` header. */
export function bearerOf(header: string | undefined): string | undefined {
  return /^Bearer (\S+)$/i.exec(header ?? '')?.[1];
}

/** The user behind a request. Throws `token.refused`. */
export async function requireUser(service: Service, request: FastifyRequest): Promise<User> {
  const token = bearerOf(request.headers.authorization);
  const principal = token === undefined ? undefined : await authenticate(service, token);
  if (principal?.scope !== 'user') {
    throw new FlotillaError('token.refused', 'This needs a user token: it is missing, unknown or revoked.');
  }
  service.strangers.vouch(request.raw.socket, `user:${principal.user.id}`);
  return principal.user;
}
