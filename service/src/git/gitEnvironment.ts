/**
 * Settings of every git the service starts, whatever the machine's own configuration says; they count before those of the
 * repository.
 */
const settings: Readonly<Record<string, string>> = {
  'safe.directory': '*',
  // Objects of a mirror are removed by Flotilla alone, which knows the pins.
  'gc.auto': '0',
  'maintenance.auto': 'false',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesFile': '/dev/null',
  'core.quotePath': 'false',
  // What git keeps in memory to be faster: its defaults are for a git that has the machine for itself.
  'core.packedGitWindowSize': '8m',
  'core.packedGitLimit': '32m',
  'core.deltaBaseCacheLimit': '32m',
  'pack.windowMemory': '32m',
  'pack.deltaCacheSize': '32m',
  // Larger files are streamed, and not compared line by line.
  'core.bigFileThreshold': '16m',
};

/** The environment of a git process: our settings, no system or user configuration, never a prompt, never a network. */
export function gitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const entries = Object.entries(settings).flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // These three reach the gits that a git starts in another repository; settings do not.
    GIT_ALLOW_PROTOCOL: 'file',
    // A repository that lacks objects would name where to fetch them from, and by which program.
    GIT_NO_LAZY_FETCH: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_CONFIG_COUNT: String(Object.keys(settings).length),
    ...(Object.fromEntries(entries) as Record<string, string>),
    ...extra,
  };
}
