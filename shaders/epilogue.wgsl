// What becomes of a product y = x Wᵀ + b, and what all that compute one are told. It stands before linear.wgsl and
// block_products.wgsl, and activations.wgsl before it: the texts are put together where the kernels are described.

const STORE = 0u; // out = y
const ADD = 1u; // stream += y, into the slots of the branches that run
const GATED = 2u; // out = silu(gate) * up; weight rows [0, outputs) gate, [outputs, 2 outputs) up
const GELU_TANH = 3u;
const GELU_ERF = 4u;
const SILU = 5u;
const RELU = 6u;
const GATED_GELU = 7u; // as GATED, with gelu-tanh(gate)
const CAP = 8u; // out = ceiling tanh(y / cap)
const ANY = 9u; // as p.epilogue says: one kernel for all, where compiling takes seconds
override EPILOGUE: u32 = 0u;

struct Params {
  rows: u32, // rows of x in this dispatch, from rowStart on
  rowStart: u32,
  steps: u32, // inputs / 8
  outputs: u32, // columns in this dispatch
  weightStart: u32, // weight row behind column 0
  upStart: u32, // GATED: from a gate row to its up row
  columnStart: u32, // where column 0 goes in a row of out
  outStride: u32, // elements in a row of out
  hasBias: u32,
  biasStart: u32, // bias of column 0
  upBias: u32, // GATED: from a gate bias to its up bias
  padTo: u32, // columns [outputs, padTo) are written as zero
  rowsPerSlot: u32, // ADD: rows of one branch
  scale: f32, // of y, bias and all
  cap: f32,
  ceiling: f32,
  epilogue: u32,
  parts: u32, // that sums over inputs are computed in: the first `partSteps` of them, the next, and so on
  partSteps: u32,
  sharing: u32, // products_workgroup: threads that share four columns, a power of two
  slots: array<vec4u, 16>, // ADD: which slot of the stream each branch lies in
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<f32>;

// A branch on a constant goes when the kernel is compiled, and all that hangs on it; what `select` chooses from, a software
// driver computes for every output.
fn becomes(kind: u32) -> bool {
  if (EPILOGUE != ANY) {
    return EPILOGUE == kind;
  }
  return p.epilogue == kind;
}

fn is_gated() -> bool {
  return becomes(GATED) || becomes(GATED_GELU);
}

// Weight row behind column `c` of a thread's strip: gate and up rows alternate, so that a pair meets in one thread.
fn weightRow(c: u32) -> u32 {
  if (is_gated()) {
    return p.weightStart + min(c >> 1u, p.outputs - 1u) + (c & 1u) * p.upStart;
  }
  return p.weightStart + min(c, p.outputs - 1u);
}

fn silu(v: f32) -> f32 {
  return v / (1.0 + exp(-clamp(v, -87.0, 87.0)));
}

// Compilers may take it that nothing is NaN, and let max and clamp make a number of one. Its bits tell.
fn is_nan(v: f32) -> bool {
  return (bitcast<u32>(v) & 0x7fffffffu) > 0x7f800000u;
}

fn activate(v: f32) -> f32 {
  if (becomes(GELU_TANH) || becomes(GATED_GELU)) {
    return 0.5 * v * (1.0 + safe_tanh(0.7978845608028654 * (v + 0.044715 * v * v * v)));
  }
  if (becomes(GELU_ERF)) {
    return 0.5 * v * (1.0 + erf(v * 0.7071067811865476));
  }
  if (becomes(SILU) || becomes(GATED)) {
    return silu(v);
  }
  if (becomes(RELU)) {
    return select(max(v, 0.0), v, is_nan(v));
  }
  if (becomes(CAP)) {
    return select(p.ceiling * safe_tanh(v / p.cap), v, is_nan(v));
  }
  return v;
}

fn gated(acc: vec2f, column: u32) -> f32 {
  var v = acc;
  if (p.hasBias != 0u) {
    v += vec2f(bias[p.biasStart + column], bias[p.biasStart + p.upBias + column]);
  }
  return activate(v.x) * v.y;
}

fn put(index: u32, column: u32, value: f32) {
  if (is_gated()) {
    out[index] = value;
    return;
  }
  var v = value;
  if (p.hasBias != 0u) {
    v += bias[p.biasStart + column];
  }
  v *= p.scale;
  if (becomes(ADD)) {
    out[index] += v;
  } else {
    out[index] = activate(v);
  }
}

// Writes what the strip of columns c .. c+3 of one row comes to.
fn finish(row: u32, c: u32, acc: vec4f) {
  var first = c;
  if (is_gated()) {
    first = c >> 1u;
  }
  if (first >= p.outputs) {
    return;
  }
  var target_row = row;
  if (becomes(ADD)) {
    let branch = row / p.rowsPerSlot;
    target_row = p.slots[branch >> 2u][branch & 3u] * p.rowsPerSlot + row % p.rowsPerSlot;
  }
  let base = target_row * p.outStride + p.columnStart + first;
  let left = p.outputs - first;
  if (is_gated()) {
    put(base, first, gated(acc.xy, first));
    if (left > 1u) { put(base + 1u, first + 1u, gated(acc.zw, first + 1u)); }
  } else {
    put(base, first, acc.x);
    if (left > 1u) { put(base + 1u, first + 1u, acc.y); }
    if (left > 2u) { put(base + 2u, first + 2u, acc.z); }
    if (left > 3u) { put(base + 3u, first + 3u, acc.w); }
  }
  if (left <= select(4u, 2u, is_gated())) {
    for (var column = p.outputs; column < p.padTo; column++) {
      out[base - first + column] = 0.0;
    }
  }
}

// What products come to whose sums were computed elsewhere, by matmul_small in parts: x holds them,
// `steps` strips of four columns a row, part after part. Parts are added in their order, whatever ran first.
@compute @workgroup_size(64)
fn finish_strips(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < p.steps) {
    var sums = x[id.y * p.steps + id.x];
    for (var part = 1u; part < p.parts; part++) {
      sums += x[(part * p.rows + id.y) * p.steps + id.x];
    }
    finish(p.rowStart + id.y, 4u * id.x, sums);
  }
}
