// y = x Wᵀ + b for weights [outputs, inputs] kept as published: f32, f16 or bf16 bits in u32, widened as they are read.
// Three ways to share the work of many rows, two of few; a measurement on the adapter chooses (src/engine/autotune.ts).
// Workgroups are 64 threads in a row, laid out 8 by 8 by hand, here and elsewhere: those of two dimensions compute wrong
// numbers on some drivers (pytorch/executorch#22328).
// Rows of x and of W are padded with zeros to a multiple of 8 elements, so a step of the inner loop is 8 inputs.
// epilogue.wgsl and weights.wgsl stand before it.

override ROWS: u32 = 1u; // that a workgroup of matmul_small or matvec_workgroup takes

// Eight inputs of a row: `base` is the row's first vec4f.
fn inputs(base: u32, step: u32) -> Eight {
  return Eight(x[base + 2u * step], x[base + 2u * step + 1u]);
}

fn product(a: Eight, b: Eight) -> f32 {
  return dot(a.lo, b.lo) + dot(a.hi, b.hi);
}

// Four columns of a row.
fn strip(i: Eight, w0: Eight, w1: Eight, w2: Eight, w3: Eight) -> vec4f {
  return vec4f(product(i, w0), product(i, w1), product(i, w2), product(i, w3));
}

// A thread owns 8 rows by 8 columns in registers and reads straight from memory.
// Nothing waits for anything: the best on adapters that are programs on a processor, where a barrier is dear.
// (Written out: on those an indexed array of accumulators lives in memory and is many times slower.)
@compute @workgroup_size(64)
fn matmul_register(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.xy * 8u + vec2u(lane & 7u, lane >> 3u);
  let c = id.x * 8u;
  let r = id.y * 8u;
  let columns = select(p.outputs, 2u * p.outputs, is_gated());
  if (c >= columns || r >= p.rows) {
    return;
  }
  let b0 = rowBase(weightRow(c + 0u));
  let b1 = rowBase(weightRow(c + 1u));
  let b2 = rowBase(weightRow(c + 2u));
  let b3 = rowBase(weightRow(c + 3u));
  let b4 = rowBase(weightRow(c + 4u));
  let b5 = rowBase(weightRow(c + 5u));
  let b6 = rowBase(weightRow(c + 6u));
  let b7 = rowBase(weightRow(c + 7u));
  let stride = p.steps * 2u;
  let first = p.rowStart + r;
  let last = p.rowStart + p.rows - 1u;
  let x0 = min(first + 0u, last) * stride;
  let x1 = min(first + 1u, last) * stride;
  let x2 = min(first + 2u, last) * stride;
  let x3 = min(first + 3u, last) * stride;
  let x4 = min(first + 4u, last) * stride;
  let x5 = min(first + 5u, last) * stride;
  let x6 = min(first + 6u, last) * stride;
  let x7 = min(first + 7u, last) * stride;
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
  for (var k = 0u; k < p.steps; k++) {
    let w0 = weights(b0, k);
    let w1 = weights(b1, k);
    let w2 = weights(b2, k);
    let w3 = weights(b3, k);
    let w4 = weights(b4, k);
    let w5 = weights(b5, k);
    let w6 = weights(b6, k);
    let w7 = weights(b7, k);
    let i0 = inputs(x0, k);
    l0 += strip(i0, w0, w1, w2, w3);
    r0 += strip(i0, w4, w5, w6, w7);
    let i1 = inputs(x1, k);
    l1 += strip(i1, w0, w1, w2, w3);
    r1 += strip(i1, w4, w5, w6, w7);
    let i2 = inputs(x2, k);
    l2 += strip(i2, w0, w1, w2, w3);
    r2 += strip(i2, w4, w5, w6, w7);
    let i3 = inputs(x3, k);
    l3 += strip(i3, w0, w1, w2, w3);
    r3 += strip(i3, w4, w5, w6, w7);
    let i4 = inputs(x4, k);
    l4 += strip(i4, w0, w1, w2, w3);
    r4 += strip(i4, w4, w5, w6, w7);
    let i5 = inputs(x5, k);
    l5 += strip(i5, w0, w1, w2, w3);
    r5 += strip(i5, w4, w5, w6, w7);
    let i6 = inputs(x6, k);
    l6 += strip(i6, w0, w1, w2, w3);
    r6 += strip(i6, w4, w5, w6, w7);
    let i7 = inputs(x7, k);
    l7 += strip(i7, w0, w1, w2, w3);
    r7 += strip(i7, w4, w5, w6, w7);
  }
  // By index from here on: what writes an output would be compiled once for each of them, in seconds on some drivers.
  var strips = array(l0, r0, l1, r1, l2, r2, l3, r3, l4, r4, l5, r5, l6, r6, l7, r7);
  for (var i = 0u; i < 16u && first + (i >> 1u) <= last; i++) {
    finish(first + (i >> 1u), c + 4u * (i & 1u), strips[i]);
  }
}

