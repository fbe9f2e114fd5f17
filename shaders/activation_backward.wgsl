// What becomes of the gradient of a feed-forward layer's hidden channels on the way through its activation, in the place
// of what the activation was given. Activations by the numbers that linear.wgsl has for them.

const GATED = 2u; // silu(gate) * up: of the matrix's outputs [0, channels) gate, [channels, 2 channels) up
const GELU_TANH = 3u;
const GELU_ERF = 4u;
const SILU = 5u;
const RELU = 6u;
const GATED_GELU = 7u;
override ACTIVATION: u32 = 2u;

struct Params {
  rows: u32,
  channels: u32, // hidden channels in this dispatch
  stride: u32, // elements in a row of z
  start: u32, // column of the first in z
  hiddenStride: u32,
  hiddenStart: u32,
  hasBias: u32, // GATED: a bias not yet added
  biasStart: u32,
  upBias: u32, // from a gate bias to its up bias
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> dhidden: array<f32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> z: array<f32>; // what the activation was given, then its gradient

fn sigmoid(v: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(v, -87.0, 87.0)));
}

// By what it is given.
fn slope(v: f32) -> f32 {
  if (ACTIVATION == GELU_TANH || ACTIVATION == GATED_GELU) {
    let t = safe_tanh(0.7978845608028654 * (v + 0.044715 * v * v * v));
    return 0.5 * (1.0 + t) + 0.5 * v * (1.0 - t * t) * 0.7978845608028654 * (1.0 + 0.134145 * v * v);
  }
  if (ACTIVATION == GELU_ERF) {
    return 0.5 * (1.0 + erf(v * 0.7071067811865476)) + v * 0.3989422804014327 * exp(-0.5 * v * v);
  }
  if (ACTIVATION == RELU) {
    return select(0.0, 1.0, v > 0.0);
  }
  let s = sigmoid(v);
  return s * (1.0 + v * (1.0 - s));
}

// Of a gate.
fn activation(v: f32) -> f32 {
  if (ACTIVATION == GATED_GELU) {
    return 0.5 * v * (1.0 + safe_tanh(0.7978845608028654 * (v + 0.044715 * v * v * v)));
  }
  return v * sigmoid(v);
}

@compute @workgroup_size(64)
fn activation_backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let row = i / p.channels;
  if (row >= p.rows) {
    return;
  }
  let channel = i % p.channels;
  let at = row * p.stride + p.start + channel;
  let d = dhidden[row * p.hiddenStride + p.hiddenStart + channel];
  if (ACTIVATION != GATED && ACTIVATION != GATED_GELU) {
    z[at] = d * slope(z[at]);
    return;
  }
  var gate = z[at];
  var up = z[at + p.channels];
  if (p.hasBias != 0u) {
    gate += bias[p.biasStart + channel];
    up += bias[p.biasStart + p.upBias + channel];
  }
  z[at] = d * up * slope(gate);
  z[at + p.channels] = d * activation(gate);
}
