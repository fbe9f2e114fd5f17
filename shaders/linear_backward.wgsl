// dx = g W for weights [outputs, inputs] as linear.wgsl has them: the gradient of y = x Wᵀ by x. The weights are read as
// they are stored, row by row; the sum goes over outputs. Two ways to share the work, as there.
// weights.wgsl stands before it.

struct Params {
  rows: u32, // rows of g in this dispatch, from rowStart on
  rowStart: u32,
  steps: u32, // inputs / 8
  firstStep: u32, // the first of this dispatch
  outputs: u32, // that are summed over
  weightStart: u32, // weight row behind the first of them
  gradientStart: u32, // its column in a row of g
  gradientStride: u32, // elements in a row of g
  add: u32, // dx += g W, else dx = g W
  scale: f32, // what the product was multiplied by
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> dx: array<vec4f>;

// Writes eight inputs of one row.
fn finish(row: u32, step: u32, left: vec4f, right: vec4f) {
  let lo = p.scale * left;
  let hi = p.scale * right;
  let at = 2u * (row * p.steps + step);
  if (p.add != 0u) {
    dx[at] += lo;
    dx[at + 1u] += hi;
  } else {
    dx[at] = lo;
    dx[at + 1u] = hi;
  }
}

// A thread owns 8 rows by 8 inputs in registers and reads straight from memory; see linear.wgsl.
@compute @workgroup_size(64)
fn transposed_register(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.xy * 8u + vec2u(lane & 7u, lane >> 3u);
  let r = id.y * 8u;
  let step = p.firstStep + id.x;
  if (step >= p.steps || r >= p.rows) {
    return;
  }
  let first = p.rowStart + r;
  let last = p.rowStart + p.rows - 1u;
  let g0 = min(first + 0u, last) * p.gradientStride + p.gradientStart;
  let g1 = min(first + 1u, last) * p.gradientStride + p.gradientStart;
  let g2 = min(first + 2u, last) * p.gradientStride + p.gradientStart;
  let g3 = min(first + 3u, last) * p.gradientStride + p.gradientStart;
  let g4 = min(first + 4u, last) * p.gradientStride + p.gradientStart;
  let g5 = min(first + 5u, last) * p.gradientStride + p.gradientStart;
  let g6 = min(first + 6u, last) * p.gradientStride + p.gradientStart;
  let g7 = min(first + 7u, last) * p.gradientStride + p.gradientStart;
  var l0 = vec4f();
  var r0 = vec4f();
  var l1 = vec4f();
  var r1 = vec4f();
  var l2 = vec4f();
  var r2 = vec4f();
  var l3 = vec4f();
  var r3 = vec4f();
  var l4 = vec4f();
  var r4 = vec4f();
  var l5 = vec4f();
  var r5 = vec4f();
  var l6 = vec4f();
  var r6 = vec4f();
  var l7 = vec4f();
  var r7 = vec4f();
  for (var o = 0u; o < p.outputs; o++) {
    let e = weights(rowBase(p.weightStart + o), step);
    let a0 = g[g0 + o];
    l0 += a0 * e.lo;
    r0 += a0 * e.hi;
    let a1 = g[g1 + o];
    l1 += a1 * e.lo;
    r1 += a1 * e.hi;
    let a2 = g[g2 + o];
    l2 += a2 * e.lo;
    r2 += a2 * e.hi;
    let a3 = g[g3 + o];
    l3 += a3 * e.lo;
    r3 += a3 * e.hi;
    let a4 = g[g4 + o];
    l4 += a4 * e.lo;
    r4 += a4 * e.hi;
    let a5 = g[g5 + o];
    l5 += a5 * e.lo;
    r5 += a5 * e.hi;
    let a6 = g[g6 + o];
    l6 += a6 * e.lo;
    r6 += a6 * e.hi;
    let a7 = g[g7 + o];
    l7 += a7 * e.lo;
    r7 += a7 * e.hi;
  }
  var lows = array(l0, l1, l2, l3, l4, l5, l6, l7);
  var highs = array(r0, r1, r2, r3, r4, r5, r6, r7);
  for (var i = 0u; i < 8u && first + i <= last; i++) {
    finish(first + i, step, lows[i], highs[i]);
  }
}

// 64 rows by 64 inputs a workgroup, 8 by 8 a thread, 16 outputs at a time through workgroup memory. For real GPUs.
const AT_ONCE = 16u;
var<workgroup> tile_g: array<f32, 1040>; // [16 outputs][64 rows, and one over: no bank conflicts]
var<workgroup> tile_w: array<vec4f, 256>; // [16 outputs][64 inputs]

@compute @workgroup_size(64)
fn transposed_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let local = vec2u(t & 7u, t >> 3u);
  let first_row = group.y * 64u;
  let first_step = p.firstStep + group.x * 8u;
  let last = p.rows - 1u;
  var l0 = vec4f();
  var r0 = vec4f();
  var l1 = vec4f();
  var r1 = vec4f();
  var l2 = vec4f();
  var r2 = vec4f();
  var l3 = vec4f();
  var r3 = vec4f();
  var l4 = vec4f();
  var r4 = vec4f();
  var l5 = vec4f();
  var r5 = vec4f();
  var l6 = vec4f();
  var r6 = vec4f();
  var l7 = vec4f();
  var r7 = vec4f();
  for (var o = 0u; o < p.outputs; o += AT_ONCE) {
    for (var i = 0u; i < 16u; i++) {
      let q = t + 64u * i;
      let output = q & 15u;
      let row = q >> 4u;
      let inside = o + output < p.outputs;
      let at = (p.rowStart + min(first_row + row, last)) * p.gradientStride + p.gradientStart;
      tile_g[output * 65u + row] = select(0.0, g[at + select(0u, o + output, inside)], inside);
    }
    for (var i = 0u; i < 2u; i++) {
      let e = t + 64u * i;
      let step = e & 7u;
      let output = e >> 3u;
      var v = Eight(vec4f(), vec4f());
      if (o + output < p.outputs && first_step + step < p.steps) {
        v = weights(rowBase(p.weightStart + o + output), first_step + step);
      }
      tile_w[output * 16u + 2u * step] = v.lo;
      tile_w[output * 16u + 2u * step + 1u] = v.hi;
    }
    workgroupBarrier();
    for (var k = 0u; k < AT_ONCE; k++) {
      let lo = tile_w[k * 16u + 2u * local.x];
      let hi = tile_w[k * 16u + 2u * local.x + 1u];
      let at = k * 65u + local.y * 8u;
      let a0 = tile_g[at + 0u];
      l0 += a0 * lo;
      r0 += a0 * hi;
      let a1 = tile_g[at + 1u];
      l1 += a1 * lo;
      r1 += a1 * hi;
      let a2 = tile_g[at + 2u];
      l2 += a2 * lo;
      r2 += a2 * hi;
      let a3 = tile_g[at + 3u];
      l3 += a3 * lo;
      r3 += a3 * hi;
      let a4 = tile_g[at + 4u];
      l4 += a4 * lo;
      r4 += a4 * hi;
      let a5 = tile_g[at + 5u];
      l5 += a5 * lo;
      r5 += a5 * hi;
      let a6 = tile_g[at + 6u];
      l6 += a6 * lo;
      r6 += a6 * hi;
      let a7 = tile_g[at + 7u];
      l7 += a7 * lo;
      r7 += a7 * hi;
    }
    workgroupBarrier();
  }
  let step = first_step + local.x;
  let r = first_row + local.y * 8u;
  var lows = array(l0, l1, l2, l3, l4, l5, l6, l7);
  var highs = array(r0, r1, r2, r3, r4, r5, r6, r7);
  for (var i = 0u; i < 8u && r + i < p.rows && step < p.steps; i++) {
    finish(p.rowStart + r + i, step, lows[i], highs[i]);
  }
}
