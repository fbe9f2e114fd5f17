/** What went wrong, as a name a program can branch on. One entry per kind of trouble a person can meet. */
export type ErrorCode =
  // files and downloads
  | 'file-missing'
  | 'not-a-model-file' // e.g. an HTML page in place of a weight file
  | 'text-encoding' // bytes that are no text, or in an encoding that cannot be told
  | 'download-failed'
  | 'download-cut'
  | 'token-refused' // an access token that a hub does not know, or does not give a model out for
  | 'cancelled'
  // formats
  | 'safetensors-corrupt'
  | 'gguf-corrupt'
  | 'pytorch-corrupt'
  | 'pytorch-refused' // a PyTorch file that asks for what tensors do not need, or is of a form that is not read
  | 'tensor-missing'
  | 'tensor-shape'
  | 'dtype-unsupported'
  | 'config-invalid'
  | 'architecture-unknown'
  | 'tokenizer-invalid'
  | 'tokenizer-missing'
  | 'chat-template' // none, or one that cannot be rendered
  // the machine
  | 'no-webgpu'
  | 'no-adapter' // WebGPU is there, and nothing for it to compute on
  | 'adapter-untrusted'
  | 'shader-refused' // one of our kernels does not compile there
  | 'model-too-large'
  | 'out-of-memory'
  | 'device-lost'
  | 'hung' // work that did not come to an end and was ended
  // input
  | 'mask-invalid'
  | 'mask-mismatch'
  | 'recovery-invalid'
  | 'nothing-to-drop'
  | 'result-invalid'
  | 'result-mismatch'
  | 'result-missing'
  | 'link-invalid'
  | 'prompt-empty'
  | 'prompt-too-long'
  | 'text-too-short'
  | 'ids-invalid'
  | 'calibration-unknown' // named, and not at hand (any more)
  | 'benchmark-invalid'
  | 'model-missing' // none is open
  | 'usage'
  // numbers
  | 'not-finite';

const MOST_CHARACTERS = 1000;

/**
 * An error a person can act on: `message` says what is wrong with the actual values, `remedy` what to do about it.
 * Everything Lopper throws on purpose is one of these; anything else is a bug.
 */
export class LopperError extends Error {
  override readonly name = 'LopperError';
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly remedy: string,
    options?: ErrorOptions,
  ) {
    // What comes from outside may be megabytes, and a message is to be read.
    super(message.length > MOST_CHARACTERS ? `${message.slice(0, MOST_CHARACTERS)}…` : message, options);
  }
}

/** Throws `cancelled` when the signal has been raised. */
export function throwIfCancelled(signal?: AbortSignal): void {
  if (signal?.aborted) throw new LopperError('cancelled', 'The job was cancelled.', 'Start it again when you like.');
}
