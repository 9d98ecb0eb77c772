/** A workflow of GitHub Actions that checks out, and runs these commands on an image. */
export function workflow(image: string, commands: readonly string[]): string {
  const steps = commands.map((command) => `      - run: ${command}\n`).join('');
  return `name: ci
on: [push, pull_request]
jobs:
  test:
    runs-on: ${image}
    steps:
      - uses: actions/checkout@v4
${steps}`;
}
