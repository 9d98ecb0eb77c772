import pino, { type Logger } from 'pino';

/** Fields that must never reach a log, wherever a caller puts them. */
const secretFields = ['token', 'leaseToken', 'password', 'authorization'];

/** The program's logger: one JSON object per line on standard error, so that standard output stays for people. */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '[redacted]' },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
