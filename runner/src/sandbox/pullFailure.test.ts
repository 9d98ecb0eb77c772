import { expect, test } from 'vitest';
import { pullFailureOf } from './pullFailure.ts';

test.each([
  'manifest for busybox:none not found: manifest unknown: manifest unknown',
  'pull access denied for no/such, repository does not exist or may require docker login: denied: requested access to the resource is denied',
  'Get "https://registry.example.org/v2/": unauthorized: authentication required',
  'no matching manifest for linux/amd64 in the manifest list entries',
  'Get "https://nowhere.invalid/v2/": dial tcp: lookup nowhere.invalid: no such host',
  'Get "https://localhost:5000/v2/": http: server gave HTTP response to HTTPS client',
])('%s: pulling again does not help', (message) => {
  expect(pullFailureOf(message)).toBe('lasting');
});

test.each([
  'Get "http://localhost:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused',
  'net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
  'received unexpected HTTP status: 503 Service Unavailable',
  'toomanyrequests: You have reached your pull rate limit.',
  'unexpected EOF',
  'read tcp 10.0.0.2:51234->10.0.0.1:443: read: connection reset by peer',
])('%s: pulling again may help', (message) => {
  expect(pullFailureOf(message)).toBe('passing');
});
