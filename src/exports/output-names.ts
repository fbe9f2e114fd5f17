/** Where stock code keeps what an export touches, by `model_type`; a test holds it to the descriptions of the models. */
export interface OutputNames {
  /** The list of blocks within the model's class in transformers. */
  readonly layers: string;
  /** The projections whose output joins the stream, within a block. */
  readonly attn: string;
  readonly ffn: string;
}

const LLAMA: OutputNames = { layers: 'model.layers', attn: 'self_attn.o_proj', ffn: 'mlp.down_proj' };

const OTHERS: Readonly<Record<string, OutputNames>> = {
  gpt_neox: { layers: 'gpt_neox.layers', attn: 'attention.dense', ffn: 'mlp.dense_4h_to_h' },
  gpt2: { layers: 'transformer.h', attn: 'attn.c_proj', ffn: 'mlp.c_proj' },
  opt: { layers: 'model.decoder.layers', attn: 'self_attn.out_proj', ffn: 'fc2' },
};

/** Of all that are not named, Llama's: most take their names from it. */
export const outputNames = (modelType: string): OutputNames => OTHERS[modelType] ?? LLAMA;

/** All names of a kind, for reading a file that does not say of which architecture it is. */
export const ALL_OUTPUTS: readonly OutputNames[] = [LLAMA, ...Object.values(OTHERS)];
