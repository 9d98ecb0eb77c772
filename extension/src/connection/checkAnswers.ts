import type { AppRouter } from '@flotilla/service/router';
import { FlotillaError } from '@flotilla/shared/errors';
import { TRPCClientError, type TRPCLink } from '@trpc/client';
import { answerShapes } from './answerShapes.ts';

/**
 * Looks at every answer before anybody relies on it: one that is not what its procedure answers ends the call with a
 * sentence, and so does a connection that was cut. What reaches the model and the views then has the types that they
 * believe in.
 */
export const checkAnswers: TRPCLink<AppRouter> =
  () =>
  ({ op, next }) => {
    const answers = next(op);
    const shape = Object.hasOwn(answerShapes, op.path) ? answerShapes[op.path] : undefined;
    return {
      ...answers,
      subscribe(observer) {
        let isRefused = false;
        const subscription = answers.subscribe({
          ...observer,
          next(envelope) {
            const { result } = envelope;
            if (isRefused) return;
            const wrong =
              result.type === undefined || result.type === 'data' ? shape?.(result.data) : undefined;
            if (wrong === undefined) {
              observer.next?.(envelope);
              return;
            }
            isRefused = true;
            observer.error?.(TRPCClientError.from(nonsense(op.path, wrong)));
            subscription.unsubscribe();
          },
          error: (error) =>
            observer.error?.(isCut(error) ? TRPCClientError.from(cut(), { cause: error }) : error),
        });
        return subscription;
      },
    };
  };

/** Whether the service has said nothing; tRPC's message is then that of an event, which has none. */
function isCut(error: TRPCClientError<AppRouter>): boolean {
  return error.shape === undefined && !(error.cause instanceof FlotillaError);
}

function cut(): FlotillaError {
  return new FlotillaError(
    'unavailable',
    'The connection to the service was cut before its answer came. Try again.',
  );
}

/** Throws where a shape said that something differs from what it should be. */
export function refuseUnless(what: string, wrong: string | undefined): void {
  if (wrong !== undefined) throw nonsense(what, wrong);
}

function nonsense(path: string, place: string): FlotillaError {
  return new FlotillaError(
    'unavailable',
    `What the service answered to "${path}" is no answer to it${place === '' ? '' : ` (at ${place})`}. Is it a Flotilla service, of this version?`,
  );
}
