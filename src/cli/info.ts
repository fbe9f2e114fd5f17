import { type Command, facts, table } from './command';

const millions = (n: number) => (n >= 1e5 ? `${(n / 1e6).toFixed(2)} M` : String(n));

export const info: Command = {
  name: 'info',
  summary: 'what a model is made of: blocks, parameters, cache',
  usage: 'lopper info MODEL [--adapter] [--json]',
  options: { adapter: { help: 'say what computes, and how well it does' } },
  async run({ lab, model, args }) {
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
      ['parameters', millions(model.parameters)],
      ['KV cache', `${model.kvBytesPerTokenPerBlock} bytes a token and block`],
      ['fingerprint', model.fingerprint.slice(0, 16)],
      ...(adapter
        ? ([
            ['adapter', `${adapter.description}${adapter.software ? ' (software)' : ''}`],
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
  },
};
