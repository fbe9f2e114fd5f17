// What attention.wgsl does, in reverse, of one branch: from the gradient of its output to that of qkv. Probabilities and
// their gradients (each head's row of the output's gradient with each value) come in tiles as there. Then
//   softmax_backward  the scores' gradients, in place of the probabilities'
//   keys_backward     the gradients of keys and values: 4 keys by 4 channels a thread, over all rows that see them
//   place_backward    rotary positions and QK norm undone
//   heads_backward    a norm over all heads undone, which takes all of them first
// The gradient of q is the keys by the scores' gradients: `mix`.

override QK_NORM: u32 = 0u; // 1: of each head; 2: of all heads at once, undone by `heads_backward`
override THREADS: u32 = 64u; // that share a row in the softmax
override ROWS: u32 = 1u; // of its workgroups; see norm.wgsl

struct Params {
  rows: u32,
  branches: u32,
  heads: u32,
  kvHeads: u32,
  headDim: u32,
  rotary: u32,
  qkvStride: u32,
  qStride: u32,
  qOffset: u32,
  kOffset: u32,
  vOffset: u32,
  headStep: u32,
  tilesPerBranch: u32,
  firstTile: u32,
  tileCount: u32,
  scoreStride: u32,
  cacheRows: u32,
  kvStart: u32,
  window: u32,
  turnStride: u32,
  turnStart: u32,
  longStart: u32,
  eps: f32,
  scale: f32,
  cap: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> places: array<vec2u>;
@group(0) @binding(2) var<storage, read> tiles: array<vec4u>; // first row, rows, path in keys, end of the tiles that see it
@group(0) @binding(3) var<storage, read> probabilities: array<f32>; // [tile][4 rows][heads][scoreStride]
@group(0) @binding(4) var<storage, read_write> changes: array<f32>; // gradients: of probabilities, then of scores
@group(0) @binding(5) var<storage, read> scored: array<f32>; // gradients of scores
@group(0) @binding(6) var<storage, read> q: array<vec4f>;
@group(0) @binding(7) var<storage, read> dmixed: array<vec4f>; // gradient of the output
@group(0) @binding(8) var<storage, read_write> dkv: array<vec4f>; // [row] k of all heads, then v of all heads
@group(0) @binding(9) var<storage, read> dq: array<f32>;
@group(0) @binding(10) var<storage, read> dkv_done: array<f32>;
@group(0) @binding(11) var<storage, read> qkv: array<f32>;
@group(0) @binding(12) var<storage, read> turns: array<vec2f>;
@group(0) @binding(13) var<storage, read> qk_weight: array<f32>;
@group(0) @binding(14) var<storage, read_write> dqkv: array<f32>;
@group(0) @binding(15) var<storage, read> capped: array<f32>; // scores as they were capped

struct Tile {
  row: u32,
  rows: u32,
  position: u32,
  base: u32, // first key with room in the scores
  end: u32, // one past the last key that its rows see
}

fn tile_of(index: u32) -> Tile {
  let t = tiles[index];
  let position = places[t.x].x;
  var base = 0u;
  if (p.window > 0u && position + 1u > p.window) {
    base = (position + 1u - p.window) & ~3u;
  }
  return Tile(t.x, t.y, position, base, position + t.y);
}

var<workgroup> shares: array<f32, THREADS * ROWS>;

// A row and head for every THREADS threads: of P and dP, dS = scale P (dP - sum of P dP), by the slope of the cap where there is one. Keys that are not seen have a
// probability of zero.
@compute @workgroup_size(64)
fn softmax_backward(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let first = line * THREADS;
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.tileCount * 4u * p.heads - 1u); // every thread must reach the barriers
  let tile = tile_of(p.firstTile + row / (4u * p.heads));
  let idle = asked != row || (row / p.heads) % 4u >= tile.rows;
  let count = select((tile.end - tile.base + 3u) & ~3u, 0u, idle);
  let base = row * p.scoreStride;
  var sum = 0.0;
  for (var i = t; i < count; i += THREADS) {
    sum += probabilities[base + i] * changes[base + i];
  }
  if (THREADS > 1u) {
    shares[first + t] = sum;
    workgroupBarrier();
    sum = 0.0;
    for (var i = 0u; i < THREADS; i++) {
      sum += shares[first + i];
    }
  }
  for (var i = t; i < count; i += THREADS) {
    var slope = p.scale;
    if (p.cap > 0.0) {
      let share = capped[base + i] / p.cap;
      slope *= 1.0 - share * share;
    }
    changes[base + i] = slope * probabilities[base + i] * (changes[base + i] - sum);
  }
}

