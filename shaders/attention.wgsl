// Attention over a token tree in four steps, none of which waits for another thread except the softmax:
//   place    rotary positions (and QK norm) on q and k; k and v into the cache rows of their tokens
//   scores   q·k for 4 rows by 4 keys a thread, capped where the model does
//   softmax  over each row's keys, in place
//   mix      probabilities times v, 4 rows by 4 channels a thread
// A tile is up to 4 rows of one chain of the tree. Keys are found by position: the row of the cache that holds position
// n of the tile's path is keys[tile.list + n]. So shared prefixes, windows and caches are all the same thing.

override QK_NORM: u32 = 0u; // 1: of each head; 2: of all heads at once, as `sizes` left it

override THREADS: u32 = 64u; // that share a row in the softmax, and in sizes
override ROWS: u32 = 1u; // of its workgroups; see norm.wgsl

struct Params {
  rows: u32, // rows of one branch in this step
  branches: u32,
  heads: u32,
  kvHeads: u32,
  headDim: u32, // a multiple of 4
  rotary: u32, // channels of a head that turn, 0 none
  qkvStride: u32, // elements in a row of qkv
  qStride: u32, // elements in a row of q and of out, padded with zeros to a multiple of 8
  qOffset: u32, // where head 0's q, k and v begin in a row of qkv
  kOffset: u32,
  vOffset: u32,
  headStep: u32, // from head to head in a row of qkv
  tilesPerBranch: u32,
  firstTile: u32, // this dispatch takes tiles [firstTile, firstTile + tileCount) of all branches' tiles in a row
  tileCount: u32,
  scoreStride: u32, // keys a row of scores has room for, a multiple of 4
  cacheRows: u32, // rows of one branch in the cache
  kvStart: u32, // where in a row of the cache scores and mix find their channels, in fours: at its keys or at its values
  window: u32, // 0: none; else a row sees its own and the window - 1 positions before
  turnStride: u32, // pairs in a position of turns, of all the ways in which a model turns
  turnStart: u32, // where in it this block's begin
  longStart: u32, // and those of long sequences
  eps: f32,
  scale: f32,
  cap: f32, // 0: none; else scores s become cap tanh(s / cap)
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> places: array<vec2u>; // [rows] position, row in the cache; its top bit: of a long sequence
@group(0) @binding(2) var<storage, read> tiles: array<vec4u>; // [tilesPerBranch] first row, rows, path in keys, end of the tiles that see it
@group(0) @binding(3) var<storage, read> keys: array<u32>;
@group(0) @binding(4) var<storage, read> qkv: array<f32>;
@group(0) @binding(5) var<storage, read> turns: array<vec2f>; // [position][turnStride] cos, sin
@group(0) @binding(6) var<storage, read> qk_weight: array<f32>; // QK norm weights of q, then of k: [2][headDim], or of all heads
@group(0) @binding(7) var<storage, read_write> q_out: array<f32>;
@group(0) @binding(8) var<storage, read_write> kv_out: array<f32>; // [row] k of all heads, then v of all heads
@group(0) @binding(9) var<storage, read> q: array<vec4f>;
@group(0) @binding(10) var<storage, read> kv: array<vec4f>;
@group(0) @binding(11) var<storage, read_write> scores: array<vec4f>; // [tile][4 rows][heads][scoreStride / 4]
@group(0) @binding(12) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(13) var<storage, read> scales: array<vec2f>; // [rows] one over the size of all of q, and of all of k
@group(0) @binding(14) var<storage, read_write> scales_out: array<vec2f>;

// The sum of squares of channels of qkv from `start` on: four from `first` on, then four `step` further, and so on.
fn squares(start: u32, width: u32, first: u32, step: u32) -> f32 {
  var sum = 0.0;
  for (var i = first; i < width; i += 64u * step) { // rounding stays that of a short sum
    var block = vec4f();
    for (var j = i; j < min(i + 64u * step, width); j += step) {
      let at = start + j;
      let v = vec4f(qkv[at], qkv[at + 1u], qkv[at + 2u], qkv[at + 3u]);
      block += v * v;
    }
    sum += block.x + block.y + block.z + block.w;
  }
  return sum;
}

fn inverse_size(square: f32, width: u32) -> f32 {
  return 1.0 / sqrt(square / f32(width) + p.eps);
}

// Of a row's queries together, and of its keys: what norms over all heads divide by.
@compute @workgroup_size(64)
fn sizes(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.rows * p.branches - 1u); // every thread must reach the barriers
  let base = row * p.qkvStride;
  let widths = vec2u(p.heads, p.kvHeads) * p.headDim;
  let idle = asked != row;
  let ends = select(widths, vec2u(), vec2<bool>(idle));
  let step = 4u * THREADS;
  let of_q = total(squares(base + p.qOffset, ends.x, 4u * t, step), t, line * THREADS);
  let of_k = total(squares(base + p.kOffset, ends.y, 4u * t, step), t, line * THREADS);
  if (t == 0u && !idle) {
    scales_out[row] = vec2f(inverse_size(of_q, widths.x), inverse_size(of_k, widths.y));
  }
}

