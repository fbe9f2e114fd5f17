import { Component, type ReactNode, Suspense } from 'react';
import { Button } from './button';

interface Props {
  /** What stands there until the part has come. */
  readonly waiting: string;
  readonly children: ReactNode;
}

/** A part of the page that comes when it is first shown. If it does not come, or breaks, the rest of the page stays. */
export class Late extends Component<Props, { error?: Error }> {
  override state: { error?: Error } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render() {
    const { error } = this.state;
    if (!error)
      return <Suspense fallback={<p className="soft small">{this.props.waiting}</p>}>{this.props.children}</Suspense>;
    return (
      <div role="alert" className="small">
        <p>
          This part of the page could not be shown. What you dropped stays dropped. Try again; if that does not help,
          export the mask and reload the page.
        </p>
        <p className="soft">{error.message}</p>
        <Button onClick={() => this.setState({ error: undefined })}>Try again</Button>
      </div>
    );
  }
}
