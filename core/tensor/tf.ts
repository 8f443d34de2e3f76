/**
 * The one TensorFlow.js namespace of Biagraph, loaded at first use.
 *
 * A configuration check must not pay for a tensor library, yet models and losses want to say `tf.add` at any place.
 * So `tf` stands in for the namespace and requires it when a property is first read. The umbrella package is needed:
 * the gradients of all operations are registered by it alone.
 */
import { createRequire } from 'node:module';
import type * as TensorFlow from '@tensorflow/tfjs';

export type {
  Rank,
  Scalar,
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  Tensor5D,
  TensorInfo,
} from '@tensorflow/tfjs';

type Namespace = typeof TensorFlow;

let loaded: Namespace | undefined;

function namespace(): Namespace {
  if (!loaded) {
    loaded = createRequire(import.meta.url)('@tensorflow/tfjs') as Namespace;
    // Production mode silences the start-up banner; standard output belongs to the user.
    loaded.enableProdMode();
  }
  return loaded;
}

export const tf: Namespace = new Proxy({} as Namespace, {
  get: (_, property) => Reflect.get(namespace(), property),
  has: (_, property) => Reflect.has(namespace(), property),
});
