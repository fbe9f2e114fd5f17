/** A file at its publisher. What is not known of it is left out, never guessed. */
export interface OfficialFile {
  readonly path: string;
  readonly bytes?: number;
  readonly sha256?: string;
}

/** An official benchmark: where its publisher keeps it, and how to know its files where someone has them already. */
export interface OfficialSet {
  /** All tasks that ask it; it is named after the first. */
  readonly tasks: readonly [string, ...string[]];
  readonly title: string;
  readonly licence: string;
  /** `owner/name`, among the hub's datasets or on GitHub. */
  readonly repo: string;
  readonly at: 'hub' | 'github';
  /** Commit; absent where none is known: then it is the newest. */
  readonly revision?: string;
  /** Rows that are items. */
  readonly count: number;
  readonly items: OfficialFile;
  /** Where worked examples are drawn from. */
  readonly fewshot?: OfficialFile;
  /** What to do where the publisher gives the set only to those who ask. */
  readonly gated?: string;
  /**
   * Paths of its files in a folder, in the forms publishers give them: all that the first fitting pattern finds are read
   * as one set, in the order of their names.
   */
  readonly local: { readonly items: readonly RegExp[]; readonly fewshot: readonly RegExp[] };
}

const HUB_PAGE = 'https://huggingface.co/datasets';
const GITHUB_PAGE = 'https://github.com';

/** The page of a set at its publisher. */
export const pageOf = ({ at, repo }: OfficialSet): string => `${at === 'hub' ? HUB_PAGE : GITHUB_PAGE}/${repo}`;

const parquet = (folder: string, split: string, known: Omit<OfficialFile, 'path'> = {}): OfficialFile => ({
  path: `${folder}/${split}-00000-of-00001.parquet`,
  ...known,
});

/** Paths with this in them that end in one of these names, whatever the form. */
const anyForm = (within: string, ...names: readonly string[]): RegExp =>
  new RegExp(
    `${within}.*?(?:^|[/_.-])(?:${names.join('|')})(?:-\\d+-of-\\d+|_\\d+)?\\.(?:jsonl|json|parquet|csv)$`,
    'i',
  );

/** A file for each of MMLU's subjects, as its authors publish them. */
const subjects = (split: string): RegExp =>
  new RegExp(`(?:^|/)(?:data|[^/]*mmlu[^/]*)/${split}/\\w+_${split}\\.csv$`, 'i');

const ARC = { repo: 'allenai/ai2_arc', at: 'hub', revision: '210d026faf9955653af8916fad021475a3f00453' } as const;

/**
 * Every official set that Lopper knows, in the order of the tasks. GSM8K's hashes were computed from its files; the others
 * are those that public projects record and check at the same commits (of MMLU's dev and PIQA's files, one project each).
 */
