import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { inspect } from 'node:util';
import Docker from 'dockerode';

/**
 * The Docker Engine of the environment (DOCKER_HOST). Each call has a connection of its own: one that was kept would
 * reach an engine that is stopping, which takes no new ones, and be broken at the first call after it has started again.
 */
export function dockerEngine(options: Pick<Docker.DockerOptions, 'timeout'> = {}): Docker {
  const docker = new Docker(options);
  // Its types leave both out.
  const modem: object & { protocol?: string; agent?: HttpAgent } = docker.modem;
  // Over ssh it brings an agent of its own.
  if (modem.protocol === 'https') modem.agent = shown(new HttpsAgent({ keepAlive: false }));
  else if (modem.protocol === 'http') modem.agent = shown(new HttpAgent({ keepAlive: false }));
  return docker;
}

/**
 * docker-modem makes a text of each request for its debug log, whether anybody reads that or not, with everything that
 * hangs from the agent: 80 ms of processor for each Job, before the agent showed itself by a word.
 */
function shown(agent: HttpAgent): HttpAgent {
  return Object.assign(agent, { [inspect.custom]: () => 'Agent' });
}
