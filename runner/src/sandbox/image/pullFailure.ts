import { programWords } from '@flotilla/launcher/programWords';
import { AttemptError } from '../../endings/attemptError.ts';

/**
 * Whether pulling again may help: `passing` for a registry that is down, slow or busy; `lasting` for an image that it
 * does not have or does not give; `machine` for an engine that cannot store it.
 */
export function pullFailureOf(message: string): 'passing' | 'lasting' | 'machine' {
  if (programWords.pullUnstorable.test(message)) return 'machine';
  return programWords.pullNeverWorks.test(message) ? 'lasting' : 'passing';
}

/**
 * How a pull ends an Attempt that the engine gave up with this message. Only an image that there is not ends the Job for
 * good (`image`); another runner, or this one later, may have a disk with room and a registry that answers.
 */
export function pullError(
  { image, retrySeconds }: { readonly image: string; readonly retrySeconds: number },
  message: string,
  cause?: unknown,
): AttemptError {
  switch (pullFailureOf(message)) {
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
