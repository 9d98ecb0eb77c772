import type { SecretIdentity } from '../secrets/sealed.ts';

/** Where the credential of the service at a code host is kept. */
export function credentialOf(codeHostId: number): SecretIdentity {
  return { ownerKind: 'codeHost', ownerKey: String(codeHostId), name: 'credential' };
}