// 64 rows by 64 columns a workgroup, 8 by 8 outputs a thread, 16 inputs at a time through workgroup memory: every value
// read from memory serves 64 outputs. For real GPUs.
var<workgroup> tile_x: array<vec4f, 256>; // [4 quads of inputs][64 rows]
var<workgroup> tile_w: array<vec4f, 256>; // [4 quads of inputs][64 columns]

// Where a row's or a column's quad of inputs lies: turned about so that the eight threads that go to workgroup memory
// together find eight different groups of banks, storing as well as loading. linear.test.ts counts them.
fn slot(quad: u32, row: u32) -> u32 {
  return quad * 64u + (row & 7u) * 8u + (((row >> 3u) ^ row ^ (2u * quad)) & 7u);
}

// Four columns' sums with four more inputs, a multiply-add for each.
fn into(sum: vec4f, a: vec4f, w0: vec4f, w1: vec4f, w2: vec4f, w3: vec4f) -> vec4f {
  return vec4f(chain(sum.x, a, w0), chain(sum.y, a, w1), chain(sum.z, a, w2), chain(sum.w, a, w3));
}

fn chain(sum: f32, a: vec4f, w: vec4f) -> f32 {
  return fma(a.w, w.w, fma(a.z, w.z, fma(a.y, w.y, fma(a.x, w.x, sum))));
}

