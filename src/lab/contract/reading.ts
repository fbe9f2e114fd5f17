/**
 * Bytes a second in which weights that are streamed are taken to be read, where none were yet: what Chromium reads of a browser's own files
 * (measured 250 to 700 MiB a second).
 */
export const USUAL_READING = 300 * 2 ** 20;
