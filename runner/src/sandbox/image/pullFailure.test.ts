import { expect, test } from 'vitest';
import { pullError, pullFailureOf } from './pullFailure.ts';

test.each([
  'manifest for busybox:none not found: manifest unknown: manifest unknown',
  'pull access denied for no/such, repository does not exist or may require docker login: denied: requested access to the resource is denied',
  'Get "https://registry.example.org/v2/": unauthorized: authentication required',
  'name unknown',
  'no matching manifest for linux/amd64 in the manifest list entries',
  'Get "https://nowhere.invalid/v2/": dial tcp: lookup nowhere.invalid: no such host',
  'Get "https://localhost:5000/v2/": http: server gave HTTP response to HTTPS client',
])('%s: pulling again does not help', (message) => {
  expect(pullFailureOf(new Error(message))).toBe('lasting');
});

test.each([
  'Get "http://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
  'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
  'received unexpected HTTP status: 503 Service Unavailable',
  'toomanyrequests: You have reached your pull rate limit.',
  'unexpected EOF',
  'read tcp 10.0.0.2:51234->10.0.0.1:443: read: connection reset by peer',
  'Get "https://registry.example.org/v2/": dial tcp: lookup registry.example.org on 127.0.0.53:53: server misbehaving',
  'Get "https://registry.example.org/v2/": net/http: TLS handshake timeout',
])('%s: pulling again may help', (message) => {
  expect(pullFailureOf(new Error(message))).toBe('passing');
});

test.each([
  'failed to register layer: Error processing tar file(exit status 1): write /usr/lib/libnot found.so: no space left on device',
  'write /var/lib/docker/tmp/GetImageBlob123456: no space left on device',
  'failed to register layer: write /usr/bin/x: disk quota exceeded',
  'mkdir /var/lib/docker/overlay2/1: read-only file system',
  'failed to register layer: open /var/lib/docker/overlay2/1/link: input/output error',
])('%s: this machine has to be helped', (message) => {
  expect(pullFailureOf(new Error(message))).toBe('machine');
});

test.each([400, 404])('an engine that answers %i says so whatever its words are', (statusCode) => {
  expect(pullFailureOf(Object.assign(new Error('the dog ate it'), { statusCode }))).toBe('lasting');
});

test('an engine that answers 500 says by its words alone whether pulling again may help', () => {
  const failure = (message: string) => pullFailureOf(Object.assign(new Error(message), { statusCode: 500 }));
  expect(failure('manifest unknown')).toBe('lasting');
  expect(failure('received unexpected HTTP status: 503 Service Unavailable')).toBe('passing');
});

const pull = { image: 'registry.example.org/tool:1', retrySeconds: 300 };

test('an image that there is not ends its Job for good, and its name is what to look at', () => {
  const error = pullError(pull, new Error('manifest unknown'));
  expect(error.reason).toBe('image');
  expect(error.message).toBe(
    'Image "registry.example.org/tool:1" is not on this machine and could not be pulled: manifest unknown. Check its name, or load it with `docker pull` or `docker load`.',
  );
});

test('a registry that stays down is the machine’s fault, so the Job is tried again', () => {
  const error = pullError(pull, new Error('received unexpected HTTP status: 503 Service Unavailable'));
  expect(error.reason).toBe('sandbox');
  expect(error.message).toBe(
    'Image "registry.example.org/tool:1" is not on this machine, and its registry did not give it in 300 s: received unexpected HTTP status: 503 Service Unavailable. Look whether the registry is up and this machine reaches it, or load the image with `docker pull` or `docker load`.',
  );
});

test('a disk that is full while an image is pulled is the machine’s fault, so the Job is tried again', () => {
  const error = pullError(pull, new Error('write /var/lib/docker/tmp/1: no space left on device'));
  expect(error.reason).toBe('sandbox');
  expect(error.message).toBe(
    'Image "registry.example.org/tool:1" could not be stored on this machine: write /var/lib/docker/tmp/1: no space left on device. Look after the disk of its Docker Engine.',
  );
});
