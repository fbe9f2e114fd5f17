import { openGpu } from '../../src/gpu/gpu';
import { browserEnvironment } from '../../src/lab/place/browser';
import { openMeasurements } from './measurements';
import { openPeer } from './peer';
import { measureToggles } from './toggle';

/** In the page: with the peer beside, and what needs the page's worker. */
const measurements = {
  ...(await openMeasurements(await openGpu(navigator.gpu), browserEnvironment(new URL('/', location.href).href), () =>
    openPeer('/bench/peer.onnx'),
  )),
  toggle: measureToggles,
};

export type Measurements = { [K in keyof typeof measurements]: Awaited<ReturnType<(typeof measurements)[K]>> };
Object.assign(globalThis, { measurements });
