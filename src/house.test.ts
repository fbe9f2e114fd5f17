/** The architecture: who may know whom. Read from the imports of every file that ships; tests may know what they test. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from 'vitest';

/** What each folder of src may import besides itself. `errors.ts`, `json.ts` and `random.ts` lie below all of them. */
const KNOWS: Readonly<Record<string, readonly string[]>> = {
  gpu: [],
  formats: [],
  model: ['formats'],
  recovery: ['formats', 'model'],
  pruning: ['model', 'recovery'],
  benchmarks: ['formats'],
  exports: ['formats', 'model', 'recovery', 'pruning'],
  engine: ['gpu', 'formats', 'model', 'recovery'],
  lab: ['gpu', 'formats', 'model', 'recovery', 'pruning', 'benchmarks', 'exports', 'engine'],
  app: ['formats', 'model', 'recovery', 'pruning', 'benchmarks', 'exports', 'lab'],
  cli: ['formats', 'model', 'recovery', 'pruning', 'benchmarks', 'exports', 'lab'],
};

/** The floors of a folder from the ground up, each one or more files or folders; what is not named stands above them. */
const FLOORS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  exports: [['format', 'output-names', 'shell', 'yaml']],
  engine: [['branch', 'layout', 'tree'], ['kernels'], ['observers'], ['contract']],
  lab: [['contract'], ['running'], ['place'], ['files'], ['sets'], ['exam'], ['measure'], ['jobs']],
  app: [['words'], ['store'], ['actions'], ['widgets'], ['charts'], ['panels'], ['page']],
};

/** Panels stand side by side, but for those that are laid inside another. */
const INSIDE: Readonly<Record<string, readonly string[]>> = {
  influence: ['agreement', 'norms', 'growth'],
  plan: ['selection', 'curves'],
  cost: ['prompt', 'results', 'benchmarks'],
};

/** Packages that a folder must do without. */
const WITHOUT: readonly [in_: RegExp, packages: RegExp][] = [
  [/^(formats|model|recovery|pruning|benchmarks|exports)\//, /^(react|zustand|recharts|radix-ui|comlink|webgpu)\b/],
  [/^(gpu|engine|lab|cli)\//, /^(react|zustand|recharts|radix-ui)\b/],
  [/^app\/(words|store|actions)\//, /^(react|recharts|radix-ui)\b|^zustand$/],
];

interface Arrow {
  /** "src/lab/lab.ts:12". */
  readonly at: string;
  readonly from: string;
  /** A file under src, or a package. */
  readonly to: string;
  readonly isPackage: boolean;
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.tsx?$/.test(file) && !/\.test\.|(^|\/)testing\b|testing-/.test(file));
const known = new Set(files);

/** Every import of a file, also of types alone. */
const arrowsOf = (from: string): Arrow[] =>
  readFileSync(join('src', from), 'utf8')
    .split('\n')
    .flatMap((line, i): Arrow[] => {
      const name = /(?:\bfrom|\bimport\(|^import) ?'([^']+)'/.exec(line)?.[1];
      if (name === undefined) return [];
      const at = `src/${from}:${i + 1}`;
      if (!name.startsWith('.')) return [{ at, from, to: name, isPackage: true }];
      const path = normalize(join(dirname(from), name)).replaceAll('\\', '/');
      const to = [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((file) => known.has(file));
      return to === undefined ? [] : [{ at, from, to, isPackage: false }];
    });

const arrows = files.flatMap(arrowsOf);
const inside = arrows.filter((a) => !a.isPackage);
const parts = (file: string) => file.replace(/\.tsx?$/, '').split('/');
const told = (wrong: readonly Arrow[]) => wrong.map(({ at, to }) => `${at} imports ${to}`);

/** Which floor of its folder a file stands on; those that are not named stand on top. */
function floorOf(file: string): number {
  const [folder, name] = parts(file) as [string, string];
  const floors = FLOORS[folder]!;
  const at = floors.findIndex((floor) => floor.includes(name));
  return at < 0 ? floors.length : at;
}

test('folders know only those below them', () => {
  const folderOf = (file: string) => (file.includes('/') ? parts(file)[0]! : '');
  const unknown = files.map(folderOf).filter((folder) => folder && !Object.hasOwn(KNOWS, folder));
  expect([...new Set(unknown)], 'folders without a place').toEqual([]);
  const wrong = inside.filter(({ from, to }) => {
    const [a, b] = [folderOf(from), folderOf(to)];
    return b !== '' && a !== b && !KNOWS[a]?.includes(b);
  });
  expect(told(wrong)).toEqual([]);
});

test('inside engine, lab and app no arrow goes up', () => {
  const wrong = inside.filter(({ from, to }) => {
    const folder = parts(from)[0]!;
    return Object.hasOwn(FLOORS, folder) && to.startsWith(`${folder}/`) && floorOf(from) < floorOf(to);
  });
  expect(told(wrong)).toEqual([]);
});

test('panels stand side by side', () => {
  const panelOf = (file: string) => /^app\/panels\/([^/]+)\//.exec(file)?.[1];
  const wrong = inside.filter(({ from, to }) => {
    const [a, b] = [panelOf(from), panelOf(to)];
    return a && b && a !== b && !INSIDE[a]?.includes(b);
  });
  expect(told(wrong)).toEqual([]);
});

test('pure folders know no GPU and no React, and the page’s state no React', () => {
  const wrong = arrows.filter(
    ({ from, to, isPackage }) =>
      isPackage && WITHOUT.some(([folder, packages]) => folder.test(from) && packages.test(to)),
  );
  expect(told(wrong)).toEqual([]);
});

test('no file imports itself by way of others', () => {
  const targets = new Map(files.map((file) => [file, inside.filter((a) => a.from === file)]));
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, way: readonly string[]) => {
    if (way.includes(file)) return void circles.push([...way.slice(way.indexOf(file)), file].join(' → '));
    if (done.has(file)) return;
    for (const { to } of targets.get(file)!) visit(to, [...way, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});
