import { randomUUID } from 'node:crypto';
import { waitFor } from '../waitFor.ts';
import type { GiteaSite, Person } from './giteaSite.ts';

interface Made {
  readonly id: number;
  readonly full_name: string;
}

/** A repository at a Gitea, and what people do with it by its API, as its administrator unless somebody else is named. */
export class GiteaRepository {
  readonly id: number;
  /** With its owner. */
  readonly name: string;
  readonly #site: GiteaSite;

  private constructor(site: GiteaSite, { id, full_name: name }: Made) {
    this.#site = site;
    this.id = id;
    this.name = name;
  }

  /** Makes an empty one of an organisation. */
  static async make(
    site: GiteaSite,
    organisation: string,
    options: Readonly<Record<string, unknown>> = {},
  ): Promise<GiteaRepository> {
    const body = { name: `r-${randomUUID().slice(0, 8)}`, default_branch: 'main', ...options };
    return new GiteaRepository(
      site,
      await site.call(site.admin, 'POST', `/orgs/${organisation}/repos`, body),
    );
  }

  /** Waits until Gitea has noticed its first push, which it does after it has answered. */
  async untilFilled(): Promise<void> {
    await waitFor('Gitea to see the first push', async () => {
      const { empty } = await this.#call<{ empty: boolean }>('GET', '');
      return !empty;
    });
  }

  async change(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('PATCH', '', settings);
  }

  async protect(branch: string, rules: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('POST', '/branch_protections', { rule_name: branch, ...rules });
  }

  fork(who: Person, options: Readonly<Record<string, unknown>>): Promise<Made> {
    return this.#call('POST', '/forks', options, who);
  }

  async makeLabel(name: string): Promise<void> {
    await this.#call('POST', '/labels', { name, color: '#00aabb' });
  }

  async openPullRequest(who: Person, options: Readonly<Record<string, unknown>>): Promise<number> {
    const body = { base: 'main', title: 'By hand', ...options };
    return (await this.#call<{ number: number }>('POST', '/pulls', body, who)).number;
  }

  async changePullRequest(number: number, change: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('PATCH', `/pulls/${number}`, change);
  }

  readPullRequest<T>(number: number): Promise<T> {
    return this.#call('GET', `/pulls/${number}`);
  }

  /** Merges it, when Gitea has seen whether it can be. */
  async merge(number: number): Promise<void> {
    await waitFor('it to be mergeable', async () => {
      return (await this.readPullRequest<{ mergeable: boolean }>(number)).mergeable;
    });
    await this.#call('POST', `/pulls/${number}/merge`, { Do: 'merge' });
  }

  async comments(number: number): Promise<readonly string[]> {
    const all = await this.#call<{ body: string }[]>('GET', `/issues/${number}/comments`);
    return all.map(({ body }) => body);
  }

  async review(number: number, who: Person, event: string): Promise<void> {
    await this.#call('POST', `/pulls/${number}/reviews`, { event, body: 'Said by a test.' }, who);
  }

  async report(commit: string, state: string): Promise<void> {
    await this.#call('POST', `/statuses/${commit}`, { state, context: 'test' });
  }

  #call<T>(method: string, path: string, body?: unknown, who: Person = this.#site.admin): Promise<T> {
    return this.#site.call<T>(who, method, `/repos/${this.name}${path}`, body);
  }
}
