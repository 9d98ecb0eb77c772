import { programWords } from '@flotilla/launcher/programWords';
import { messageOf } from '@flotilla/shared/errors';
import { AttemptError } from '../../endings/attemptError.ts';
import { hasStatus } from '../engine/engineStatus.ts';

/**
 * Whether pulling again may help: `passing` for a registry that is down, slow or busy; `lasting` for an image that it
 * does not have or does not give; `machine` for an engine that cannot store it. By the engine's status where that says
 * it: a name that is none is 400, and to newer engines an image that there is not is 404. Docker 20.10 answers 500 to all
 * else, and what comes within an answer has no status.
 */
export function pullFailureOf(error: unknown): 'passing' | 'lasting' | 'machine' {
  if (hasStatus(error, 400, 404)) return 'lasting';
  const message = messageOf(error);
  if (programWords.pullUnstorable.test(message)) return 'machine';
  return programWords.pullNeverWorks.test(message) ? 'lasting' : 'passing';
}

/**
 * How a pull ends an Attempt that the engine gave up with this error. Only an image that there is not ends the Job for
 * good (`image`); another runner, or this one later, may have a disk with room and a registry that answers.
 */
export function pullError(
  { image, retrySeconds }: { readonly image: string; readonly retrySeconds: number },
  cause: unknown,
): AttemptError {
  const message = messageOf(cause).trim();
  switch (pullFailureOf(cause)) {
    case 'lasting':
      return new AttemptError(
        'image',
        `Image "${image}" is not on this machine and could not be pulled: ${message}. Check its name, or load it with \`docker pull\` or \`docker load\`.`,
        { cause },
      );
    case 'passing':
      return new AttemptError(
        'sandbox',
        `Image "${image}" is not on this machine, and its registry did not give it in ${retrySeconds} s: ${message}. Look whether the registry is up and this machine reaches it, or load the image with \`docker pull\` or \`docker load\`.`,
        { cause },
      );
    case 'machine':
      return new AttemptError(
        'sandbox',
        `Image "${image}" could not be stored on this machine: ${message}. Look after the disk of its Docker Engine.`,
        { cause },
      );
  }
}
