import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const exec = promisify(execFile);

/** Ids of the containers of an Attempt, whatever their state. */
export function containersOf(attemptId: number): Promise<string[]> {
  return list(`flotilla.attempt=${attemptId}`);
}

/** Ids of the containers of a runner, by its name. */
export function containersOfRunner(name: string): Promise<string[]> {
  return list(`flotilla.runner=${name}`);
}

async function list(label: string): Promise<string[]> {
  const { stdout } = await exec('docker', ['ps', '--all', '--quiet', '--filter', `label=${label}`]);
  return stdout.split('\n').filter((id) => id !== '');
}
