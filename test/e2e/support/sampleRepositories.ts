import { join } from 'node:path';
import { git, makeRepository, type FileContent } from '../../support/repositories.ts';
import { turnstile } from './turnstile.ts';

/** Makes repositories as a company has them: four on Node, one of which is stuck on an old version, and others. */
export async function makeSampleRepositories(folder: string): Promise<void> {
  for (const [name, files] of Object.entries(samples)) await makeRepository(join(folder, name), { files });
  const empty = await makeRepository(join(folder, 'acme/next-big-thing'), { files: {} });
  await git(empty.folder, ['update-ref', '-d', 'HEAD']);
}

/** Takes its time, as tests do, and colours what it says; at a turnstile after each module that `waitsAfter` names. */
function testsOf(waitsAfter: readonly string[]): string {
  const files = ['none', ...waitsAfter.map((module) => `src/${module}.js`)];
  return String.raw`${turnstile.open}
for file in src/*.js; do
  for what in 'starts empty' 'takes a thousand' 'refuses nonsense'; do
    sleep 0.1
    printf '\033[32m✔\033[0m %s \033[90m%s\033[0m\n' "$file" "$what"
  done
  case $file in ${files.join(' | ')}) ${turnstile.wait} ;; esac
done
printf '\033[1;32mAll tests passed\033[0m\n'
`;
}

const samples: Readonly<Record<string, Readonly<Record<string, FileContent>>>> = {
  'acme/storefront': {
    ...nodeProject('storefront', '18', ['cart', 'checkout', 'prices', 'search', 'taxes', 'users']),
    'scripts/test.sh': testsOf(['cart', 'checkout', 'prices']),
    '.travis.yml': 'language: node_js\nnode_js: 18\n',
  },
  'acme/checkout-api': nodeProject('checkout-api', '20', ['orders', 'payments']),
  'acme/admin-console': nodeProject('admin-console', '18', ['reports', 'roles']),
  'acme/legacy-import': {
    ...nodeProject('legacy-import', '12', ['csv']),
    'scripts/test.sh':
      'echo "Error: vendor/xml.node was built for Node 12, and this is Node 24" >&2\nexit 70\n',
  },
  'acme/inventory': { 'go.mod': 'module acme.example/inventory\n\ngo 1.22\n', 'main.go': 'package main\n' },
  'acme/fraud-scoring': { 'pyproject.toml': '[project]\nname = "fraud-scoring"\n' },
  'acme/handbook': { 'README.md': '# How we work\n' },
};

function nodeProject(name: string, version: string, modules: readonly string[]): Record<string, FileContent> {
  const manifest = {
    name: `@acme/${name}`,
    version: '1.4.2',
    private: true,
    engines: { node: `>=${version}` },
    scripts: { start: 'node src/server.js', test: 'sh scripts/test.sh' },
  };
  return {
    '.github/workflows/ci.yml': workflow(version),
    '.nvmrc': `v${version}\n`,
    Dockerfile: `FROM node:${version}-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci --omit=dev\nCMD ["npm", "start"]\n`,
    'README.md': `# ${name}\n`,
    'package.json': `${JSON.stringify(manifest, undefined, 2)}\n`,
    'scripts/test.sh': testsOf([]),
    ...Object.fromEntries(
      modules.map((module) => [`src/${module}.js`, `export const ${module} = () => [];\n`]),
    ),
  };
}

function workflow(version: string): string {
  return `name: CI
on: [push, pull_request]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: ${version}
      - run: npm ci
      - run: npm test
`;
}