@compute @workgroup_size(64)
fn matmul_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let local = vec2u(t & 7u, t >> 3u);
  let first_row = group.y * 64u;
  let first_column = group.x * 64u;
  let stride = p.steps * 2u;
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
  for (var k = 0u; k < p.steps; k += 2u) {
    for (var i = 0u; i < 4u; i++) {
      let q = t + 64u * i;
      let quad = q & 3u;
      let row = q >> 2u;
      let inside = 2u * k + quad < stride;
      let at = (p.rowStart + min(first_row + row, last)) * stride + select(0u, 2u * k + quad, inside);
      tile_x[slot(quad, row)] = select(vec4f(), x[at], inside);
    }
    for (var i = 0u; i < 2u; i++) {
      let e = t + 64u * i;
      let step = e & 1u;
      let column = e >> 1u;
      var v = Eight(vec4f(), vec4f());
      if (k + step < p.steps) {
        v = weights(rowBase(weightRow(first_column + column)), k + step);
      }
      tile_w[slot(2u * step, column)] = v.lo;
      tile_w[slot(2u * step + 1u, column)] = v.hi;
    }
    workgroupBarrier();
    for (var quad = 0u; quad < 4u; quad++) {
      let w0 = tile_w[slot(quad, local.x * 8u + 0u)];
      let w1 = tile_w[slot(quad, local.x * 8u + 1u)];
      let w2 = tile_w[slot(quad, local.x * 8u + 2u)];
      let w3 = tile_w[slot(quad, local.x * 8u + 3u)];
      let w4 = tile_w[slot(quad, local.x * 8u + 4u)];
      let w5 = tile_w[slot(quad, local.x * 8u + 5u)];
      let w6 = tile_w[slot(quad, local.x * 8u + 6u)];
      let w7 = tile_w[slot(quad, local.x * 8u + 7u)];
      let a0 = tile_x[slot(quad, local.y * 8u + 0u)];
      l0 = into(l0, a0, w0, w1, w2, w3);
      r0 = into(r0, a0, w4, w5, w6, w7);
      let a1 = tile_x[slot(quad, local.y * 8u + 1u)];
      l1 = into(l1, a1, w0, w1, w2, w3);
      r1 = into(r1, a1, w4, w5, w6, w7);
      let a2 = tile_x[slot(quad, local.y * 8u + 2u)];
      l2 = into(l2, a2, w0, w1, w2, w3);
      r2 = into(r2, a2, w4, w5, w6, w7);
      let a3 = tile_x[slot(quad, local.y * 8u + 3u)];
      l3 = into(l3, a3, w0, w1, w2, w3);
      r3 = into(r3, a3, w4, w5, w6, w7);
      let a4 = tile_x[slot(quad, local.y * 8u + 4u)];
      l4 = into(l4, a4, w0, w1, w2, w3);
      r4 = into(r4, a4, w4, w5, w6, w7);
      let a5 = tile_x[slot(quad, local.y * 8u + 5u)];
      l5 = into(l5, a5, w0, w1, w2, w3);
      r5 = into(r5, a5, w4, w5, w6, w7);
      let a6 = tile_x[slot(quad, local.y * 8u + 6u)];
      l6 = into(l6, a6, w0, w1, w2, w3);
      r6 = into(r6, a6, w4, w5, w6, w7);
      let a7 = tile_x[slot(quad, local.y * 8u + 7u)];
      l7 = into(l7, a7, w0, w1, w2, w3);
      r7 = into(r7, a7, w4, w5, w6, w7);
    }
    workgroupBarrier();
  }
  // By index from here on, as above.
  let c = first_column + local.x * 8u;
  let r = first_row + local.y * 8u;
  var strips = array(l0, r0, l1, r1, l2, r2, l3, r3, l4, r4, l5, r5, l6, r6, l7, r7);
  for (var i = 0u; i < 16u && r + (i >> 1u) < p.rows; i++) {
    finish(p.rowStart + r + (i >> 1u), c + 4u * (i & 1u), strips[i]);
  }
}

// ROWS rows, 16 or 32, by 32 columns a workgroup, 2 or 4 by 4 outputs a thread, for rows that would leave the larger tile
// half empty: more workgroups, each of fewer registers. 32 inputs at a time, so that whole lines of 16-bit weights are read; what comes next
// is on its way while this is computed. Every sum is added up as in the larger tile, and comes to the same bits. Where there
// are too few workgroups even so, several share an output's inputs, and finish_strips adds what they came to.
//
// Where a quad lies in the same workgroup memory: [8 quads of inputs][32 rows or columns], turned about as above.
fn small_slot(quad: u32, row: u32) -> u32 {
  return quad * 32u + (row & 3u) * 8u + ((row >> 2u) ^ quad ^ (row & 1u));
}

// What a thread brings to workgroup memory.
struct Brought {
  x0: vec4f,
  x1: vec4f,
  x2: vec4f,
  x3: vec4f,
  w0: Eight,
  w1: Eight,
}

// A quad of four rows of x, and eight weights of two columns, from `step` on; zeros from `end` on.
fn bring(rows: vec4u, columns: vec2u, step: u32, end: u32, t: u32) -> Brought {
  var b = Brought();
  let quad = 2u * step + (t & 7u);
  if (quad < 2u * end) {
    b.x0 = x[rows.x + quad];
    b.x1 = x[rows.y + quad];
    if (ROWS > 16u) {
      b.x2 = x[rows.z + quad];
      b.x3 = x[rows.w + quad];
    }
  }
  let eight = step + (t & 3u);
  if (eight < end) {
    b.w0 = weights(columns.x, eight);
    b.w1 = weights(columns.y, eight);
  }
  return b;
}

