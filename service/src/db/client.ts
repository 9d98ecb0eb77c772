import postgres from 'postgres';
import { serverAddress } from './serverAddress.ts';

type Options = Omit<NonNullable<Parameters<typeof postgres>[1]>, 'ssl' | 'fetch_types'>;

/**
 * Opens a client of the database: the one way to the driver, so that every connection is protected as the URL asks, see
 * {@link serverAddress}. `fetch_types: false` avoids a query per connection that crashes on a restart (postgres.js #1223).
 */
export function openClient(databaseUrl: string, options: Options): postgres.Sql {
  const { url, ssl } = serverAddress(databaseUrl);
  return postgres(url, {
    connect_timeout: 5,
    onnotice: () => undefined,
    ...options,
    fetch_types: false,
    ssl,
  });
}
