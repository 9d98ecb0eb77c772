import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { turnstile } from './turnstile.ts';

/** Puts action files into a folder. */
export async function writeSampleActions(folder: string, names: readonly SampleAction[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of names) await writeFile(join(folder, `${name}.action.json`), actions[name]);
}

type SampleAction = keyof typeof actions;

/** An Action that writes which license a repository has. */
export function licenseAction(license: string): string {
  return String.raw`{
  "description": "Says in each repository which license it has.",
  "scopeQuery": "repo:^acme/(handbook|fraud-scoring|inventory)$",
  "network": "none",
  "steps": [
    {
      "type": "command",
      "args": ["sh", "-c", "[ ! -e go.mod ] || exit 3; echo ${license} > LICENSE; echo Look at it again. > TODO.md"]
    }
  ]
}
`;
}

const actions = {
  'node-24': String.raw`{
  // Every service of ours on Node moves to the current LTS.
  "description": "Moves a repository to Node 24, and sees whether its tests still pass.",
  "scopeQuery": "repo:^acme/ file:^package\\.json$",
  "steps": [
    {
      "type": "command",
      "args": [
        "sed", "-Ei", "s/(node:|node-version: |>=|^v)[0-9]+/\\124/",
        "package.json", ".nvmrc", "Dockerfile", ".github/workflows/ci.yml"
      ]
    },
    { "type": "command", "args": ["rm", "-f", ".travis.yml"] },
    { "type": "command", "args": ["sh", "scripts/test.sh"] }
  ]
}
`,
  'refresh-lockfiles': String.raw`{
  "scopeQuery": "repo:^acme/(storefront|checkout-api)$",
  "steps": [{ "type": "command", "args": ["sh", "-c", "echo Waiting for the registry; sleep 600"] }]
}
`,
  broken: String.raw`{
  "scopeQuery": "repo:^acme/ flie:package.json",
  "steps": [{ "type": "command", "args": "echo hello" }]
}
`,
  nowhere: String.raw`{
  "scopeQuery": "repo:^acme/ file:^Cargo\\.toml$",
  "steps": [{ "type": "command", "args": ["true"] }]
}
`,
  'same-name': String.raw`{
  "scopeQuery": "repo:^acme/web$",
  "network": "none",
  "steps": [{ "type": "command", "args": ["sh", "-c", "echo And of everybody. >> OWNER"] }]
}
`,
  'no-image': String.raw`{
  "scopeQuery": "repo:^acme/handbook$",
  "steps": [{ "type": "docker", "image": "flotilla/does-not-exist:1", "args": ["true"] }]
}
`,
  // Stands still until a test has seen the first lines, and then takes its time for the others.
  numbers: String.raw`{
  "scopeQuery": "repo:^acme/handbook$",
  "steps": [
    {
      "type": "command",
      "args": [
        "sh", "-c",
        "${turnstile.open}; for n in $(seq 1 150); do echo line $n of 150; [ $n != 20 ] || ${turnstile.wait}; sleep 0.04; done"
      ]
    }
  ]
}
`,
  careful: String.raw`{
  // Of the repository with a README the first try fails; each later one writes another time.
  "scopeQuery": "repo:^acme/(handbook|inventory)$",
  "network": "none",
  "steps": [
    {
      "type": "command",
      "cacheDirs": ["/cache"],
      "args": [
        "sh", "-c",
        "if [ -e README.md ] && [ ! -e /cache/tried ]; then touch /cache/tried; echo The first try fails; exit 3; fi; echo A later try; date +%s%N > BUILD"
      ]
    }
  ]
}
`,
  // Of the repository in Go it knows nothing; beside what is meant it leaves a note behind.
  license: licenseAction('MIT'),
  busy: String.raw`{
  "scopeQuery": "repo:^acme/",
  "network": "none",
  "steps": [{ "type": "command", "args": ["sh", "-c", "echo At it; sleep 600"] }]
}
`,
  'needs-gpu': String.raw`{
  "scopeQuery": "repo:^acme/handbook$",
  "requires": ["gpu"],
  "network": "none",
  "steps": [{ "type": "command", "args": ["true"] }]
}
`,
} as const;
