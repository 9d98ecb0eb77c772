import type { PushOutcome } from '../../service/src/codeHosts/branchChange.ts';
import type {
  CodeHost,
  CodeHostKind,
  GitAccess,
  HostContext,
  HostedRepository,
  HostListing,
} from '../../service/src/codeHosts/codeHost.ts';

/** For hosts that need no credential. */
export const noCredential: HostContext = { hostId: 0, credential: () => Promise.resolve(undefined) };

/** What a test makes of a host; what it leaves out is not to be asked for. */
export type Script = Partial<
  Pick<CodeHost, 'can' | 'list' | 'look' | 'access' | 'heads' | 'push' | 'pullRequests'>
>;

/** A kind of code host whose hosts do what a test says, by their location; one of no script never answers. */
export function scriptedKind(scripts: ReadonlyMap<string, Script>): CodeHostKind {
  return {
    protocols: ['https:', 'http:'],
    open(location) {
      const script = scripts.get(location) ?? {};
      const never = <T>() => new Promise<T>(() => undefined);
      return {
        kind: 'scripted',
        location,
        can: { stableIds: false, push: false, describes: false, pullRequests: null },
        list: () => never<HostListing>(),
        look: () => never<HostedRepository | undefined>(),
        access: () => never<GitAccess>(),
        heads: () => never<ReadonlyMap<string, string>>(),
        push: () => never<PushOutcome>(),
        ...script,
      };
    },
  };
}
