import type { SecretStorage } from 'vscode';
import type { EnvironmentServer } from '../config.ts';
import { parseServerAddress } from './serverAddress.ts';

/** The user tokens of this editor, one for each origin. One origin's token is never given for another. */
export class Tokens {
  readonly #secrets: SecretStorage;
  readonly #environment: EnvironmentServer | undefined;

  constructor(secrets: SecretStorage, environment: EnvironmentServer | undefined) {
    this.#secrets = secrets;
    this.#environment = environment;
  }

  /** The token for an origin: the stored one, else that of the environment where it names the same origin. */
  async read(origin: string): Promise<string | undefined> {
    const stored = await this.#secrets.get(keyOf(origin));
    if (stored !== undefined) return stored;
    if (this.#environment === undefined) return undefined;
    const named = parseServerAddress(this.#environment.url)?.origin;
    return named === origin ? this.#environment.token : undefined;
  }

  async store(origin: string, token: string): Promise<void> {
    await this.#secrets.store(keyOf(origin), token);
  }

  async forget(origin: string): Promise<void> {
    await this.#secrets.delete(keyOf(origin));
  }
}

function keyOf(origin: string): string {
  return `flotilla.token:${origin}`;
}