// A head of q or of k, and what norms and turns it.
struct Head {
  base: u32, // where it begins in qkv
  weight: u32, // of its norm
  scale: f32, // of its norm: one over its size, or over that of all heads
  turn: u32, // its position in turns
}

fn channel_of(h: Head, channel: u32) -> f32 {
  if (QK_NORM > 0u) {
    return qkv[h.base + channel] * h.scale * qk_weight[h.weight + channel];
  }
  return qkv[h.base + channel];
}

// Once a thread, whatever it reads of the head.
fn scale_of(base: u32, of_all: f32) -> f32 {
  if (QK_NORM == 1u) {
    return inverse_size(squares(base, p.headDim, 0u, 4u), p.headDim);
  }
  return of_all;
}

// Channel c of a head, turned by its position; halves of the rotary channels pair up (Hugging Face layout).
fn turned(h: Head, c: u32) -> f32 {
  let v = channel_of(h, c);
  if (c >= p.rotary) {
    return v;
  }
  let half = p.rotary / 2u;
  let turn = turns[h.turn + c % half];
  if (c < half) {
    return v * turn.x - channel_of(h, c + half) * turn.y;
  }
  return v * turn.x + channel_of(h, c - half) * turn.y;
}

const LONG = 0x80000000u; // the bit of a row of the cache that says: of a long sequence

// A thread places four channels of one head: heads of q first, then of k, then of v.
@compute @workgroup_size(64)
fn place(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  let units = p.heads + 2u * p.kvHeads;
  let quads = p.headDim / 4u;
  let c = (i % quads) * 4u;
  let unit = (i / quads) % units;
  let row = i / (quads * units);
  if (row >= p.rows * p.branches) {
    return;
  }
  let here = places[row % p.rows];
  let base = row * p.qkvStride;
  let turn = here.x * p.turnStride + select(p.turnStart, p.longStart, here.y >= LONG);
  var size = vec2f(1.0);
  if (QK_NORM == 2u) {
    size = scales[row];
  }
  if (unit < p.heads) {
    let weight = select(0u, unit * p.headDim, QK_NORM == 2u);
    let start = base + p.qOffset + unit * p.headStep;
    let head = Head(start, weight, scale_of(start, size.x), turn);
    let o = row * p.qStride + unit * p.headDim + c;
    for (var j = 0u; j < 4u; j++) {
      q_out[o + j] = turned(head, c + j);
    }
    return;
  }
  let width = p.kvHeads * p.headDim;
  let cache = ((row / p.rows) * p.cacheRows + (here.y & ~LONG)) * 2u * width;
  if (unit < p.heads + p.kvHeads) {
    let k = unit - p.heads;
    let weight = select(p.headDim, (p.heads + k) * p.headDim, QK_NORM == 2u);
    let start = base + p.kOffset + k * p.headStep;
    let head = Head(start, weight, scale_of(start, size.y), turn);
    let o = cache + k * p.headDim + c;
    for (var j = 0u; j < 4u; j++) {
      kv_out[o + j] = turned(head, c + j);
    }
    return;
  }
  let v = unit - p.heads - p.kvHeads;
  let head = base + p.vOffset + v * p.headStep + c;
  let o = cache + width + v * p.headDim + c;
  for (var j = 0u; j < 4u; j++) {
    kv_out[o + j] = qkv[head + j];
  }
}

