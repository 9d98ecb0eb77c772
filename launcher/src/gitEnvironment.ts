/** Settings of every git that Flotilla starts: nothing that a repository brings along makes it run a program, or change. */
const everywhere: Readonly<Record<string, string>> = {
  'safe.directory': '*',
  'core.hooksPath': '/dev/null',
  'core.fsmonitor': 'false',
  'core.attributesFile': '/dev/null',
  'core.quotePath': 'false',
  // Objects are removed by us alone, who know what is still needed.
  'gc.auto': '0',
  'maintenance.auto': 'false',
};

/** What a git needs beside what every git gets. */
export interface GitNeeds {
  /** By name; they count before those of the repository. */
  readonly settings: Readonly<Record<string, string>>;
  /** Of its environment. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The environment of a git process: our settings, whatever the machine's own configuration says, and never a prompt. */
export function gitEnvironment({ settings, variables }: GitNeeds): Record<string, string> {
  const all = Object.entries({ ...everywhere, ...settings });
  const numbered = all.flatMap(([key, value], index): [string, string][] => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_CONFIG_COUNT: String(all.length),
    ...Object.fromEntries(numbered),
    ...variables,
  };
}
