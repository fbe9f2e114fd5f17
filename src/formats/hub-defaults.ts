/** Where models are, and which revision of one is meant, unless a person says otherwise. */
export const DEFAULT_HOST = 'https://huggingface.co';
export const DEFAULT_REVISION = 'main';
