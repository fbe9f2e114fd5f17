import { LopperError } from '../errors';
import type { ModelFacts } from '../lab/contract';
import { adapterLine } from '../lab/files/examination-text';
import { usage } from './arguments';
import { type Command, facts, JOB, type Output, type Surroundings, table } from './command';
import { size } from './download-words';
import { modelRequest } from './model-request';

const millions = (n: number) => (n >= 1e5 ? `${(n / 1e6).toFixed(2)} M` : String(n));

/** Every type that some tensor is stored in, those of most bytes first. */
const stored = (bytes: Readonly<Record<string, number>>): string =>
  Object.entries(bytes)
    .sort(([, a], [, b]) => b - a)
    .map(([dtype, n]) => `${dtype} ${size(n)}`)
    .join(', ');

/** What its weights are made of, and what they would take otherwise; nothing where they stay as they are. */
const precision = ({ bytesAt, precision }: ModelFacts) =>
  bytesAt
    ? [
        [
          'precision',
          `${precision ?? 'published'} (${Object.entries(bytesAt)
            .map(([name, n]) => `${name} ${size(n)}`)
            .join(', ')})`,
        ] as const,
      ]
    : [];

export const info: Command = {
  name: 'info',
  summary: 'what a model is made of: blocks, parameters, cache',
  usage: 'lopper info MODEL [--adapter] [--list] [--json]',
  options: {
    list: { help: 'the branches, tags and files of a model on the hub, to choose from' },
    adapter: { value: 'N', optional: true, help: 'say what computes; --adapter=N chooses it' },
  },
  // The headers of its files say it all: nothing is loaded.
  alone: { asked: ({ positionals }) => positionals.length > 0, run: tell },
  run: tell,
};

async function tell(surroundings: Surroundings): Promise<Output> {
  const { lab, args, path, reporter } = surroundings;
  if (args.values.has('list')) return list(surroundings);
  const model = await lab.describe(modelRequest(args.positionals[0]!, path('.'), args), { job: JOB });
  for (const note of model.notes ?? []) reporter.note(note);
  const adapter = args.values.has('adapter') ? await lab.start() : undefined;
  const summary = facts([
    ['model', `${model.id}${model.revision ? ` (${model.revision})` : ''}`],
    ['architecture', model.architecture],
    ['blocks', String(model.blocks)],
    ['width', String(model.width)],
    ['heads', `${model.heads} (${model.kvHeads} KV)`],
    ['vocabulary', String(model.vocabulary)],
    ['context', `${model.context} tokens`],
    ['dtype', model.dtype],
    ['stored', stored(model.storedBytes ?? {})],
    ...precision(model),
    ['parameters', millions(model.parameters)],
    ['KV cache', `${model.kvBytesPerTokenPerBlock} bytes a token and block`],
    ['fingerprint', model.fingerprint.slice(0, 16)],
    ...(adapter
      ? ([
          ['adapter', adapterLine(adapter)],
          [
            'self-test',
            `off by at most ${adapter.selfTest.worstError.toPrecision(2)} in ${adapter.selfTest.cases} cases`,
          ],
          ['matmul', adapter.matmul.variant],
        ] as const)
      : []),
  ]);
  const blocks = table([
    ['block', 'attn', 'ffn'],
    ...model.attnParameters.map((n, b) => [String(b), millions(n), millions(model.ffnParameters[b]!)]),
  ]);
  return { json: adapter ? { ...model, adapter } : model, text: `${summary}\n\nParameters\n${blocks}` };
}

/** What a hub has of a model: names of files as `--file` takes them, of branches and tags as `--revision` does. */
async function list({ lab, args, path }: Surroundings): Promise<Output> {
  const request = modelRequest(args.positionals[0]!, path('.'), args);
  if (request.kind !== 'hub') throw usage('--list belongs to a model on the hub.', 'Leave it out.');
  const found = await lab.listHub(request, { job: JOB });
  const { files, revisions } = found;
  if (!files && !revisions) {
    const what = `${request.host} does not say what it has of ${request.repo} at "${request.revision}".`;
    throw new LopperError('file-missing', what, 'Check the id and the revision; mirrors of files alone list nothing.');
  }
  const rows = (files ?? []).map((file): [string, string] => [file.path, size(file.bytes)]);
  const named = revisions ? `revisions  ${revisions.join(', ')}` : '';
  return { json: found, text: [named, table([['file', 'bytes'], ...rows])].filter(Boolean).join('\n\n') };
}
