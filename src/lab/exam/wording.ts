import { Template } from '@huggingface/jinja';
import { LopperError } from '../../errors';
import { bounded } from '../../formats/bounded';
import type { Tokenizer } from '../../formats/tokenizer';
import { said } from '../../json';

/** How a run's texts reach the model: with a BOS or not, in the model's own chat form or as they are. */
export interface Wording {
  readonly bos: boolean;
  readonly chat: boolean;
  /** A context as the model reads it. */
  context(text: string): string;
  /** A continuation of it: where a chat template ends the context, there is no space before the answer. */
  continuation(text: string): string;
  /** Ids of a worded text. */
  encode(text: string): readonly number[];
}

/** Throws `usage` where a BOS is asked for that the tokenizer has not, `chat-template` where the model has no usable one. */
export function wordingOf(
  tokenizer: Tokenizer,
  { bos = 'auto', chat = false }: { readonly bos?: 'auto' | 'on' | 'off'; readonly chat?: boolean },
): Wording {
  const { bosId } = tokenizer;
  if (bos === 'on' && bosId === undefined) {
    throw new LopperError(
      'usage',
      "This model's tokenizer has no BOS token to put first.",
      'Leave bos at auto or off.',
    );
  }
  const wanted = bos === 'auto' ? tokenizer.addsBos : bos === 'on';
  if (!chat) {
    const options = bos === 'auto' ? undefined : { bos: wanted };
    return {
      ...{ bos: wanted, chat },
      context: (text) => text,
      continuation: (text) => text,
      encode: (text) => tokenizer.encode(text, options),
    };
  }
  const render = chatRenderer(tokenizer);
  const first = bosId === undefined ? '' : tokenizer.tokenText(bosId);
  // Most templates write the BOS themselves: it is not put there twice.
  const written = first !== '' && render('a').startsWith(first);
  return {
    ...{ bos: wanted || written, chat },
    context: render,
    continuation: (text) => (text.startsWith(' ') ? text.slice(1) : text),
    encode: (text) => tokenizer.encode(text, { bos: wanted && !text.startsWith(first) }),
  };
}

/** Time that a template may take for one turn, milliseconds: it can count to any number. */
const MOST_MS = 1_500;

/** One turn of the user's, and the beginning of the model's. */
function chatRenderer(tokenizer: Tokenizer): (text: string) => string {
  const { chatTemplate, bosId, eosIds } = tokenizer;
  if (chatTemplate === undefined) {
    throw new LopperError(
      'chat-template',
      'This model came without a chat template.',
      'Ask without it, or choose a model that was trained to chat.',
    );
  }
  const spelled = (id: number | undefined) => (id === undefined ? '' : tokenizer.tokenText(id));
  const tokens = { bos_token: spelled(bosId), eos_token: spelled(eosIds[0]) };
  const failed = (cause: unknown) =>
    new LopperError('chat-template', `This model's chat template cannot be used: ${said(cause)}.`, 'Ask without it.', {
      cause,
    });
  let template: Template;
  try {
    template = new Template(chatTemplate);
  } catch (error) {
    throw failed(error);
  }
  return (content) => {
    try {
      return bounded(MOST_MS, () =>
        template.render({ messages: [{ role: 'user', content }], add_generation_prompt: true, ...tokens }),
      );
    } catch (error) {
      throw failed(error);
    }
  };
}
