import { descriptors } from '@flotilla/shared/logs/frame';
import { array, assert, asyncProperty, boolean, integer, record, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { demultiplex, type Output } from './demultiplex.ts';

function piece(descriptor: number, data: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = descriptor;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

async function* chunks(bytes: Buffer, cuts: readonly number[]): AsyncGenerator<Buffer> {
  const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index++) yield bytes.subarray(places[index - 1], places[index]);
}

/** What was written, with neighbours of one descriptor together: a piece may come in parts. */
async function collect(stream: AsyncIterable<Output>): Promise<Output[]> {
  const outputs: Output[] = [];
  for await (const output of stream) outputs.push({ ...output, data: Buffer.from(output.data) });
  return joined(outputs);
}

function joined(outputs: readonly Output[]): Output[] {
  const whole: Output[] = [];
  for (const { descriptor, data } of outputs.filter((output) => output.data.length > 0)) {
    const last = whole.at(-1);
    if (last?.descriptor === descriptor)
      whole[whole.length - 1] = { descriptor, data: Buffer.concat([last.data, data]) };
    else whole.push({ descriptor, data });
  }
  return whole;
}

test('what a container wrote comes out the same however the engine cuts it', async () => {
  const written = array(record({ toStderr: boolean(), data: uint8Array({ maxLength: 30 }) }), {
    maxLength: 8,
  });
  await assert(
    asyncProperty(written, array(integer({ min: 1, max: 300 })), async (writes, cuts) => {
      const bytes = Buffer.concat(writes.map(({ toStderr, data }) => piece(toStderr ? 2 : 1, data)));
      const expected = writes.map(({ toStderr, data }): Output => ({
        descriptor: toStderr ? descriptors.stderr : descriptors.stdout,
        data: Buffer.from(data),
      }));
      expect(await collect(demultiplex(chunks(bytes, cuts)))).toEqual(joined(expected));
    }),
  );
});

test('output that ends inside a piece is an error, not a shorter log', async () => {
  const cut = piece(1, Buffer.from('whole')).subarray(0, 10);
  await expect(collect(demultiplex(chunks(cut, [])))).rejects.toThrow('ended inside a piece');
});
