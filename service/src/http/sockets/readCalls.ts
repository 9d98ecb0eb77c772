/** Calls that one message may have: an editor sends those of one moment together, and all subscriptions after a cut. */
const mostCalls = 1024;
const longestId = 100;
/** Lists and objects that one message may open; 1024 calls with all that a Runner says have fewer. */
const mostBrackets = 100_000;
const [quote = 0, backslash = 0, brace = 0, bracket = 0] = Buffer.from('"\\{[');

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
  if (opensTooMuch(message)) return `more than ${mostBrackets} lists and objects in one message`;
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

/** Whether a message would be made into so many objects that this takes longer than all else. Those in texts do not count. */
function opensTooMuch(message: Buffer): boolean {
  // It cannot have as many.
  if (message.length <= mostBrackets) return false;
  let brackets = 0;
  let isText = false;
  for (let at = 0; at < message.length; at += 1) {
    const byte = message[at];
    if (byte === quote) isText = !isText;
    else if (isText && byte === backslash) at += 1;
    else if (!isText && (byte === brace || byte === bracket)) brackets += 1;
  }
  return brackets > mostBrackets;
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
