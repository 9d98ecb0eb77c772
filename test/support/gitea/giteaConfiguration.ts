import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

export interface GiteaPlace {
  readonly folder: string;
  readonly port: number;
  readonly user: string;
  readonly staticFolder: string;
}

/** The most items that a page of the API has: few, so that each list has several. */
export const pageSize = 5;

/** The configuration of a Gitea that is thrown away: installed, on loopback, with nothing that calls out or runs by itself. */
export function giteaConfiguration({ folder, port, user, staticFolder }: GiteaPlace): string {
  const sections: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>> = {
    server: {
      PROTOCOL: 'http',
      HTTP_ADDR: '127.0.0.1',
      HTTP_PORT: port,
      ROOT_URL: `http://127.0.0.1:${port}/`,
      STATIC_ROOT_PATH: staticFolder,
      APP_DATA_PATH: join(folder, 'data'),
      DISABLE_SSH: true,
      OFFLINE_MODE: true,
      LFS_START_SERVER: false,
    },
    database: { DB_TYPE: 'sqlite3', PATH: join(folder, 'gitea.db'), SQLITE_JOURNAL_MODE: 'WAL' },
    repository: {
      ROOT: join(folder, 'repositories'),
      DEFAULT_BRANCH: 'main',
      ENABLE_PUSH_CREATE_USER: false,
    },
    security: {
      INSTALL_LOCK: true,
      SECRET_KEY: randomBytes(32).toString('hex'),
      INTERNAL_TOKEN: randomBytes(48).toString('hex'),
    },
    oauth2: { JWT_SECRET: randomBytes(32).toString('base64url') },
    service: { DISABLE_REGISTRATION: true },
    api: { MAX_RESPONSE_ITEMS: pageSize, DEFAULT_PAGING_NUM: pageSize },
    webhook: { ALLOWED_HOST_LIST: 'loopback' },
    indexer: { ISSUE_INDEXER_TYPE: 'db', REPO_INDEXER_ENABLED: false },
    queue: { TYPE: 'channel' },
    cache: { ADAPTER: 'memory' },
    session: { PROVIDER: 'memory' },
    picture: { DISABLE_GRAVATAR: true },
    mailer: { ENABLED: false },
    actions: { ENABLED: false },
    packages: { ENABLED: false },
    cron: { ENABLED: false },
    'cron.update_checker': { ENABLED: false },
    log: { MODE: 'console', LEVEL: 'Warn' },
  };
  const general = [
    `APP_NAME = Gitea of a test`,
    `RUN_USER = ${user}`,
    'RUN_MODE = prod',
    `WORK_PATH = ${folder}`,
  ];
  const lines = Object.entries(sections).flatMap(([name, settings]) => [
    `[${name}]`,
    ...Object.entries(settings).map(([key, value]) => `${key} = ${value}`),
  ]);
  return `${[...general, ...lines].join('\n')}\n`;
}
