/** The texts that come with Lopper, to measure on. */
export interface BundledText {
  readonly name: string;
  /** As people read it. */
  readonly title: string;
  /** Among the files that are served. */
  readonly path: string;
  /** Tokens a window. */
  readonly seqLen: number;
  /** Whether it is in the manner of Sapling's training text, and says little of any other model. */
  readonly ofSapling: boolean;
}

/** Sapling's default: held-out stories, 24 windows. */
export const STORIES: BundledText = {
  name: 'stories',
  title: 'Stories',
  path: 'calibration/stories.txt',
  seqLen: 128,
  ofSapling: true,
};

/** One of each kind of text that Sapling knows: short, and quick on any machine. */
export const SHORT: BundledText = {
  name: 'short',
  title: 'A bit of everything',
  path: 'calibration/sapling.txt',
  seqLen: 256,
  ofSapling: true,
};

/** For any model of English but Sapling. */
export const PROSE: BundledText = {
  name: 'prose',
  title: 'Everyday prose',
  path: 'calibration/prose.txt',
  seqLen: 128,
  ofSapling: false,
};

const ENCYCLOPAEDIA: BundledText = {
  name: 'encyclopaedia',
  title: 'An encyclopaedia’s article',
  path: 'calibration/encyclopaedia.txt',
  seqLen: 128,
  ofSapling: false,
};

const CODE: BundledText = {
  name: 'code',
  title: 'A piece of code',
  path: 'calibration/code.txt',
  seqLen: 128,
  ofSapling: false,
};

export const BUNDLED_TEXTS: readonly BundledText[] = [STORIES, SHORT, PROSE, ENCYCLOPAEDIA, CODE];

/** What a model is measured on until someone says otherwise. */
export const defaultText = (isSapling: boolean): BundledText => (isSapling ? STORIES : PROSE);
