import { bytesOf } from '../../formats/dtypes';
import type { TensorInfo, TensorMap } from '../../formats/tensor';
import { parseConfig } from '../config';
import { layoutOf } from '../describe';
import { atPrecision, PRECISIONS, type Precision } from '../precision';
import type { ModelSpec } from '../spec';
import type { CatalogueModel } from './models';

/** A model of the catalogue, worked out from its shape. */
export interface CatalogueShape {
  readonly spec: ModelSpec;
  /** Bytes of its weights at each precision. */
  readonly bytesAt: Readonly<Record<Precision, number>>;
  /** At each precision the tensors that it would be made of: their sizes and types, no numbers. */
  readonly tensorsAt: Readonly<Record<Precision, TensorMap>>;
}

const NOWHERE = { name: 'catalogue', size: 0, read: async () => new Uint8Array() };

/** Works a model's tensors out from its config, as if its files were here. */
export function shapeOf({ config, dtype }: Pick<CatalogueModel, 'config' | 'dtype'>): CatalogueShape {
  const layout = layoutOf(parseConfig(JSON.stringify(config)));
  const published: TensorMap = new Map(
    [...layout.shapes].map(([name, shape]): [string, TensorInfo] => {
      const elements = shape.reduce((product, n) => product * n, 1);
      return [name, { name, dtype, shape, source: NOWHERE, start: 0, end: bytesOf(dtype, elements) }];
    }),
  );
  const at = <T>(of: (tensors: TensorMap) => T) =>
    Object.fromEntries(PRECISIONS.map((p) => [p, of(atPrecision(layout, published, p))])) as Record<Precision, T>;
  const total = (tensors: TensorMap) => [...tensors.values()].reduce((sum, { start, end }) => sum + end - start, 0);
  return { spec: { ...layout, dtype }, bytesAt: at(total), tensorsAt: at((tensors) => tensors) };
}
