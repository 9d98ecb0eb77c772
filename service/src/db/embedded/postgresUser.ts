import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const name = 'postgres';

/** The system user that Postgres runs as when we are root, because it refuses to run as root. */
export interface PostgresUser {
  readonly uid: number;
  readonly gid: number;
  /** Whether that user can read a file, that is, enter every folder on the way to it. */
  canReach(path: string): Promise<boolean>;
}

/** The user to run Postgres as, made when it is missing. Undefined when we are not root: then Postgres runs as we do. */
export async function ensurePostgresUser(): Promise<PostgresUser | undefined> {
  if (userInfo().uid !== 0) return undefined;
  let ids = await findIds();
  if (ids === undefined) {
    await execute('useradd', [
      '--system',
      '--user-group',
      '--no-create-home',
      '--shell',
      '/usr/sbin/nologin',
      name,
    ]);
    ids = await findIds();
  }
  if (ids === undefined)
    throw new Error(`The system user "${name}" could not be made; make it, or set DATABASE_URL.`);
  const { uid, gid } = ids;
  return {
    uid,
    gid,
    canReach: (path) =>
      promisify(execFile)('/usr/bin/test', ['-r', path], { uid, gid }).then(
        () => true,
        () => false,
      ),
  };
}

async function findIds(): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((option) => execute('id', [option, name])));
    return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
  } catch {
    // `id` fails for a user that is not there, which is the question.
    return undefined;
  }
}
