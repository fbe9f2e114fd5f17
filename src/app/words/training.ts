import type { TrainingMethod } from '../../lab/contract';

/** What is trained towards. */
export type Objective = Exclude<TrainingMethod, 'bias'>;

export const OBJECTIVE_WORDS: Readonly<
  Record<
    Objective,
    {
      readonly title: string;
      /** Of a recovery: "rank 8, trained by distillation". */
      readonly by: string;
      readonly about: string;
      /** What its losses are. */
      readonly loss: string;
    }
  >
> = {
  distill: {
    title: 'the full model’s predictions',
    by: 'by distillation',
    about:
      'Distillation: the recovered model is to predict what the full model predicts, token by token. A gradient goes through all that is kept above.',
    loss: 'KL divergence, nats per token',
  },
  sft: {
    title: 'the next token',
    by: 'on next tokens',
    about:
      'Fine-tuning: the recovered model is to predict the text itself. A gradient goes through all that is kept above.',
    loss: 'loss, nats per token',
  },
  mse: {
    title: 'the full model’s stream',
    by: 'by squared error',
    about:
      'Squared error: behind each stand-in the stream is to be the full model’s. Cheap, but a stream that is near need not predict well.',
    loss: 'mean squared error',
  },
};

/** A vector alone, of rank 0, is trained by distillation. */
export const objectiveOf = ({
  objective,
  rank,
}: {
  readonly objective: Objective;
  readonly rank: number;
}): Objective => (rank === 0 ? 'distill' : objective);

/** "bias trained by distillation", "map of rank 8 trained on next tokens". */
export const trainedName = ({ objective, rank }: { readonly objective: Objective; readonly rank: number }): string =>
  `${rank === 0 ? 'bias' : `map of rank ${rank}`} trained ${OBJECTIVE_WORDS[objective].by}`;
