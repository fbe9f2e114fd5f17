// What the bench measures, and how each is printed: for `npm run bench`, and for `npm run check:gpu` in its own table.

/** @typedef {import('./main').Measurements & { page: Awaited<ReturnType<typeof import('./page.mjs').measurePage>> }} Measurements */

const number = (/** @type {number} */ value, digits = 0) =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const percent = (/** @type {number} */ share) => `${number(100 * share, 1)} %`;

/**
 * Rows of a job in walks with many branches beside the same in a walk for each branch.
 * @type {(name: string, result: Measurements['greedyCurve']) => [string, string][]}
 */
const sharing = (name, r) => [
  [`${name}, ${r.branches} losses of ${r.tokens} tokens`, `${number(r.togetherMs / 1000, 2)} s`],
  ['  the same kernels, a walk for each', `${number(r.naiveMs / 1000, 2)} s`],
  ['  ratio', number(r.togetherMs / r.naiveMs, 3)],
  ['  largest difference of a loss', `${r.largestDifference.toExponential(1)} nats`],
];

/**
 * Speeds beside those of the first.
 * @type {(r: Measurements['storedTypes'][number], first: Measurements['storedTypes'][number]) => string}
 */
const beside = (r, first) =>
  [
    r.prefillTokensPerSecond / first.prefillTokensPerSecond,
    first.leaveOneOutMs / r.leaveOneOutMs,
    r.decodeTokensPerSecond / first.decodeTokensPerSecond,
  ]
    .map((ratio) => number(ratio, 2))
    .join(', ');

/**
 * A walk over weights that are read as it comes to them, and the most memory that took.
 * @type {(r: Measurements['streaming'][number]) => [string, string][]}
 */
const streamingRows = (r) => [
  [
    `streamed, ${number(r.weightBytes / 1e9, 2)} GB ${r.weights}: ${r.tokens} tokens, ${r.masks} masks`,
    `${number(r.seconds, 1)} s`,
  ],
  [
    '  read',
    `${number(r.bytesRead / 1e9, 2)} GB in ${number(r.readingSeconds, 1)} s, waited for ${number(r.waitedSeconds, 1)} s`,
  ],
  ['  GPU memory at most', `${number(r.gpuPeak / 2 ** 30, 2)} GiB`],
  ...(r.processPeak
    ? [/** @type {[string, string]} */ (['  process at most', `${number(r.processPeak / 2 ** 30, 2)} GiB`])]
    : []),
];

/** What takes long, and is measured where it is asked for by name. */
export const ONLY_ASKED = new Set(['ways', 'sevenB', 'sevenBInBlocks', 'sevenBMadeInBlocks', 'conversion']);

/**
 * How each measurement is printed: rows of a label and a value, in the order in which they are taken.
 * @type {{ [K in Exclude<keyof Measurements, 'adapter'>]: (result: Measurements[K]) => [string, string][] }}
 */
