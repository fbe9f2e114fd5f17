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

// As in linear.wgsl.
fn erf(v: f32) -> f32 {
  let a = abs(v);
  if (a < 0.5) {
    let t = v * v;
    let top = ((((-0.035609843701815385 * t + 6.996383488619136) * t + 21.979261618294152) * t) + 242.66795523053175);
    let bottom = (((t + 15.082797630407787) * t + 91.1649054045149) * t + 215.0588758698612);
    return v * top / bottom;
  }
  let t = min(a, 4.0);
  let top = (((((((-1.368648573827167e-7 * t + 0.5641955174789740) * t + 7.211758250883094) * t + 43.16222722205674) * t
    + 152.9892850469404) * t + 339.3208167343437) * t + 451.9189537118729) * t + 300.4592610201616);
  let bottom = (((((((t + 12.78272731962942) * t + 77.00015293522947) * t + 277.5854447439876) * t
    + 638.9802644656312) * t + 931.3540948506096) * t + 790.9509253278980) * t + 300.4592609569833);
  return sign(v) * (1.0 - exp(-t * t) * top / bottom);
}

fn sigmoid(v: f32) -> f32 {
  return 1.0 / (1.0 + exp(-clamp(v, -87.0, 87.0)));
}

// By what it is given.
fn slope(v: f32) -> f32 {
  if (ACTIVATION == GELU_TANH || ACTIVATION == GATED_GELU) {
    let t = tanh(clamp(0.7978845608028654 * (v + 0.044715 * v * v * v), -15.0, 15.0));
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
    return 0.5 * v * (1.0 + tanh(clamp(0.7978845608028654 * (v + 0.044715 * v * v * v), -15.0, 15.0)));
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
