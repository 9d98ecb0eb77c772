/**
 * `npm start`: the service with its own Postgres (or the one of DATABASE_URL) and one runner on this machine's Docker,
 * until Ctrl-C. Options: `--help`; settings: docs/user/configuration.md.
 */
import { join } from 'node:path';
import { styleText } from 'node:util';
import { Command, CommanderError } from 'commander';
import { messageOf } from '@flotilla/shared/errors';
import { readConfig, type Config } from '../service/src/config.ts';
import { stopPostgres } from '../service/src/db/embedded/stopPostgres.ts';
import { listenForInterruption } from './launch/interruption.ts';
import type { Program } from './launch/program.ts';
import { startRunner } from './launch/runnerProgram.ts';
import { startService, type ServiceProgram } from './launch/serviceProgram.ts';
import { ProgramLog, wordsOf } from './start/logLines.ts';
import { drain, untilOver, type Part } from './start/runTogether.ts';
import { welcomeLines } from './start/welcome.ts';
import { ensureDocker } from './system/ensureDocker.ts';
import { sayOnTerminal } from './system/say.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'number') return options;
  let config: Config;
  try {
    config = readConfig();
  } catch (error) {
    say(messageOf(error));
    return 1;
  }
  let onAgain: () => void = () => say('Still stopping.');
  using interruption = listenForInterruption(
    () => say('Stopping.'),
    () => onAgain(),
  );
  try {
    await using resources = new AsyncDisposableStack();
    const service = await start(config, options.runner);
    // Only now: the Postgres of a service that was refused is another one's.
    if (config.databaseUrl === undefined) resources.defer(() => stopPostgres(config.postgresFolder));
    resources.use(service);
    const parts: Part[] = [{ name: 'the service', program: service }];
    const runner = options.runner ? await startLocalRunner(config, service, resources) : undefined;
    if (runner !== undefined) parts.push({ name: 'the runner', program: runner });
    say(...welcomeLines({ config, service, hasRunner: runner !== undefined }));
    const over = await untilOver(parts, interruption);
    if (over !== undefined) say(`${over.part.name} ended by itself (${over.how}), so the rest ends too.`);
    if (runner !== undefined) await drain(runner, say, (hurry) => (onAgain = hurry));
    return over === undefined ? 0 : 1;
  } catch (error) {
    say(messageOf(error));
    return 1;
  }
}

function readOptions(args: readonly string[]): { readonly runner: boolean } | number {
  const command = new Command('npm start --')
    .description('Starts the service, and one runner on the Docker Engine of this machine.')
    .option('--no-runner', 'leave the runner out; `npm run runner` starts one here or elsewhere')
    .addHelpText('after', '\nSettings are read from the environment: docs/user/configuration.md.')
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) =>
        write(text.replace(/^error: (.)/, (_, first: string) => first.toUpperCase())),
    });
  try {
    return command.parse([...args], { from: 'user' }).opts<{ runner: boolean }>();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    throw error;
  }
}

async function start(config: Config, hasRunner: boolean): Promise<ServiceProgram> {
  const log = logOf('service', 'blue');
  // Until it listens, what it prints is either the welcome that is drawn here or the reason why it cannot start.
  let listens = false;
  let output = '';
  try {
    const service = await startService({
      dataFolder: config.dataFolder,
      port: config.port,
      env: {
        FLOTILLA_LOG_LEVEL: config.logLevel,
        ...(hasRunner ? { FLOTILLA_LOCAL_RUNNER: 'true' } : {}),
      },
      onOutput(text) {
        if (listens) log.push(text);
        else output += text;
      },
    });
    listens = true;
    return service;
  } catch (error) {
    const words = wordsOf(output);
    throw words === '' ? error : new Error(words, { cause: error });
  }
}

/** Undefined, with the reason said, when this machine has no Docker Engine and gets none. */
async function startLocalRunner(
  config: Config,
  service: ServiceProgram,
  resources: AsyncDisposableStack,
): Promise<Program | undefined> {
  try {
    resources.use(await ensureDocker(sayOnTerminal));
  } catch (error) {
    say(
      messageOf(error),
      'The service runs without a runner: `npm run runner` starts one, here or on another machine.',
    );
    return undefined;
  }
  const log = logOf('runner ', 'magenta');
  return resources.use(
    startRunner({
      serverUrl: service.url,
      token: { file: service.runnerTokenFile },
      stateFolder: process.env['FLOTILLA_RUNNER_STATE'] ?? join(config.dataFolder, 'runner'),
      onOutput: (text) => log.push(text),
    }),
  );
}

function logOf(name: string, colour: 'blue' | 'magenta'): ProgramLog {
  const coloured = styleText('red', 'x') !== 'x';
  return new ProgramLog(styleText(colour, `${name} │`), coloured, say);
}

function say(...lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}
