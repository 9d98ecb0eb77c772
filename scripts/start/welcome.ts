import { styleText } from 'node:util';
import type { Config } from '../../service/src/config.ts';
import type { ServiceProgram } from '../launch/serviceProgram.ts';

export interface Welcome {
  readonly config: Config;
  readonly service: ServiceProgram;
  readonly hasRunner: boolean;
}

/** What a person wants to know when all has started, the connect URL first. */
export function welcomeLines({ config, service, hasRunner }: Welcome): string[] {
  const { url, pairingCode } = service;
  const fact = (name: string, text: string) => `  ${name.padEnd(14)}${text}`;
  return [
    '',
    `  ${styleText('bold', 'Flotilla')} is at ${styleText('cyan', url)}`,
    '',
    ...(pairingCode === undefined
      ? [fact('Connect', 'editors were connected before; `npm run token -- pair` connects another')]
      : [
          fact('Connect', 'in VS Code run "Flotilla: Connect to Server…" and paste, within 10 minutes:'),
          fact('', styleText('bold', `${url}/connect?code=${pairingCode}`)),
        ]),
    ...repositoryLines(config).map((line, index) => fact(index === 0 ? 'Repositories' : '', line)),
    fact('Runner', hasRunner ? "one, on this machine's Docker" : 'none here'),
    fact(
      'Data',
      `${config.dataFolder}${config.databaseUrl === undefined ? '' : ', and the database of DATABASE_URL'}`,
    ),
    fact('Stop', 'Ctrl-C'),
    '',
  ];
}

function repositoryLines({ repositories }: Config): string[] {
  if (repositories.length === 0) return ['none: set FLOTILLA_REPOSITORIES to a folder of git repositories'];
  return repositories.map(({ name, folder }) => (name === null ? folder : `${name}: ${folder}`));
}
