import { open } from 'node:fs/promises';
import type { Checkout } from '../../git/checkout.ts';
import { refuseSecrets } from '../../git/refuseSecrets.ts';
import { takeSnapshot, type Snapshot } from '../../git/snapshot.ts';
import { Uploader } from '../../logs/uploader.ts';
import type { Attempt } from '../attempt/attempt.ts';

/** Takes the Patch of an Attempt's work tree and uploads it, unless it has a secret in it. Null when nothing changed. */
export async function sendPatch(attempt: Attempt, checkout: Checkout): Promise<Snapshot | null> {
  const { context, lease, log, phases } = attempt;
  using _phase = phases.begin('patch');
  const snapshot = await takeSnapshot(attempt.folder, checkout, lease.stopSignal);
  await log.notice(snapshot === null ? 'Nothing changed' : `Patch of ${snapshot.length} bytes`);
  if (snapshot === null) return null;
  await refuseSecrets(snapshot.path, attempt.mask);
  await using file = await open(snapshot.path);
  const upload = new Uploader(context.config.serverUrl, lease, 'patch', {
    length: snapshot.length,
    async read(offset, into) {
      const { bytesRead } = await file.read(into, 0, into.length, offset);
      if (bytesRead === 0) throw new Error(`the file of a Patch ends before ${snapshot.length}`);
      return bytesRead;
    },
  });
  await upload.flush();
  return snapshot;
}
