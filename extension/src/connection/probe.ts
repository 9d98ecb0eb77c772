import { FlotillaError } from '@flotilla/shared/errors';
import { l10n } from 'vscode';
import { dialler } from './describe.ts';
import { failureKind } from './failureKind.ts';
import { programAt } from './programAt.ts';
import type { ServerAddress } from './serverAddress.ts';

/** How long a service may take to say that it is there. */
const probeMs = 10_000;

/** Asks whether a Flotilla service is at an address. Throws one sentence that says what is there instead. */
export async function probe(address: ServerAddress, cancelled: AbortSignal): Promise<void> {
  let answer: Awaited<ReturnType<typeof programAt>>;
  try {
    answer = await programAt(address.baseUrl, AbortSignal.any([cancelled, AbortSignal.timeout(probeMs)]));
  } catch (error) {
    cancelled.throwIfAborted();
    if (error instanceof FlotillaError) throw error;
    throw new FlotillaError('unavailable', describeFailure(address, error), { cause: error });
  }
  if (answer.program !== 'flotilla') {
    throw new FlotillaError(
      'unavailable',
      l10n.t(
        'What answers at {0} is not a Flotilla service (HTTP {1}). Check the host, the port and the path.',
        address.baseUrl,
        answer.status,
      ),
    );
  }
}

function describeFailure(address: ServerAddress, error: unknown): string {
  switch (failureKind(error)) {
    case 'refused':
      return l10n.t(
        'Nothing listens at {0}, dialled from {1}. Start the service there with `npm start`, or check the address.',
        address.host,
        dialler(),
      );
    case 'unknownHost':
      return l10n.t('There is no machine named {0}, asked from {1}.', address.host, dialler());
    case 'timeout':
      return l10n.t(
        '{0}, dialled from {1}, did not answer within {2} seconds. Is it behind a firewall or a VPN?',
        address.host,
        dialler(),
        probeMs / 1000,
      );
    case 'certificate':
      return l10n.t(
        'The certificate of {0} is not trusted on {1}. Add its authority to the system, or to NODE_EXTRA_CA_CERTS.',
        address.host,
        dialler(),
      );
    case 'other':
      return l10n.t(
        '{0} could not be reached from {1}. The extension log says more.',
        address.host,
        dialler(),
      );
  }
}
