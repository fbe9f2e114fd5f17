import { LopperError } from '../../errors';

/** A file that is broken. */
export const corrupt = (file: string, what: string): LopperError =>
  new LopperError(
    'pytorch-corrupt',
    `${file} is not a sound PyTorch file: ${what}.`,
    'Download or copy the file again; if that does not help, the published file itself is broken.',
  );

/** A file that asks for more than tensors are made of, or that was saved in another way. */
export const refused = (file: string, what: string, remedy = CONVERT): LopperError =>
  new LopperError('pytorch-refused', `${file} is not read: ${what}.`, remedy);

const CONVERT =
  'Where you trust the file, convert it once: in Python, `AutoModelForCausalLM.from_pretrained(folder).save_pretrained(folder)` ' +
  'writes safetensors. Many hub models also have a safetensors revision.';
