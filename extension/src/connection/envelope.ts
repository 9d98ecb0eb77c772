/** A message of a service, as far as tRPC's client relies on it without looking. */
export type Envelope = Readonly<Record<string, unknown>>;

/** What stands for a message that is none: tRPC's client knows no call with this id. */
export const noMessage: Envelope = { id: null, result: { type: 'stopped' } };

/** Reads a message of tRPC over WebSocket; undefined when it is none, which must not reach tRPC's client: it would throw. */
export function readEnvelope(data: unknown): Envelope | undefined {
  if (typeof data !== 'string') return undefined;
  let message: unknown;
  try {
    message = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (!isObject(message)) return undefined;
  if ('method' in message) return message['method'] === 'reconnect' ? message : undefined;
  if ('error' in message) return isError(message['error']) ? message : undefined;
  return isObject(message['result']) ? message : undefined;
}

/** Its message is shown, and its data are looked into. */
function isError(error: unknown): boolean {
  if (!isObject(error) || typeof error['message'] !== 'string') return false;
  const { data } = error;
  if (data === undefined || data === null) return true;
  if (!isObject(data)) return false;
  const { flotilla } = data;
  return (
    flotilla === undefined ||
    (isObject(flotilla) && typeof flotilla['code'] === 'string' && isObject(flotilla['details']))
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