struct Tile {
  branch: u32,
  row: u32, // of q and out
  rows: u32,
  list: u32,
  position: u32, // of its first row; the others follow
  base: u32, // first key with room in the scores, a multiple of 4
  end: u32, // one past the last key any of its rows sees
}

fn tile_at(index: u32) -> Tile {
  let g = p.firstTile + index;
  let branch = g / p.tilesPerBranch;
  let t = tiles[g % p.tilesPerBranch];
  let position = places[t.x].x;
  var base = 0u;
  if (p.window > 0u && position + 1u > p.window) {
    base = (position + 1u - p.window) & ~3u;
  }
  return Tile(branch, branch * p.rows + t.x, t.y, t.z, position, base, position + t.y);
}

fn cache_row(t: Tile, position: u32) -> u32 {
  return t.branch * p.cacheRows + keys[t.list + min(position, t.end - 1u)];
}

@compute @workgroup_size(64)
fn score(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.xy * 8u + vec2u(lane & 7u, lane >> 3u);
  let index = id.y / p.heads;
  if (index >= p.tileCount) {
    return;
  }
  let head = id.y % p.heads;
  let t = tile_at(index);
  let key = t.base + id.x * 4u;
  if (key >= t.end) {
    return;
  }
  let quads = p.headDim / 4u;
  let kvQuads = 2u * p.kvHeads * quads;
  let kvHead = (head * p.kvHeads / p.heads) * quads + p.kvStart;
  let k0 = cache_row(t, key) * kvQuads + kvHead;
  let k1 = cache_row(t, key + 1u) * kvQuads + kvHead;
  let k2 = cache_row(t, key + 2u) * kvQuads + kvHead;
  let k3 = cache_row(t, key + 3u) * kvQuads + kvHead;
  let stride = p.qStride / 4u;
  let q0 = t.row * stride + head * quads;
  let line = p.scoreStride / 4u;
  let o = (index * 4u * p.heads + head) * line + id.x;
  if (t.rows == 1u) { // a step of a text that is being written: a quarter of the work
    var only = vec4f();
    for (var d = 0u; d < quads; d++) {
      only += four(q[q0 + d], kv[k0 + d], kv[k1 + d], kv[k2 + d], kv[k3 + d]);
    }
    scores[o] = scored(only);
    return;
  }
  let q1 = (t.row + min(1u, t.rows - 1u)) * stride + head * quads;
  let q2 = (t.row + min(2u, t.rows - 1u)) * stride + head * quads;
  let q3 = (t.row + min(3u, t.rows - 1u)) * stride + head * quads;
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  for (var d = 0u; d < quads; d++) {
    let v0 = kv[k0 + d];
    let v1 = kv[k1 + d];
    let v2 = kv[k2 + d];
    let v3 = kv[k3 + d];
    a0 += four(q[q0 + d], v0, v1, v2, v3);
    a1 += four(q[q1 + d], v0, v1, v2, v3);
    a2 += four(q[q2 + d], v0, v1, v2, v3);
    a3 += four(q[q3 + d], v0, v1, v2, v3);
  }
  scores[o] = scored(a0);
  scores[o + p.heads * line] = scored(a1);
  scores[o + 2u * p.heads * line] = scored(a2);
  scores[o + 3u * p.heads * line] = scored(a3);
}

fn scored(products: vec4f) -> vec4f {
  let s = products * p.scale;
  if (p.cap > 0.0) {
    let capped = p.cap * tanh(clamp(s / p.cap, vec4f(-15.0), vec4f(15.0))); // tanh of more is NaN on some drivers
    return select(capped, s, (bitcast<vec4u>(s) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u)); // clamp may eat NaN
  }
  return s;
}

