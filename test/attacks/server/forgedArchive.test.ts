import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { makeDebian } from '../../../scripts/system/debootstrap.ts';
import { findProgram } from '../../../scripts/system/findProgram.ts';

const release =
  'Origin: Debian\nSuite: oldstable\nCodename: bookworm\nComponents: main\nArchitectures: amd64\nSHA256:\n';
/** As PGP writes it, but over nothing that Debian has signed. */
const signature =
  '-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0WIQQAAAAAAAAAAAAAAAAAAAAAAAAAAAUCZwAAAAAKCRAAAAAAAAAA\n=AAAA\n-----END PGP SIGNATURE-----\n';
const archives: Record<string, Record<string, string>> = {
  unsigned: { Release: release },
  'forged-detached': { Release: release, 'Release.gpg': signature },
  'forged-inline': {
    InRelease: `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${release}${signature}`,
  },
};

let origin: string;
beforeAll(async () => {
  const server = createServer((request, answer) => {
    const [, archive = '', ...path] = (request.url ?? '').split('/');
    const content = archives[archive]?.[path.at(-1) ?? ''];
    answer.statusCode = content === undefined ? 404 : 200;
    answer.end(content ?? '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return () => server.close();
});

// Only where Debian images are made: elsewhere one is pulled.
const canMake = (await findProgram('debootstrap')) !== undefined;

test.skipIf(!canMake).each(Object.keys(archives))(
  'an archive whose Release is %s makes no image',
  async (archive) => {
    const folder = await mkdtemp(join(tmpdir(), 'flotilla-forged-'));
    try {
      const root = join(folder, 'root');
      const made = makeDebian({ root, packages: ['git'], mirror: `${origin}/${archive}` });
      await expect(made).rejects.toThrow(/Invalid Release|signature|gpg/i);
      expect(await readdir(root)).not.toContain('bin');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
);
