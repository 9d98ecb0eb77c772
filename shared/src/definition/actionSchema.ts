import { z } from 'zod';
import { byteSizePattern } from './byteSize.ts';
import { durationPattern, maxTimeoutSeconds, parseDuration } from './duration.ts';

/**
 * A string that has to match a pattern. The sentence is what this project says about one that does not, and, as
 * `patternErrorMessage`, what the editor says from the JSON Schema.
 */
const matching = (pattern: RegExp, sentence: string) =>
  z.string().regex(pattern, sentence).meta({ patternErrorMessage: sentence });

const args = z.array(z.string());
const cacheDirs = z
  .array(
    matching(/^\/[^/]/, 'A cache directory is an absolute path inside the container, such as "/root/.npm".'),
  )
  .describe('Directories inside the container that the runner keeps between Jobs, such as "/root/.npm".');
const image = z
  .string()
  .min(1, 'An image must be named, such as "alpine:3".')
  .max(500, 'The name of an image has at most 500 characters.');

const duration = (what: string) =>
  matching(durationPattern, 'A timeout is a duration such as "90s", "45m" or "1h30m".')
    .refine(
      (text) => (parseDuration(text) ?? 0) <= maxTimeoutSeconds,
      'A timeout is at most seven days: "168h".',
    )
    .describe(`The most time ${what} may take, such as "90s", "45m" or "1h30m".`);

const size = (what: string) =>
  matching(byteSizePattern, 'A size is a number of bytes with a unit, such as "512m" or "4g".').describe(
    what,
  );

const wholeNumber = (min: number, max: number, sentence: string) =>
  z.number().int(sentence).min(min, sentence).max(max, sentence);

/** Characters of an Action's name: it is looked up, and becomes the name of files. */
export const longestName = 200;
/** Characters of a scope query. */
export const longestQuery = 10_000;

/** What a container may use at most. */
const resources = z.strictObject({
  memory: size('Memory of one container, such as "2g".').optional(),
  cpus: z
    .number()
    .min(0.01, 'Processors are a number from 0.01 to 1024, such as 1.5.')
    .max(1024, 'Processors are a number from 0.01 to 1024, such as 1.5.')
    .describe('Processors of one container, such as 1.5.')
    .optional(),
  processes: wholeNumber(1, 1_000_000, 'Processes are a whole number from 1.')
    .describe('Processes and threads of one container.')
    .optional(),
  disk: size('What all containers of a Job may write to disk, together, such as "10g".').optional(),
});

/** Keys of every Step, whatever it runs. */
const ofAnyStep = {
  cacheDirs: cacheDirs.optional(),
  timeout: duration('this step').optional(),
};

const commandStep = z.strictObject({
  type: z
    .literal('command')
    .describe("Runs `args` in the Action's image, or in the service's default image."),
  args: args
    .min(1, 'A command step needs "args": the program and its arguments.')
    .describe('The program and its arguments. For a shell: ["sh", "-c", "…"].'),
  image: z
    .null({ error: 'A command step takes no "image": use "type": "docker", or set "image" beside "steps".' })
    .describe('A command step takes no image: use "type": "docker", or set "image" beside "steps".')
    .optional(),
  ...ofAnyStep,
});

const dockerStep = z.strictObject({
  type: z.literal('docker').describe('Runs an image of its own, with its own entrypoint.'),
  image: image.describe('The image to run, such as "node:24-slim".'),
  args: args.describe('Overrides the CMD of the image.').optional(),
  ...ofAnyStep,
});

/** An Action file as people write it: the original format of `src actions exec`, with Flotilla's additions. */
export const actionFile = z.strictObject({
  $schema: z.string().optional(),
  name: matching(/^[\w.-]+$/, 'A name has letters, digits, ".", "_" and "-" only.')
    .max(longestName, `A name has at most ${longestName} characters.`)
    .describe("What the Action is called. Without it the file's name counts.")
    .optional(),
  description: z.string().describe('One or two sentences for people.').optional(),
  scopeQuery: matching(/\S/, 'Say which repositories: "scopeQuery" must not be empty. "repo:" matches all.')
    .max(longestQuery, `A scope query has at most ${longestQuery} characters.`)
    .describe(
      'Which repositories: "repo:" and "-repo:" (regular expressions on the name), "file:" (on a path), "count:", and literal text that a file must contain.',
    ),
  image: image.describe("The image of command steps. Without it the service's default image.").optional(),
  env: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'A variable name has letters, digits and "_" and no digit first.'),
      z.string({ error: 'The value of a variable is a string.' }),
    )
    .describe('Environment variables of every step.')
    .optional(),
  timeout: duration('one Job').optional(),
  network: z
    .enum(['default', 'none'], { error: '"network" is "default" or "none".' })
    .describe('"none" gives the containers no network.')
    .optional(),
  resources: resources
    .describe('What a container may use at most; never more than its Runner permits.')
    .optional(),
  profile: z
    .enum(['default', 'strict'], { error: '"profile" is "default" or "strict".' })
    .describe('"strict" runs steps without capabilities, not as root, and with a read-only root.')
    .optional(),
  requires: z
    .array(matching(/^[\w.:/-]{1,100}$/, 'A label has letters, digits, ".", ":", "/", "_" and "-" only.'))
    .max(20, 'At most 20 labels can be required.')
    .describe('Labels that a Runner must have, such as "gpu".')
    .optional(),
  priority: wholeNumber(-100, 100, 'A priority is a whole number from -100 to 100.')
    .describe('Jobs of higher priority are claimed first; 0 is the usual one.')
    .optional(),
  maxParallel: wholeNumber(1, 100_000, '"maxParallel" is a whole number from 1.')
    .describe('How many Jobs may run at the same time.')
    .optional(),
  maxFailures: wholeNumber(1, 100_000, '"maxFailures" is a whole number from 1.')
    .describe('So many failed Jobs pause the Execution, until a person resumes or cancels it.')
    .optional(),
  steps: z
    .array(
      z.discriminatedUnion('type', [commandStep, dockerStep], {
        error: 'A step\'s "type" is "command" or "docker".',
      }),
    )
    .min(1, 'An Action needs at least one step.')
    .max(1000, 'An Action has at most 1000 steps.')
    .describe('Containers that run one after the other on each repository; their changes are the Patch.'),
});

export type ActionFile = z.infer<typeof actionFile>;