// Adds what the tiles of this dispatch give. The keys of a tile are seen by a run of tiles that begins with itself. A sum
// goes on from where the dispatch before left it, so that it is the same to the bit wherever the tiles are cut.
@compute @workgroup_size(64)
fn keys_backward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.xy * 8u + vec2u(lane & 7u, lane >> 3u);
  let quads = p.headDim / 4u;
  let width = p.kvHeads * quads;
  if (id.x >= width || id.y >= p.tilesPerBranch) {
    return;
  }
  let own = tile_of(id.y);
  let begin = max(id.y, p.firstTile);
  let end = min(tiles[id.y].w, p.firstTile + p.tileCount);
  if (begin >= end && p.firstTile > 0u) {
    return;
  }
  let perKv = p.heads / p.kvHeads;
  let head = id.x / quads * perKv;
  let stride = p.qStride / 4u;
  // Written out: on software adapters an indexed array of accumulators lives in memory.
  var k0 = vec4f();
  var k1 = vec4f();
  var k2 = vec4f();
  var k3 = vec4f();
  var v0 = vec4f();
  var v1 = vec4f();
  var v2 = vec4f();
  var v3 = vec4f();
  let rows = min(vec4u(0u, 1u, 2u, 3u), vec4u(own.rows - 1u)); // one that is not there is never written
  let o = (vec4u(own.row) + rows) * 2u * width + id.x;
  if (p.firstTile > 0u) {
    k0 = dkv[o.x];
    k1 = dkv[o.y];
    k2 = dkv[o.z];
    k3 = dkv[o.w];
    v0 = dkv[o.x + width];
    v1 = dkv[o.y + width];
    v2 = dkv[o.z + width];
    v3 = dkv[o.w + width];
  }
  let positions = vec4u(own.position) + vec4u(0u, 1u, 2u, 3u);
  for (var g = begin; g < end; g++) {
    let t = tile_of(g);
    let seen = (positions >= vec4u(t.base)) & (positions < vec4u(t.end));
    if (!any(seen)) {
      continue;
    }
    let key = select(vec4u(), positions - vec4u(t.base), seen);
    for (var r = 0u; r < t.rows; r++) {
      for (var h = head; h < head + perKv; h++) {
        let at = (t.row + r) * stride + h * quads + id.x % quads;
        let line = vec4u((((g - p.firstTile) * 4u + r) * p.heads + h) * p.scoreStride) + key;
        let ds = select(vec4f(), vec4f(scored[line.x], scored[line.y], scored[line.z], scored[line.w]), seen);
        let a = q[at];
        k0 += ds.x * a;
        k1 += ds.y * a;
        k2 += ds.z * a;
        k3 += ds.w * a;
        let w = select(
          vec4f(),
          vec4f(probabilities[line.x], probabilities[line.y], probabilities[line.z], probabilities[line.w]),
          seen,
        );
        let b = dmixed[at];
        v0 += w.x * b;
        v1 += w.y * b;
        v2 += w.z * b;
        v3 += w.w * b;
      }
    }
  }
  var dk = array(k0, k1, k2, k3);
  var dv = array(v0, v1, v2, v3);
  for (var i = 0u; i < own.rows; i++) {
    let at = (own.row + i) * 2u * width + id.x;
    dkv[at] = dk[i];
    dkv[at + width] = dv[i];
  }
}

struct Head {
  given: u32, // where its gradient begins: in dq, or in dkv_done
  source: u32, // and its row of qkv
  weight: u32, // of its QK norm
  half: u32, // of the channels that turn
  turn: u32,
  isQuery: bool,
}

