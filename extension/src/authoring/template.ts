/**
 * The text of a new action file. It is valid as it is: it matches every repository with a README and appends a line,
 * so that the first thing a person does can be *Preview Scope*.
 */
export function actionTemplate(name: string): string {
  return `{
  // One code change, over many repositories. "Flotilla: Preview Scope" shows which, before anything runs.
  "name": ${JSON.stringify(name)},
  "description": "Says in the README that Flotilla was here.",

  // Which repositories: repo: and -repo: (regular expressions on the name), file: (on a path), count:,
  // and text that a file must contain.
  "scopeQuery": "repo: file:^README\\\\.md$",

  // Containers that run one after the other in each repository. What they change becomes its Patch.
  "steps": [
    {
      "type": "command",
      "args": ["sh", "-c", "echo 'Changed by ${name}.' >> README.md"]
    }
    // A step with an image of its own:
    // { "type": "docker", "image": "node:24-slim", "args": ["npm", "pkg", "set", "engines.node=>=24"] }
  ]
}
`;
}
