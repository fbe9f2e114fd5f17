import { version } from '../../../package.json';

export const PAPER_ADDRESS = 'https://arxiv.org/abs/2407.16286';

export const PAPER_BIBTEX = `@misc{siddiqui2024deeper,
  title = {A deeper look at depth pruning of {LLMs}},
  author = {Siddiqui, Shoaib Ahmed and Dong, Xin and Heinrich, Greg and Breuel, Thomas and Kautz, Jan and Krueger, David and Molchanov, Pavlo},
  year = {2024},
  eprint = {2407.16286},
  archivePrefix = {arXiv},
}`;

export const TOOL_BIBTEX = `@software{lopper,
  title = {Lopper: dropping layers of a language model in the browser},
  version = {${version}},
  license = {MIT},
}`;
