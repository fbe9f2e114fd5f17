/** Where models are, and which revision of one is meant, unless a person says otherwise. */
export const DEFAULT_HOST = 'https://huggingface.co';
export const DEFAULT_REVISION = 'main';

/** Where on a hub a model is. */
export interface HubModel {
  /** `owner/name`, or the bare name of an old model (`gpt2`). */
  readonly repo: string;
  /** Branch, tag or commit. */
  readonly revision?: string;
  /** The hub or a mirror of it: files are at `{host}/{repo}/resolve/{revision}/{file}`. */
  readonly host?: string;
}
