import { Component, type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { Button } from './button';
import { Icon } from './icons';
import css from './late.module.css';

interface Props {
  /** What stands there until the part has come. */
  readonly waiting: string;
  readonly children: ReactNode;
}

/** Asks anew for each part that did not come: React keeps what a lazy component failed with. */
const missing = new Set<() => void>();

/** A component that is fetched when it is first shown, for within `Late`. */
export function late<P extends object>(load: () => Promise<{ default: ComponentType<P> }>): ComponentType<P> {
  const ask = () =>
    lazy(() =>
      load().catch((error) => {
        missing.add(askAnew);
        throw error;
      }),
    );
  let Part = ask();
  const askAnew = () => {
    Part = ask();
  };
  return (props) => <Part {...props} />;
}

/** Where such a part stands. If it does not come, or breaks, the rest of the page stays. */
export class Late extends Component<Props, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  readonly #tryAgain = () => {
    for (const askAnew of missing) askAnew();
    missing.clear();
    this.setState({ error: undefined });
  };

  override render() {
    const { error } = this.state;
    if (!error)
      return <Suspense fallback={<p className="soft small">{this.props.waiting}</p>}>{this.props.children}</Suspense>;
    return (
      <div role="alert" className={css.missing}>
        <Icon name="warn" />
        <div>
          <p>
            <strong>This part of the page could not be shown.</strong> What you dropped stays dropped.{' '}
            {navigator.onLine
              ? 'Try again; if that does not help, export the mask and reload the page.'
              : 'There is no connection: try again once there is one, and leave the page open until then.'}
          </p>
          <p className="soft">{error.message}</p>
          <Button onClick={this.#tryAgain}>Try again</Button>
        </div>
      </div>
    );
  }
}
