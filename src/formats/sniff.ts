import { LopperError } from '../errors';

/** Bytes that `refuseImpostor` wants to see. */
export const SNIFF_BYTES = 512;
export const WEB_PAGE = 'a web page';
const LFS_POINTER = 'a git-LFS pointer';

/** In words, which well-known stand-in for a model file begins with these bytes; undefined when nothing is amiss. */
function impostor(head: Uint8Array): string | undefined {
  const text = new TextDecoder('latin1').decode(head.subarray(0, SNIFF_BYTES));
  const start = text.replace(/^\u00ef\u00bb\u00bf/, '').trimStart();
  if (/^<(!doctype|html|head|body|script|\?xml|!--)/i.test(start)) return WEB_PAGE;
  if (start.startsWith('version https://git-lfs')) return LFS_POINTER;
  return undefined;
}

/** Throws `not-a-model-file` when the first bytes of `file` are a web page or a git-LFS pointer. */
export function refuseImpostor(file: string, head: Uint8Array): void {
  const found = impostor(head);
  if (found !== undefined) throw notTheFile(file, found);
}

/** The same for pointers alone: a text may well be a web page. */
export function refusePointer(file: string, head: Uint8Array): void {
  if (impostor(head) === LFS_POINTER) throw notTheFile(file, LFS_POINTER);
}

/** The error for `file` being `found`, in words. */
export function notTheFile(file: string, found: string): LopperError {
  return new LopperError(
    'not-a-model-file',
    `${file} is ${found}, not the file itself.`,
    found === LFS_POINTER
      ? 'Fetch the real file (`git lfs pull`, or download it from the model page).'
      : 'Check the address, and download the file itself rather than the page that shows it.',
  );
}
