import type { CodeHostReport } from '@flotilla/shared/campaign/codeHostReport';
import type { CodeHost } from './codeHost.ts';

/** Lists a host as a scan does, and says what came of it. Throws what the host throws. */
export async function examineHost(host: CodeHost, signal: AbortSignal): Promise<CodeHostReport> {
  const { repositories, unseen } = await host.list(signal);
  const account = (await host.account?.(signal)) ?? null;
  const known = repositories.map(({ mayPush }) => mayPush).filter((may) => may !== undefined);
  const sizes = repositories.map(({ bytes }) => bytes).filter((size) => size !== undefined);
  return {
    account,
    repositories: repositories.length,
    pushable: known.length === 0 ? null : known.filter(Boolean).length,
    bytes: sizes.length === 0 ? null : sizes.reduce((sum, size) => sum + size, 0),
    problems: [
      ...(repositories.length === 0 ? ['It has no repository that the credential can see.'] : []),
      ...unseen.map(({ place, reason }) => `${place === '' ? 'It' : place}: ${reason}.`),
    ],
  };
}
