/**
 * What is wrong with the certificate of a server, by the codes that Node gives (X509_verify_cert of OpenSSL, and its own
 * for a name that differs), in words for people.
 */
const troubles: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'is for another name',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  CERT_REVOKED: 'was revoked',
  CERT_SIGNATURE_FAILURE: 'was changed after it was signed',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by nobody but itself',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that is not trusted',
  UNABLE_TO_GET_ISSUER_CERT: 'is signed by an authority that is not known',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is signed by an authority that is not known',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is signed by an authority that is not known',
  CERT_UNTRUSTED: 'is not trusted',
  CERT_REJECTED: 'is not meant for servers',
  INVALID_CA: 'is signed by something that is no authority',
  INVALID_PURPOSE: 'is not meant for servers',
  HOSTNAME_MISMATCH: 'is for another name',
};

/** What is wrong with the certificate of the database server; undefined for any other error. Looks through `cause`. */
export function certificateTrouble(error: unknown): string | undefined {
  for (let current = error; current instanceof Error; current = current.cause) {
    const trouble =
      'code' in current && typeof current.code === 'string' ? troubles[current.code] : undefined;
    if (trouble !== undefined) return trouble;
  }
  return undefined;
}
