/** Calls that one message may have: an editor sends those of one moment together, and all subscriptions after a cut. */
const mostCalls = 1024;
const longestId = 100;

/** One call of tRPC's, and the message that makes it alone. */
export interface Call {
  /** Its id as it is written in the answer. */
  readonly id: string;
  readonly kind: 'call' | 'subscription' | 'stop';
  readonly text: Buffer;
}

const kinds: Readonly<Record<string, Call['kind']>> = {
  query: 'call',
  mutation: 'call',
  subscription: 'subscription',
  'subscription.stop': 'stop',
};

/** The calls of a message. A text says why it has none that can be answered: no client of ours sends such a one. */
export function readCalls(message: Buffer): readonly Call[] | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(message.toString());
  } catch {
    return 'not JSON';
  }
  if (!Array.isArray(parsed)) {
    const call = readCall(parsed, message);
    return call === undefined ? 'not a call' : [call];
  }
  if (parsed.length > mostCalls) return `more than ${mostCalls} calls in one message`;
  const calls: Call[] = [];
  for (const one of parsed) {
    const call = readCall(one);
    if (call === undefined) return 'not a call';
    calls.push(call);
  }
  return calls;
}

function readCall(parsed: unknown, text?: Buffer): Call | undefined {
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { id, method } = parsed as Record<string, unknown>;
  const isNamed =
    Number.isSafeInteger(id) || (typeof id === 'string' && id.length <= longestId && id.isWellFormed());
  const kind = typeof method === 'string' && Object.hasOwn(kinds, method) ? kinds[method] : undefined;
  if (!isNamed || kind === undefined) return undefined;
  try {
    return { id: JSON.stringify(id), kind, text: text ?? Buffer.from(JSON.stringify(parsed)) };
  } catch {
    // Nested deeper than the stack: a call has no such input.
    return undefined;
  }
}

const answerStart = /^\{"id":(-?\d+|"(?:[^"\\]|\\.)*"),(?:"jsonrpc":"2\.0",)?(.{1,30})/s;

/** Which call a message of tRPC's answers, and whether it would end a subscription. */
export interface Answer {
  readonly id: string;
  readonly endsSubscription: boolean;
}

/** What a message of tRPC's answers. Undefined for those that answer no call. */
export function readAnswer(message: string): Answer | undefined {
  const [, id, rest = ''] = answerStart.exec(message.slice(0, longestId * 6 + 100)) ?? [];
  if (id === undefined) return undefined;
  return { id, endsSubscription: /^"error"|^"result":\{"type":"stopped"/.test(rest) };
}
