import { expect, test } from 'vitest';
import { fetchFailureOf } from './fetchFailure.ts';

const access = "fatal: unable to access 'http://127.0.0.1:7420/git/1.git/': ";

test.each([
  [`${access}Failed to connect to 127.0.0.1 port 7420 after 0 ms: Couldn't connect to server`, 'away'],
  [`${access}Empty reply from server`, 'away'],
  [`${access}Recv failure: Connection reset by peer`, 'away'],
  [`${access}The requested URL returned error: 503`, 'away'],
  [
    'error: RPC failed; curl 18 transfer closed with outstanding read data remaining\nfatal: early EOF',
    'cut',
  ],
  ['fetch-pack: unexpected disconnect while reading sideband packet', 'cut'],
  ['fatal: remote error: upload-pack: not our ref 1234', 'refused'],
  [`${access}The requested URL returned error: 403`, 'refused'],
  ["fatal: could not read Username for 'http://127.0.0.1:7420': terminal prompts disabled", 'refused'],
])('of %j git means %s', (stderr, failure) => {
  expect(fetchFailureOf(stderr)).toBe(failure);
});
