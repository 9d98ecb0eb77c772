import { gitEnvironment, type GitNeeds } from '@flotilla/launcher/gitEnvironment';

const settings: GitNeeds['settings'] = {
  // What git keeps in memory to be faster: its defaults are for a git that has the machine for itself.
  'core.packedGitWindowSize': '8m',
  'core.packedGitLimit': '32m',
  'core.deltaBaseCacheLimit': '32m',
  'pack.windowMemory': '32m',
  'pack.deltaCacheSize': '32m',
  // Larger files are streamed, and not compared line by line.
  'core.bigFileThreshold': '16m',
};

const variables: GitNeeds['variables'] = {
  GIT_ATTR_NOSYSTEM: '1',
  // These three reach the gits that a git starts in another repository; settings do not.
  GIT_ALLOW_PROTOCOL: 'file',
  // A repository that lacks objects would name where to fetch them from, and by which program.
  GIT_NO_LAZY_FETCH: '1',
  GIT_NO_REPLACE_OBJECTS: '1',
};

/** The environment of every git the service starts, which reaches no network. */
export function serviceEnvironment(extra: GitNeeds['variables'] = {}): Record<string, string> {
  return gitEnvironment({ settings, variables: { ...variables, ...extra } });
}
