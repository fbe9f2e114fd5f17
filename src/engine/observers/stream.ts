import type { Buffer } from '../../gpu/gpu';
import { padded } from '../layout';
import type { Observer, View, Watch } from './observer';

/** The stream [rows, padded width] before a sublayer. */
export type Stream = Float32Array<ArrayBuffer>;

/** Observes the stream before sublayer `index`, for another walk to begin there; see `WalkOptions.from`. */
export const streamBefore = (index: number): Observer<Stream> => ({
  buffers: ({ width }, rows) => ({ kept: rows * padded(width) * 4 }),
  watch: async (view) => new StreamWatch(view, index),
  merge: (parts) => {
    const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  },
});

class StreamWatch implements Watch<Stream> {
  readonly #bytes: number;

  constructor(
    readonly view: View,
    readonly index: number,
  ) {
    this.#bytes = (view.end - view.first) * padded(view.spec.width) * 4;
  }

  before(index: number, stream: Buffer, first: number): void {
    if (index !== this.index) return;
    const { dispatcher, spec } = this.view;
    dispatcher.recorder.copy(stream, first * padded(spec.width) * 4, this.view.buffer('kept'), 0, this.#bytes);
  }

  after(): void {}

  async result(signal?: AbortSignal): Promise<Stream> {
    const { recorder } = this.view.dispatcher;
    const [bytes] = await recorder.read([{ buffer: this.view.buffer('kept'), offset: 0, bytes: this.#bytes }], signal);
    return new Float32Array(bytes!);
  }
}
