import { version } from '../../../package.json';
import { go } from '../store/go';
import { TextButton } from '../widgets/text-button';
import css from './footer.module.css';

/** Where all of this comes from. */
export function Footer() {
  return (
    <footer className={css.footer}>
      <TextButton onClick={() => go({ paper: true })}>The paper, figure by figure</TextButton>
      <a href="https://arxiv.org/abs/2407.16286" target="_blank" rel="noreferrer">
        arXiv 2407.16286
      </a>
      <span>Lopper {version}, MIT licence</span>
    </footer>
  );
}