export const officialSets: readonly OfficialSet[] = [
  {
    tasks: ['mmlu', 'mmlu_cloze', 'mmlu_paper'],
    title: 'MMLU',
    licence: 'MIT',
    repo: 'cais/mmlu',
    at: 'hub',
    revision: 'c30699e8356da336a370243923dbaf21066bb9fe',
    count: 14042,
    items: parquet('all', 'test', {
      bytes: 3504718,
      sha256: '74a41822ce7d3def56e1682f958469c04642a5336a5ce912fa375fdb90fb25d7',
    }),
    fewshot: parquet('all', 'dev', { sha256: '2b19bde1ed8ca6b482fb283abc90e8e0d9d228947029c0b91795d64b28b3bc3f' }),
    local: {
      items: [/mmlu.*\/all\/test[^/]*\.parquet$/i, subjects('test'), anyForm('mmlu', 'test')],
      fewshot: [/mmlu.*\/all\/dev[^/]*\.parquet$/i, subjects('dev'), anyForm('mmlu', 'dev')],
    },
  },
  {
    tasks: ['gsm8k'],
    title: 'GSM8K',
    licence: 'MIT',
    repo: 'openai/grade-school-math',
    at: 'github',
    revision: '3101c7d5072418e28b9008a6636bde82a006892c',
    count: 1319,
    items: {
      path: 'grade_school_math/data/test.jsonl',
      bytes: 749738,
      sha256: '3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14',
    },
    fewshot: {
      path: 'grade_school_math/data/train.jsonl',
      bytes: 4166206,
      sha256: '17f347dc51477c50d4efb83959dbb7c56297aba886e5544ee2aaed3024813465',
    },
    local: {
      items: [anyForm('(?:gsm8k|grade.school.math)', 'test')],
      fewshot: [anyForm('(?:gsm8k|grade.school.math)', 'train')],
    },
  },
  {
    ...ARC,
    tasks: ['arc_easy'],
    title: 'ARC, easy',
    licence: 'CC BY-SA 4.0',
    count: 2376,
    items: parquet('ARC-Easy', 'test', { sha256: '4160597d618ae851c7eb04e281574f3f654776216ac6b6641588d64527b47177' }),
    fewshot: parquet('ARC-Easy', 'train', {
      bytes: 330598,
      sha256: 'b315db8a4be597dc7daa50a4e70d48dd7c990c32085629e6ccd8c926beaa80b5',
    }),
    local: { items: [anyForm('arc.easy', 'test')], fewshot: [anyForm('arc.easy', 'train')] },
  },
  {
    ...ARC,
    tasks: ['arc_challenge'],
    title: 'ARC, challenge',
    licence: 'CC BY-SA 4.0',
    count: 1172,
    items: parquet('ARC-Challenge', 'test', {
      bytes: 203808,
      sha256: '62f03257e737aed263f55c6abf87c7bb0028a44a6bdd2a26eb1279eb42c1d1e9',
    }),
    fewshot: parquet('ARC-Challenge', 'train', {
      bytes: 189909,
      sha256: 'e488c1587ffdcfc8443f916c53488a95cd471c5790e0746c6bfe4cecf20962cb',
    }),
    local: { items: [anyForm('arc.challenge', 'test')], fewshot: [anyForm('arc.challenge', 'train')] },
  },
  {
    tasks: ['boolq'],
    title: 'BoolQ (of SuperGLUE)',
    licence: 'CC BY-SA 3.0',
    repo: 'aps/super_glue',
    at: 'hub',
    revision: '3de24cf8022e94f4ee4b9d55a6f539891524d646',
    count: 3270,
    items: parquet('boolq', 'validation'),
    fewshot: parquet('boolq', 'train'),
    local: { items: [anyForm('boolq', 'validation', 'val', 'dev')], fewshot: [anyForm('boolq', 'train')] },
  },
  {
    tasks: ['hellaswag'],
    title: 'HellaSwag',
    licence: 'MIT',
    repo: 'Rowan/hellaswag',
    at: 'hub',
    revision: '218ec52e09a7e7462a5400043bb9a69a41d06b76',
    count: 10042,
    items: parquet('data', 'validation', {
      bytes: 6315951,
      sha256: '899813071e1e95efafec90f856e1987d2150fa4d020fc005df6962c259f660cd',
    }),
    fewshot: parquet('data', 'train', {
      bytes: 24365524,
      sha256: 'cacb12587faa63d7f723a72d61d12bfa94b140446f5a6a0a2e1c6906ab88bf02',
    }),
    local: { items: [anyForm('hellaswag', 'validation', 'val')], fewshot: [anyForm('hellaswag', 'train')] },
  },
  {
    tasks: ['lambada_openai'],
    title: 'LAMBADA (OpenAI’s file)',
    licence: 'modified MIT',
    repo: 'EleutherAI/lambada_openai',
    at: 'hub',
    revision: '900124bf3b8235c6daf21033af9948b3f07346c4',
    count: 5153,
    items: {
      path: 'data/lambada_test_en.jsonl',
      bytes: 1819752,
      sha256: '4aa8d02cd17c719165fc8a7887fddd641f43fcafa4b1c806ca8abc31fabdb226',
    },
    local: { items: [anyForm('lambada', 'test', 'test_en', 'en')], fewshot: [] },
  },
  {
    tasks: ['piqa'],
    title: 'PIQA',
    licence: 'AFL 3.0',
    repo: 'baber/piqa',
    at: 'hub',
    revision: '142f6d7367fd9877f0fb3b5734ea6a545f54cdd1',
    count: 1838,
    items: {
      path: 'piqa_validation.parquet',
      sha256: '2b17ee1215b1ceb2ddabf4c90a05c5a8b833bef9d207960f57d111c43a2080f3',
    },
    fewshot: {
      path: 'piqa_train.parquet',
      bytes: 2638413,
      sha256: '3114602b31fa724309a6c493cc86368c4eab7ab6e79e285056fd5ce3b60ddf02',
    },
    local: {
      // The publisher keeps the answers in a file of their own.
      items: [
        /(?:piqa|physicaliqa).*(?:valid|dev)(?:\.jsonl|-labels\.lst)$/i,
        anyForm('(?:piqa|physicaliqa)', 'validation', 'valid'),
      ],
      fewshot: [/(?:piqa|physicaliqa).*train(?:\.jsonl|-labels\.lst)$/i, anyForm('(?:piqa|physicaliqa)', 'train')],
    },
  },
  {
    tasks: ['toxigen'],
    title: 'ToxiGen',
    licence: 'MIT',
    repo: 'toxigen/toxigen-data',
    at: 'hub',
    count: 940,
    items: parquet('annotated', 'test'),
    gated:
      'ToxiGen is given to people who accept its terms on its page: log in there, and give an access token of that account (under Model in the page, as HF_TOKEN on the command line), or download annotated/test-00000-of-00001.parquet and give Lopper that file (Open files in the page, --from its folder on the command line).',
    local: { items: [anyForm('toxigen', 'test')], fewshot: [] },
  },
  {
    tasks: ['truthfulqa_mc1', 'truthfulqa_mc2'],
    title: 'TruthfulQA, multiple choice',
    licence: 'Apache 2.0',
    repo: 'truthfulqa/truthful_qa',
    at: 'hub',
    revision: '741b8276f2d1982aa3d5b832d3ee81ed3b896490',
    count: 817,
    items: parquet('multiple_choice', 'validation', {
      bytes: 271033,
      sha256: '23f08e230ca4ed66babf3a72419af7cbde1f3d734dd396ac4cf6d088bd162afd',
    }),
    local: {
      items: [/truthful.*multiple_choice.*\.parquet$/i, /truthful.*mc_task\.json$/i, /truthfulqa\.csv$/i],
      fewshot: [],
    },
  },
  {
    tasks: ['winogrande'],
    title: 'WinoGrande XL',
    licence: 'CC BY',
    repo: 'allenai/winogrande',
    at: 'hub',
    revision: '01e74176c63542e6b0bcb004dcdea22d94fb67b5',
    count: 1267,
    items: parquet('winogrande_xl', 'validation'),
    fewshot: parquet('winogrande_xl', 'train'),
    local: {
      items: [anyForm('winogrande', 'validation', 'dev')],
      fewshot: [/winogrande_xl.*train[^/]*\.parquet$/i, anyForm('winogrande', 'train_xl', 'train')],
    },
  },
];

/** The official set that a task asks; undefined for tasks that have none. One of MMLU's subjects (`mmlu_anatomy`) asks MMLU. */
export const officialSetOf = (task: string): OfficialSet | undefined =>
  officialSets.find(({ tasks }) => tasks.includes(task)) ??
  (task.startsWith('mmlu_') ? officialSets.find(({ tasks }) => tasks.includes('mmlu')) : undefined);
