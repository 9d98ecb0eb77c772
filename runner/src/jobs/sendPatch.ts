import { createReadStream } from 'node:fs';
import type { Checkout } from '../git/checkout.ts';
import { takeSnapshot, type Snapshot } from '../git/snapshot.ts';
import { Uploader } from '../logs/uploader.ts';
import type { Attempt } from './attempt.ts';

/** Takes the Patch of an Attempt's work tree and uploads it. Null when nothing changed. */
export async function sendPatch(attempt: Attempt, checkout: Checkout): Promise<Snapshot | null> {
  const { context, lease, log, phases } = attempt;
  using _phase = phases.begin('patch');
  const snapshot = await takeSnapshot(attempt.folder, checkout, lease.stopSignal);
  await log.notice(snapshot === null ? 'Nothing changed' : `Patch of ${snapshot.length} bytes`);
  if (snapshot === null) return null;
  const upload = new Uploader(context.config.serverUrl, lease, 'patch');
  for await (const chunk of createReadStream(snapshot.path)) await upload.write(chunk as Buffer);
  await upload.flush();
  return snapshot;
}
