import { randomUUID } from 'node:crypto';

/** Somebody with an account at a Gitea, and a token that may do all that the person may. */
export interface Person {
  readonly login: string;
  readonly token: string;
}

/** A Gitea as people and programs use it, by its API. */
export class GiteaSite {
  /** Without a slash at its end. */
  readonly url: string;
  readonly admin: Person;

  private constructor(url: string, admin: Person) {
    this.url = url;
    this.admin = admin;
  }

  /** The site at an address, by a token of an administrator. */
  static async open(url: string, token: string): Promise<GiteaSite> {
    const nobody = new GiteaSite(url, { login: '', token });
    const { login } = await nobody.call<{ login: string }>(nobody.admin, 'GET', '/user');
    return new GiteaSite(url, { login, token });
  }

  /** Asks the API as somebody. Throws an Error with what it said, where that is no success. */
  async call<T = unknown>(who: Person, method: string, path: string, body?: unknown): Promise<T> {
    return this.#call<T>(`token ${who.token}`, method, path, body);
  }

  /** Makes an account with a token. */
  async makePerson(name: string): Promise<Person> {
    const login = `${name}-${randomUUID().slice(0, 8)}`;
    const password = randomUUID();
    await this.call(this.admin, 'POST', '/admin/users', {
      username: login,
      email: `${login}@example.org`,
      password,
      must_change_password: false,
    });
    // A token is given for a password alone.
    const basic = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
    const { sha1: token } = await this.#call<{ sha1: string }>(basic, 'POST', `/users/${login}/tokens`, {
      name: 'tests',
      scopes: ['all'],
    });
    return { login, token };
  }

  /** Makes an organisation of the administrator's, with a team `developers` that may push to its repositories; answers its name. */
  async makeOrganisation(name: string, developers: readonly Person[] = []): Promise<string> {
    const username = `${name}-${randomUUID().slice(0, 8)}`;
    await this.call(this.admin, 'POST', '/orgs', { username });
    const { id } = await this.call<{ id: number }>(this.admin, 'POST', `/orgs/${username}/teams`, {
      name: 'developers',
      permission: 'write',
      units: ['repo.code', 'repo.issues', 'repo.pulls'],
      includes_all_repositories: true,
    });
    for (const { login } of developers) await this.call(this.admin, 'PUT', `/teams/${id}/members/${login}`);
    return username;
  }

  /** Where git finds a repository, for somebody. */
  gitUrl(who: Person, repository: string): string {
    const url = new URL(`${this.url}/${repository.split('/').map(encodeURIComponent).join('/')}.git`);
    url.username = who.login;
    url.password = who.token;
    return url.href;
  }

  async #call<T>(authorization: string, method: string, path: string, body: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}
