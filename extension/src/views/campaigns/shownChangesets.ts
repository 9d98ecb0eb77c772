import type { ChangesetView } from '@flotilla/shared/campaign/views';
import type { Collection } from '../../model/collection.ts';
import type { Disposable } from '../../platform/disposables.ts';
import { inShownOrder } from './changesetOrder.ts';

/** The Changesets below Campaigns, as VS Code was given them. They are held for as long as their Campaign is opened. */
export class ShownChangesets implements Disposable {
  readonly #changesets: Collection<ChangesetView>;
  /** The Campaigns whose Changesets are shown, each with what keeps them. */
  readonly #opened = new Map<number, Disposable>();
  readonly #given = new Map<number, readonly ChangesetView[]>();

  constructor(changesets: Collection<ChangesetView>) {
    this.#changesets = changesets;
  }

  /** The Changesets of a Campaign whose rows VS Code asks for, in the order in which they are shown. */
  async load(campaignId: number): Promise<readonly ChangesetView[]> {
    this.open(campaignId);
    this.#given.set(campaignId, []);
    const shown = inShownOrder(await this.#load(campaignId));
    this.#given.set(campaignId, shown);
    return shown;
  }

  /** Changesets that are rows below opened Campaigns. */
  get count(): number {
    const counts = [...this.#opened.keys()].map((campaignId) => this.#given.get(campaignId)?.length ?? 0);
    return counts.reduce((sum, count) => sum + count, 0);
  }

  open(campaignId: number): void {
    if (!this.#opened.has(campaignId)) this.#opened.set(campaignId, this.#changesets.hold(campaignId));
  }

  close(campaignId: number): void {
    this.#opened.get(campaignId)?.dispose();
    this.#opened.delete(campaignId);
  }

  /** Lets go of all that is known of Campaigns that there are no more. */
  keepOnly(isThere: (campaignId: number) => boolean): void {
    for (const campaignId of new Set([...this.#opened.keys(), ...this.#given.keys()])) {
      if (isThere(campaignId)) continue;
      this.close(campaignId);
      this.#given.delete(campaignId);
    }
  }

  /** Whether other Changesets are below a Campaign than VS Code was given, or in another order. */
  hasOthers(campaignId: number): boolean {
    const given = this.#given.get(campaignId);
    const rows = this.#changesets.rows(campaignId);
    if (given === undefined || rows === undefined) return false;
    const shown = inShownOrder(rows);
    return given.length !== shown.length || given.some(({ id }, at) => id !== shown[at]?.id);
  }

  /** VS Code is about to ask for them anew. */
  forget(campaignId: number): void {
    this.#given.delete(campaignId);
  }

  /** Where the service cannot be reached, those that are held. */
  async #load(campaignId: number): Promise<readonly ChangesetView[]> {
    try {
      return await this.#changesets.load(campaignId);
    } catch (error) {
      const held = this.#changesets.rows(campaignId);
      if (held === undefined) throw error;
      return held;
    }
  }

  dispose(): void {
    for (const hold of this.#opened.values()) hold.dispose();
    this.#opened.clear();
  }
}
