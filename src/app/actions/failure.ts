import type { Failure } from '../../lab/contract';

/** Any thrown thing as a failure that can be shown. What is no `LopperError` is a bug, and is called one. */
export function toFailure(error: unknown): Failure {
  if (typeof error === 'object' && error !== null && 'code' in error && 'remedy' in error) {
    const { code, message, remedy } = error as Failure;
    if (typeof code === 'string' && typeof remedy === 'string') return { code, message: String(message), remedy };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'bug',
    message: message || 'Something failed without saying what.',
    remedy:
      'This is a bug in Lopper. The page goes on; if it does not, reload it. The mask is kept by the “Copy link” button.',
  };
}