@compute @workgroup_size(64)
fn matmul_small(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let local = vec2u(t & 7u, t >> 3u);
  let row_tiles = (p.rows + ROWS - 1u) / ROWS;
  let part = group.y / row_tiles;
  let first_row = (group.y % row_tiles) * ROWS;
  let own_rows = ROWS / 8u; // of a thread
  let first_column = group.x * 32u;
  let end = min((part + 1u) * p.partSteps, p.steps);
  let last = p.rows - 1u;
  let quad = t & 7u; // that this thread brings, of rows row, row + 8 and so on
  let row = t >> 3u;
  let step = t & 3u; // of columns column and column + 16
  let column = t >> 2u;
  let rows = (p.rowStart + min(vec4u(first_row + row) + vec4u(0u, 8u, 16u, 24u), vec4u(last))) * p.steps * 2u;
  let columns = vec2u(rowBase(weightRow(first_column + column)), rowBase(weightRow(first_column + column + 16u)));
  var s0 = vec4f();
  var s1 = vec4f();
  var s2 = vec4f();
  var s3 = vec4f();
  var next = bring(rows, columns, part * p.partSteps, end, t);
  for (var k = part * p.partSteps; k < end; k += 4u) {
    tile_x[small_slot(quad, row)] = next.x0;
    tile_x[small_slot(quad, row + 8u)] = next.x1;
    if (ROWS > 16u) {
      tile_x[small_slot(quad, row + 16u)] = next.x2;
      tile_x[small_slot(quad, row + 24u)] = next.x3;
    }
    tile_w[small_slot(2u * step, column)] = next.w0.lo;
    tile_w[small_slot(2u * step + 1u, column)] = next.w0.hi;
    tile_w[small_slot(2u * step, column + 16u)] = next.w1.lo;
    tile_w[small_slot(2u * step + 1u, column + 16u)] = next.w1.hi;
    workgroupBarrier();
    next = bring(rows, columns, k + 4u, end, t);
    for (var q = 0u; q < 8u; q++) {
      let w0 = tile_w[small_slot(q, local.x * 4u + 0u)];
      let w1 = tile_w[small_slot(q, local.x * 4u + 1u)];
      let w2 = tile_w[small_slot(q, local.x * 4u + 2u)];
      let w3 = tile_w[small_slot(q, local.x * 4u + 3u)];
      s0 = into(s0, tile_x[small_slot(q, local.y * own_rows + 0u)], w0, w1, w2, w3);
      s1 = into(s1, tile_x[small_slot(q, local.y * own_rows + 1u)], w0, w1, w2, w3);
      if (ROWS > 16u) {
        s2 = into(s2, tile_x[small_slot(q, local.y * own_rows + 2u)], w0, w1, w2, w3);
        s3 = into(s3, tile_x[small_slot(q, local.y * own_rows + 3u)], w0, w1, w2, w3);
      }
    }
    workgroupBarrier();
  }
  // By index from here on, as above.
  let c = first_column + local.x * 4u;
  let r = first_row + local.y * own_rows;
  var strips = array(s0, s1, s2, s3);
  for (var i = 0u; i < own_rows && r + i < p.rows; i++) {
    let sums = strips[i];
    if (p.parts == 1u) {
      finish(p.rowStart + r + i, c, sums);
    } else {
      keep(part * p.rows + r + i, c, sums);
    }
  }
}

// A part of the sums of columns c .. c+3 of one row, for finish_strips.
fn keep(row: u32, c: u32, sums: vec4f) {
  let width = (select(p.outputs, 2u * p.outputs, is_gated()) + 3u) / 4u * 4u;
  if (c >= width) {
    return;
  }
  let at = row * width + c;
  out[at] = sums.x;
  out[at + 1u] = sums.y;
  out[at + 2u] = sums.z;
  out[at + 3u] = sums.w;
}