fn given(h: Head, c: u32) -> f32 {
  if (h.isQuery) {
    return dq[h.given + c];
  }
  return dkv_done[h.given + c];
}

// The gradient of channel c before it was turned.
fn unturned(h: Head, c: u32) -> f32 {
  let v = given(h, c);
  if (c >= p.rotary) {
    return v;
  }
  let turn = turns[h.turn + c % h.half];
  if (c < h.half) {
    return v * turn.x + given(h, c + h.half) * turn.y;
  }
  return v * turn.x - given(h, c - h.half) * turn.y;
}

// A thread has four channels of one head: heads of q first, then of k, then of v.
@compute @workgroup_size(64)
fn place_backward(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let units = p.heads + 2u * p.kvHeads;
  let quads = p.headDim / 4u;
  let c = (i % quads) * 4u;
  let unit = (i / quads) % units;
  let row = i / (quads * units);
  if (row >= p.rows) {
    return;
  }
  let width = p.kvHeads * p.headDim;
  if (unit >= p.heads + p.kvHeads) {
    let v = unit - p.heads - p.kvHeads;
    let o = row * p.qkvStride + p.vOffset + v * p.headStep + c;
    for (var j = 0u; j < 4u; j++) {
      dqkv[o + j] = dkv_done[(2u * row + 1u) * width + v * p.headDim + c + j];
    }
    return;
  }
  let half = p.rotary / 2u;
  let here = places[row];
  let turn = here.x * p.turnStride + select(p.turnStart, p.longStart, here.y >= 0x80000000u);
  let k = unit - min(unit, p.heads);
  var h = Head(row * p.qStride + unit * p.headDim, row * p.qkvStride + p.qOffset + unit * p.headStep, 0u, half, turn, true);
  if (unit >= p.heads) {
    h = Head(2u * row * width + k * p.headDim, row * p.qkvStride + p.kOffset + k * p.headStep, p.headDim, half, turn, false);
  }
  var scale = 1.0;
  var along = 0.0;
  if (QK_NORM == 1u) {
    var square = 0.0;
    for (var j = 0u; j < p.headDim; j++) {
      let v = qkv[h.source + j];
      square += v * v;
      along += qk_weight[h.weight + j] * unturned(h, j) * v;
    }
    scale = 1.0 / sqrt(square / f32(p.headDim) + p.eps);
    along *= scale * scale / f32(p.headDim);
  }
  for (var j = c; j < c + 4u; j++) {
    var d = unturned(h, j);
    if (QK_NORM == 1u) {
      d = scale * (qk_weight[h.weight + j] * d - qkv[h.source + j] * along);
    }
    dqkv[h.source + j] = d;
  }
}

// Where a norm goes over all heads, dqkv holds the gradient of what it gave: in place of it, that of what it was given.
// Threads share a row of queries, or one of keys.
@compute @workgroup_size(64)
fn heads_backward(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let first = line * THREADS;
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let which = min(asked, 2u * p.rows - 1u); // every thread must reach the barriers
  let isKey = which % 2u == 1u;
  let width = select(p.heads, p.kvHeads, isKey) * p.headDim;
  let base = which / 2u * p.qkvStride + select(p.qOffset, p.kOffset, isKey);
  let weight = select(0u, p.heads * p.headDim, isKey);
  var square = 0.0;
  var along = 0.0;
  for (var i = t; i < width; i += THREADS) {
    let v = qkv[base + i];
    square += v * v;
    along += qk_weight[weight + i] * dqkv[base + i] * v;
  }
  let scale = 1.0 / sqrt(total(square, t, first) / f32(width) + p.eps);
  let turn = total(along, t, first) * scale * scale / f32(width);
  if (asked != which) {
    return;
  }
  for (var i = t; i < width; i += THREADS) {
    dqkv[base + i] = scale * (qk_weight[weight + i] * dqkv[base + i] - qkv[base + i] * turn);
  }
}

fn total(mine: f32, t: u32, first: u32) -> f32 {
  if (THREADS == 1u) {
    return mine;
  }
  workgroupBarrier();
  shares[first + t] = mine;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < THREADS; i++) {
    sum += shares[first + i];
  }
  return sum;
}
