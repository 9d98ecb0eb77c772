import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { git, makeRepository } from '../test/support/repositories.ts';
import { brandAssets } from './sampleRepositories/brandAssets.ts';
import { ledgerApi } from './sampleRepositories/ledgerApi.ts';
import { pricingService } from './sampleRepositories/pricingService.ts';
import { releaseNotes } from './sampleRepositories/releaseNotes.ts';
import { storefrontWeb } from './sampleRepositories/storefrontWeb.ts';

const contents = {
  'brand-assets': brandAssets,
  'ledger-api': ledgerApi,
  'pricing-service': pricingService,
  'storefront-web': storefrontWeb,
  'tools/release-notes': releaseNotes,
};

/**
 * Makes the repositories of the demo in a folder: JavaScript, Python, Go, one with binary files and odd file names, one
 * that its Action leaves alone, and `handbook-drafts`, which is empty. The same commits on every machine.
 */
export async function makeSampleRepositories(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const empty = join(folder, 'handbook-drafts');
  const making = await Promise.allSettled([
    ...Object.entries(contents).map(([name, files]) =>
      makeRepository(join(folder, name), { files, message: `Import ${name}` }),
    ),
    mkdir(empty).then(() => git(empty, ['init', '--quiet', '--initial-branch=main'])),
  ]);
  // Thrown when all have ended, so that whoever removes the folder then removes all of it.
  for (const made of making) if (made.status === 'rejected') throw made.reason;
}