// Few rows (decoding): weights are read once for each row, so all that counts is reading them well.
// One thread, four columns.
@compute @workgroup_size(32)
fn matvec_register(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x * 4u;
  let columns = select(p.outputs, 2u * p.outputs, is_gated());
  if (c >= columns) {
    return;
  }
  let row = p.rowStart + id.y;
  let b0 = rowBase(weightRow(c));
  let b1 = rowBase(weightRow(c + 1u));
  let b2 = rowBase(weightRow(c + 2u));
  let b3 = rowBase(weightRow(c + 3u));
  let base = row * p.steps * 2u;
  var acc = vec4f();
  for (var k = 0u; k < p.steps; k++) {
    acc += strip(inputs(base, k), weights(b0, k), weights(b1, k), weights(b2, k), weights(b3, k));
  }
  finish(row, c, acc);
}

// One workgroup, four columns of up to eight rows: neighbouring threads read neighbouring weights, and widen each once for
// all of the rows. A row's sum is the same whatever ROWS is.
var<workgroup> partial: array<vec4f, 64u * ROWS>;

@compute @workgroup_size(64)
fn matvec_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let c = group.x * 4u;
  let first = p.rowStart + group.y * ROWS;
  let last = p.rowStart + p.rows - 1u;
  let b0 = rowBase(weightRow(c));
  let b1 = rowBase(weightRow(c + 1u));
  let b2 = rowBase(weightRow(c + 2u));
  let b3 = rowBase(weightRow(c + 3u));
  let stride = p.steps * 2u;
  let x0 = first * stride;
  let x1 = min(first + 1u, last) * stride;
  let x2 = min(first + 2u, last) * stride;
  let x3 = min(first + 3u, last) * stride;
  let x4 = min(first + 4u, last) * stride;
  let x5 = min(first + 5u, last) * stride;
  let x6 = min(first + 6u, last) * stride;
  let x7 = min(first + 7u, last) * stride;
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  var a4 = vec4f();
  var a5 = vec4f();
  var a6 = vec4f();
  var a7 = vec4f();
  for (var k = t; k < p.steps; k += 64u) {
    let w0 = weights(b0, k);
    let w1 = weights(b1, k);
    let w2 = weights(b2, k);
    let w3 = weights(b3, k);
    a0 += strip(inputs(x0, k), w0, w1, w2, w3);
    if (ROWS > 1u) {
      a1 += strip(inputs(x1, k), w0, w1, w2, w3);
    }
    if (ROWS > 2u) {
      a2 += strip(inputs(x2, k), w0, w1, w2, w3);
      a3 += strip(inputs(x3, k), w0, w1, w2, w3);
    }
    if (ROWS > 4u) {
      a4 += strip(inputs(x4, k), w0, w1, w2, w3);
      a5 += strip(inputs(x5, k), w0, w1, w2, w3);
      a6 += strip(inputs(x6, k), w0, w1, w2, w3);
      a7 += strip(inputs(x7, k), w0, w1, w2, w3);
    }
  }
  partial[t] = a0;
  if (ROWS > 1u) {
    partial[64u + t] = a1;
  }
  if (ROWS > 2u) {
    partial[128u + t] = a2;
    partial[192u + t] = a3;
  }
  if (ROWS > 4u) {
    partial[256u + t] = a4;
    partial[320u + t] = a5;
    partial[384u + t] = a6;
    partial[448u + t] = a7;
  }
  workgroupBarrier();
  for (var half = 32u; half > 0u; half >>= 1u) {
    if (t < half) {
      for (var at = t; at < 64u * ROWS; at += 64u) {
        partial[at] += partial[at + half];
      }
    }
    workgroupBarrier();
  }
  if (t < ROWS && first + t <= last) {
    finish(first + t, c, partial[64u * t]);
  }
}