fn four(v: vec4f, a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> vec4f {
  return vec4f(dot(v, a), dot(v, b), dot(v, c), dot(v, d));
}

const MASKED = -3.0e38; // finite: infinity minus infinity is NaN

var<workgroup> shares: array<f32, THREADS * ROWS>;

fn largest(mine: f32, t: u32, first: u32) -> f32 {
  if (THREADS == 1u) {
    return mine;
  }
  workgroupBarrier();
  shares[first + t] = mine;
  workgroupBarrier();
  var top = mine;
  for (var i = 0u; i < THREADS; i++) {
    top = max(top, shares[first + i]);
  }
  return top;
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

// Keys of a quad that the row sees, others masked.
fn seen(v: vec4f, key: u32, first: u32, last: u32) -> vec4f {
  let k = vec4u(key) + vec4u(0u, 1u, 2u, 3u);
  return select(vec4f(MASKED), v, (k >= vec4u(first)) & (k <= vec4u(last)));
}

// A row and head for every THREADS threads. Probabilities of unseen keys of the tile are written as zero, so that mix
// need not ask.
@compute @workgroup_size(64)
fn softmax(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let place = line * THREADS;
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let g = min(asked, p.tileCount * 4u * p.heads - 1u); // every thread must reach the barriers
  let tile = tile_at(g / (4u * p.heads));
  let r = (g / p.heads) % 4u;
  let last = tile.position + r;
  var first = 0u;
  if (p.window > 0u && last + 1u > p.window) {
    first = last + 1u - p.window;
  }
  let base = g * (p.scoreStride / 4u);
  let idle = asked != g || r >= tile.rows;
  let quads = select((tile.end - tile.base + 3u) / 4u, 0u, idle);

  var top = MASKED;
  for (var i = t; i < quads; i += THREADS) {
    let v = seen(scores[base + i], tile.base + 4u * i, first, last);
    top = max(top, max(max(v.x, v.y), max(v.z, v.w)));
  }
  top = largest(top, t, place);
  var sum = 0.0;
  for (var i = t; i < quads; i += THREADS) {
    let v = exp(seen(scores[base + i], tile.base + 4u * i, first, last) - top);
    sum += v.x + v.y + v.z + v.w;
    if (!idle) {
      scores[base + i] = v;
    }
  }
  sum = total(sum, t, place);
  if (idle) {
    return;
  }
  for (var i = t; i < quads; i += THREADS) {
    scores[base + i] /= sum;
  }
}

@compute @workgroup_size(64)
fn mix(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let id = group.xy * 8u + vec2u(lane & 7u, lane >> 3u);
  let index = id.y;
  let stride = p.qStride / 4u;
  if (index >= p.tileCount || id.x >= stride) {
    return;
  }
  let t = tile_at(index);
  let quads = p.headDim / 4u;
  let head = id.x / quads;
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  if (head < p.heads) {
    let channel = (head * p.kvHeads / p.heads) * quads + p.kvStart + id.x % quads;
    let kvQuads = 2u * p.kvHeads * quads;
    let line = p.scoreStride / 4u;
    let next = p.heads * line;
    let s = (index * 4u * p.heads + head) * line;
    let s1 = s + min(1u, t.rows - 1u) * next;
    let s2 = s + min(2u, t.rows - 1u) * next;
    let s3 = s + min(3u, t.rows - 1u) * next;
    let single = t.rows == 1u;
    for (var i = 0u; i < (t.end - t.base + 3u) / 4u; i++) {
      let key = t.base + 4u * i;
      let m = mat4x4f(
        kv[cache_row(t, key) * kvQuads + channel],
        kv[cache_row(t, key + 1u) * kvQuads + channel],
        kv[cache_row(t, key + 2u) * kvQuads + channel],
        kv[cache_row(t, key + 3u) * kvQuads + channel],
      );
      a0 += m * scores[s + i];
      if (single) { continue; }
      a1 += m * scores[s1 + i];
      a2 += m * scores[s2 + i];
      a3 += m * scores[s3 + i];
    }
  }
  let o = t.row * stride + id.x;
  out[o] = a0;
  if (t.rows > 1u) { out[o + stride] = a1; }
  if (t.rows > 2u) { out[o + 2u * stride] = a2; }
  if (t.rows > 3u) { out[o + 3u * stride] = a3; }
}
