import { cacheFolder } from '../formats/node-shelf';
import type { ModelReport, ModelRequest } from '../lab/contract';
import { createLab, type LocalLab } from '../lab/lab';
import type { Environment } from '../lab/place/environment';
import { nodeEnvironment } from '../lab/place/node';
import { type Bench, JOB } from './command';
import { downloadWords } from './download-words';
import type { Reporter } from './terminal';

/** The lab in this program. */
export class OwnBench implements Bench {
  readonly environment: Environment;
  readonly lab: LocalLab;
  #open?: { readonly asked: string; readonly model: ModelReport };

  constructor(
    readonly root: string,
    readonly reporter: Reporter,
    adapter?: string,
  ) {
    this.environment = nodeEnvironment(root, {
      adapter,
      onSoftware: (driver) => reporter.note(`No graphics card: computing on a software adapter (${driver}), slowly.`),
    });
    this.lab = createLab(this.environment);
  }

  async open(request: ModelRequest): Promise<ModelReport> {
    const asked = JSON.stringify(request);
    if (this.#open?.asked === asked) return this.#open.model;
    await this.#sayDownload(request);
    const model = await this.lab.open(request, { job: JOB, onProgress: this.reporter.progress });
    for (const note of model.notes ?? []) this.reporter.note(note);
    this.#open = { asked, model };
    return model;
  }

  /** Says how large a download is before it begins. Where that cannot be told, the opening says what is wrong. */
  async #sayDownload(request: ModelRequest): Promise<void> {
    if (request.kind !== 'hub') return;
    const look = await this.lab.look(request, { job: JOB }).catch(() => undefined);
    if (look && look.held < look.bytes) this.reporter.note(downloadWords(look, cacheFolder()));
  }
}
