import { PAPER_ADDRESS, PAPER_BIBTEX, TOOL_BIBTEX } from '../../words/citations';
import { Copyable } from './copyable';
import css from './export.module.css';

/** The paper and this tool, as BibTeX. */
export function CiteIt() {
  return (
    <details className={css.part}>
      <summary>Cite the paper and this tool</summary>
      <p className="small">
        <a href={PAPER_ADDRESS} target="_blank" rel="noreferrer">
          A deeper look at depth pruning of LLMs, arXiv 2407.16286
        </a>
      </p>
      <Copyable text={PAPER_BIBTEX} what="The paper" />
      <Copyable text={TOOL_BIBTEX} what="The tool" />
    </details>
  );
}