export const ROWS = {
  prefill: (r) => [
    [`prefill, ${r.tokens} tokens`, `${number(r.tokensPerSecond)} tokens/s`],
    r.peer
      ? [`ONNX Runtime Web ${r.peer.version}, the same`, `${number(r.peer.tokensPerSecond)} tokens/s`]
      : ['ONNX Runtime Web', 'left out: it needs a page, and the graph that LOPPER_PEER names'],
    ...(r.ratio ? [/** @type {[string, string]} */ (['  ratio', `${number(r.ratio, 2)} times`])] : []),
  ],
  decode: (r) => [
    ['decode', `${number(r.tokensPerSecond, 1)} tokens/s`],
    ['  buffers and bind groups made per token', number(r.allocationsPerToken, 2)],
    ...(r.peer
      ? /** @type {[string, string][]} */ ([
          [
            `ONNX Runtime Web ${r.peer.version}, the same, with its cache`,
            `${number(r.peer.tokensPerSecond, 1)} tokens/s`,
          ],
          ['  ratio', `${number(r.tokensPerSecond / r.peer.tokensPerSecond, 2)} times`],
        ])
      : []),
  ],
  storedTypes: (all) =>
    all.flatMap((r) => [
      [`weights in ${r.dtype}: prefill`, `${number(r.prefillTokensPerSecond)} tokens/s`],
      ['  leave-one-out', `${number(r.leaveOneOutMs)} ms`],
      ['  decode', `${number(r.decodeTokensPerSecond, 1)} tokens/s`],
      ['  beside F16, in this order', beside(r, all[0])],
    ]),
  streaming: (all) => all.flatMap(streamingRows),
  sevenB: (all) => all.flatMap(streamingRows),
  sevenBInBlocks: (all) => all.flatMap(streamingRows),
  sevenBMadeInBlocks: (all) => all.flatMap(streamingRows),
  conversion: (r) => [
    [`a pruned checkpoint of ${number(r.bytes / 1e9, 1)} GB written to nowhere`, `${number(r.seconds, 1)} s`],
    ...(r.processPeak
      ? [
          /** @type {[string, string]} */ ([
            '  process at most, above what it had',
            `${number(r.processPeak / 2 ** 20)} MiB`,
          ]),
        ]
      : []),
  ],
  streamedPass: (r) => [
    [`${r.model}, ${r.tokens} tokens, weights in GPU memory`, `${number(r.residentMs)} ms`],
    [`  streamed, ${number(r.bytes / 1e6, 1)} MB a pass`, `${number(r.streamedMs)} ms`],
    ['  ratio', number(r.streamedMs / r.residentMs, 2)],
    ['  read beside the work', `${number(r.readMs)} ms, waited for ${number(r.waitedMs)} ms`],
    ['  share of the pass that was waited', percent(r.waitedMs / r.streamedMs)],
  ],
  opening: (r) => [
    [`${r.model}, opened, to a loss of ${r.tokens} tokens`, `${number(r.wholeMs)} ms`],
    ['  config, tokenizer, headers', `${number(r.headersMs)} ms`],
    ['  kernels proved that it is the first to need', `${number(r.proofMs)} ms`],
    ['  weights on the adapter', `${number(r.weightsMs)} ms`],
    ['  the first walk', `${number(r.firstMs)} ms`],
    ['  reading alone, a walk alone', `${number(r.readMs)} ms, ${number(r.walkMs)} ms`],
    ['  ratio', number(r.wholeMs / (r.readMs + r.walkMs), 2)],
  ],
  leaveOneOut: (r) => [
    [`leave-one-out, ${r.branches} losses in one walk`, `${number(r.togetherMs / 1000, 2)} s`],
    ['  the same kernels, a walk for each', `${number(r.naiveMs / 1000, 2)} s`],
    ['  ratio', number(r.togetherMs / r.naiveMs, 3)],
    ['  largest difference of a loss', `${r.largestDifference.toExponential(1)} nats`],
  ],
  gradient: (r) => [
    [`gradient influence of all units, ${r.tokens} tokens`, `${number(r.gradientMs)} ms`],
    ['  a plain walk', `${number(r.walkMs)} ms`],
    ['  ratio', number(r.gradientMs / r.walkMs, 2)],
  ],
  moments: (r) => [
    [`mean updates of all sublayers, ${r.tokens} tokens`, `${number(r.updatesMs)} ms`],
    ['  the sums of all closed forms', `${number(r.sumsMs)} ms`],
    ['  a plain walk', `${number(r.walkMs)} ms`],
    ['  ratios', `${number(r.updatesMs / r.walkMs, 2)}, ${number(r.sumsMs / r.walkMs, 2)}`],
  ],
  training: (r) => [
    [`a step of training, ${r.tokens} tokens, block 4`, `${number(r.stepMs)} ms`],
    ['  a plain walk', `${number(r.walkMs)} ms`],
    ['  ratio', number(r.stepMs / r.walkMs, 2)],
  ],
  greedyCurve: (r) => sharing('greedy curve of all sublayers', r),
  shapley: (r) => sharing(`Shapley, ${r.permutations} permutations`, r),
  budget: (r) => [
    [`memory of ${r.branches} branches of ${r.tokens} tokens`, `${number(r.peak / 2 ** 20, 1)} MiB`],
    ['  of a budget of', `${number(r.budget / 2 ** 20, 1)} MiB`],
  ],
  toggle: (r) =>
    r
      ? [
          [`toggle to new loss, ${r.tokens} tokens, first windows, median`, `${number(r.firstMs)} ms`],
          ['  the whole text, median', `${number(r.medianMs)} ms`],
          ['  slowest', `${number(r.worstMs)} ms`],
          ['a new strength to its losses, short text, median', `${number(r.strengthMs)} ms`],
        ]
      : [['toggle to new loss', 'left out: there is no bundled model']],
  benchmarks: (r) => [
    [
      `${r.items} questions, 5 examples, full and pruned: ${r.timed[0]} timed`,
      `${number(r.togetherItemsPerSecond, 2)} questions/s, ${number(r.items / r.togetherItemsPerSecond)} s for all`,
    ],
    [`  a request at a time: ${r.timed[1]} timed`, `${number(r.aloneItemsPerSecond, 3)} questions/s`],
    ['  ratio', `${number(r.togetherItemsPerSecond / r.aloneItemsPerSecond, 1)} times`],
    ['  largest difference of a log-probability', `${r.largestDifference.toExponential(1)} nats`],
    [`word problems, 3 examples, ${r.texts} texts at once`, `${number(r.tokensPerSecondTogether)} tokens/s`],
    ['  one at a time', `${number(r.tokensPerSecondAlone)} tokens/s`],
    ['  ratio', `${number(r.tokensPerSecondTogether / r.tokensPerSecondAlone, 1)} times`],
  ],
  basics: ({ memory, calls }) => [
    ['memory read', `${number(memory.read, 1)} GB/s`],
    ['  copied', `${number(memory.copy, 1)} GB/s`],
    ['  written from the program', `${number(memory.write, 1)} GB/s`],
    ['a dispatch that waits for the one before', `${number(calls.dependent, 1)} µs`],
    ['  that need not wait', `${number(calls.independent, 1)} µs`],
    ['  recorded and handed over, the program’s time', `${number(calls.recording, 1)} µs`],
    ['one dispatch and its result', `${number(calls.roundTrip, 3)} ms`],
    ['  a submission of nothing', `${number(calls.submit, 3)} ms`],
  ],
  matmul: (r) => [
    ['best multiply-add rate of the adapter', `${number(r.peakGflops, 1)} GFLOP/s`],
    ...r.products.map(
      (p) =>
        /** @type {[string, string]} */ ([
          `  matmul ${p.rows} x ${p.inputs} x ${p.outputs}`,
          `${number(p.gflops, 2)} GFLOP/s, ${percent(p.share)}`,
        ]),
    ),
  ],
  ways: (r) =>
    r.map((p) => [
      `${p.kernel}, ${p.dtype}, ${p.rows} x ${p.inputs} x ${p.outputs}`,
      `${number(p.gflops, 1)} GFLOP/s, ${number(p.weightRate, 1)} GB/s of weights`,
    ]),
  kernels: (r) => [
    ['a prefill, whole', `${number(r.wholeMs)} ms`],
    ...r.kernels.map(
      (k) => /** @type {[string, string]} */ ([`  ${k.kernel}, ${k.dispatches} dispatches`, `${number(k.ms)} ms`]),
    ),
  ],
  memory: (r) => [
    ['GPU memory: weights', `${number(r.weights / 2 ** 20, 1)} MiB`],
    ['  activations', `${number(r.activations / 2 ** 20, 1)} MiB`],
    ['  cache', `${number(r.cache / 2 ** 20, 1)} MiB`],
  ],
  page: (r) =>
    r.map(({ job, longTasks }) => [
      `page, main thread during ${job}`,
      longTasks.length ? `tasks of ${longTasks.map((ms) => number(ms)).join(', ')} ms` : 'no task of over 50 ms',
    ]),
};

/** What is measured of the page itself, or through its worker. */
export const NEEDS_PAGE = new Set(['toggle', 'page']);
