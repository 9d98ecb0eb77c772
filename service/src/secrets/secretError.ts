/** A secret, or a key, that cannot be used: one sentence that says why and what to do, without anything of either. */
export class SecretError extends Error {}
