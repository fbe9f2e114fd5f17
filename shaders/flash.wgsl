// Attention over a token tree without its scores in memory: a workgroup takes a tile of rows with up to four query heads
// that share a key head, goes over the tile's keys so many at a time, and keeps what each key counts in workgroup memory.
// Everything is scaled down again whenever a larger score turns up, and divided by the sum of what counts at the end.
//   flash       of a tile of four rows, or of a single one: a step of a text that is being written
//   flash_join  where the keys of a tile are cut into slices, for too few workgroups otherwise: what the slices come to
// What tiles, keys and the cache are: attention.wgsl.

override THREADS: u32 = 64u; // of a workgroup, and keys at a time: at least the channels of a head
override ROWS: u32 = 4u; // of a tile: 4 or 1

struct Params {
  rows: u32, // of one branch in this step
  heads: u32,
  kvHeads: u32,
  headDim: u32, // a multiple of 4
  qStride: u32, // elements in a row of q and of out, padded with zeros to a multiple of 8
  tilesPerBranch: u32,
  firstTile: u32, // this dispatch takes a tile for each of its workgroups down, from this of all branches' tiles on
  cacheRows: u32, // rows of one branch in the cache
  window: u32, // 0: none; else a row sees its own and the window - 1 positions before
  slice: u32, // keys of a slice, a multiple of THREADS
  slices: u32,
  scale: f32,
  cap: f32, // 0: none; else scores s become cap tanh(s / cap)
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> places: array<vec2u>; // [rows] position, row in the cache
@group(0) @binding(2) var<storage, read> tiles: array<vec4u>; // [tilesPerBranch] first row, rows, path in keys
@group(0) @binding(3) var<storage, read> keys: array<u32>;
@group(0) @binding(4) var<storage, read> q: array<vec4f>;
@group(0) @binding(5) var<storage, read> kv: array<vec4f>; // [row] k of all heads, then v of all heads
@group(0) @binding(6) var<storage, read_write> out: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> slices_out: array<vec4f>; // [tile][heads][slices] channels, then largest score and sum
@group(0) @binding(8) var<storage, read> slices_in: array<vec4f>;

const MASKED = -3.0e38; // finite: infinity minus infinity is NaN
const HEADS = 4u; // of a workgroup

var<workgroup> counts: array<vec4f, HEADS * THREADS>; // [row][key] of the heads: scores, then what the key counts
var<workgroup> quarter: array<vec4f, 16>; // [row] of the heads, largest scores of a quarter of the keys each
var<workgroup> top: array<vec4f, 4>; // [row] of the heads, the largest scores so far

struct Tile {
  branch: u32,
  row: u32, // of q and out
  rows: u32,
  list: u32,
  position: u32, // of its first row; the others follow
  base: u32, // a multiple of 4 not past the first key that any of its rows sees
  end: u32, // one past the last
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

fn sees(t: Tile, row: u32, key: u32) -> bool {
  let own = t.position + row;
  return row < t.rows && key <= own && (p.window == 0u || key + p.window > own);
}

fn scored(products: vec4f) -> vec4f {
  let s = products * p.scale;
  if (p.cap > 0.0) {
    let capped = p.cap * tanh(clamp(s / p.cap, vec4f(-15.0), vec4f(15.0))); // tanh of more is NaN on some drivers
    return select(capped, s, (bitcast<vec4u>(s) & vec4u(0x7fffffffu)) > vec4u(0x7f800000u)); // clamp may eat NaN
  }
  return s;
}

// A quad of a key with those of four heads of a row of queries.
fn of_heads(key: vec4f, at: vec4u) -> vec4f {
  return vec4f(dot(key, q[at.x]), dot(key, q[at.y]), dot(key, q[at.z]), dot(key, q[at.w]));
}

// The largest scores of a row, those of the keys at hand too.
fn newest(row: u32) -> vec4f {
  let four = 4u * row;
  return max(top[row], max(max(quarter[four], quarter[four + 1u]), max(quarter[four + 2u], quarter[four + 3u])));
}

@compute @workgroup_size(THREADS)
fn flash(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let tile = tile_at(group.y);
  let slice = group.x % p.slices;
  let company = group.x / p.slices;
  let sharing = p.heads / p.kvHeads; // query heads of a key head
  let sets = (sharing + HEADS - 1u) / HEADS;
  let kvHead = company / sets;
  let head = kvHead * sharing + (company % sets) * HEADS;
  let lastHead = (kvHead + 1u) * sharing - 1u;
  let quads = p.headDim / 4u;
  let stride = p.qStride / 4u;
  let kvQuads = 2u * p.kvHeads * quads;
  let begin = tile.base + slice * p.slice;
  let end = min(tile.end, begin + p.slice);
  let heads = tile.row * stride + quads * min(vec4u(head) + vec4u(0u, 1u, 2u, 3u), vec4u(lastHead));
  // Who sums up which channels: of one of four rows each, or, of a single row, of one in four of its keys each.
  let quad = t % quads;
  let own = t / quads;
  let row = select(own, 0u, ROWS == 1u);
  let value = (p.kvHeads + kvHead) * quads + quad;
  var a0 = vec4f();
  var a1 = vec4f();
  var a2 = vec4f();
  var a3 = vec4f();
  var sum = vec4f();
  if (t < 4u) {
    top[t] = vec4f(MASKED);
  }
  workgroupBarrier();
  for (var start = begin; start < end; start += THREADS) {
    let key = start + t;
    let k = cache_row(tile, key) * kvQuads + kvHead * quads;
    for (var r = 0u; r < ROWS; r++) { // a loop: written out it takes half a minute to compile on some drivers
      let asked = heads + min(r, tile.rows - 1u) * stride;
      var products = vec4f();
      for (var d = 0u; d < quads; d++) {
        products += of_heads(kv[k + d], asked + d);
      }
      counts[r * THREADS + t] = select(vec4f(MASKED), scored(products), sees(tile, r, key));
    }
    workgroupBarrier();
    if (t < 4u * ROWS) {
      var most = vec4f(MASKED);
      for (var i = t & 3u; i < THREADS; i += 4u) {
        most = max(most, counts[(t >> 2u) * THREADS + i]);
      }
      quarter[t] = most;
    }
    workgroupBarrier();
    for (var r = 0u; r < ROWS; r++) {
      let at = r * THREADS + t;
      counts[at] = select(vec4f(), exp(counts[at] - newest(r)), sees(tile, r, key));
    }
    let before = top[min(row, ROWS - 1u)];
    let now = newest(min(row, ROWS - 1u));
    workgroupBarrier();
    if (t < ROWS) {
      top[t] = newest(t);
    }
    if (own < 4u) {
      let shrunk = exp(before - now);
      a0 *= shrunk.x;
      a1 *= shrunk.y;
      a2 *= shrunk.z;
      a3 *= shrunk.w;
      sum *= shrunk;
      let count = min(THREADS, end - start);
      for (var i = select(0u, own, ROWS == 1u); i < count; i += select(1u, 4u, ROWS == 1u)) {
        let counted = counts[row * THREADS + i];
        let channels = kv[cache_row(tile, start + i) * kvQuads + value];
        a0 += counted.x * channels;
        a1 += counted.y * channels;
        a2 += counted.z * channels;
        a3 += counted.w * channels;
        sum += counted;
      }
    }
    workgroupBarrier();
  }
  if (ROWS == 1u) {
    let mine = 4u * own * quads + quad;
    if (own < 4u) {
      counts[mine] = a0;
      counts[mine + quads] = a1;
      counts[mine + 2u * quads] = a2;
      counts[mine + 3u * quads] = a3;
      if (quad == 0u) {
        quarter[own] = sum;
      }
    }
    workgroupBarrier();
    if (own < 4u && head + own <= lastHead) { // from here on a thread's own is a head
      let at = own * quads + quad;
      let four = 4u * quads;
      let mixed = counts[at] + counts[at + four] + counts[at + 2u * four] + counts[at + 3u * four];
      let whole = quarter[0][own] + quarter[1][own] + quarter[2][own] + quarter[3][own];
      if (p.slices == 1u) {
        out[tile.row * stride + (head + own) * quads + quad] = mixed / whole;
      } else {
        let line = ((group.y * p.heads + head + own) * p.slices + slice) * (quads + 1u);
        slices_out[line + quad] = mixed;
        if (quad == 0u) {
          slices_out[line + quads] = vec4f(top[0][own], whole, 0.0, 0.0);
        }
      }
    }
  } else if (row < tile.rows) {
    let o = (tile.row + row) * stride + head * quads + quad;
    out[o] = a0 / sum.x;
    if (head + 1u <= lastHead) { out[o + quads] = a1 / sum.y; }
    if (head + 2u <= lastHead) { out[o + 2u * quads] = a2 / sum.z; }
    if (head + 3u <= lastHead) { out[o + 3u * quads] = a3 / sum.w; }
  }
  if (p.slices == 1u && t < tile.rows && company == 0u && stride > p.heads * quads) {
    out[(tile.row + t) * stride + p.heads * quads] = vec4f();
  }
}

// A thread adds up one quad of the single row of a tile, always in the order of the slices.
@compute @workgroup_size(64)
fn flash_join(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = group.x * 64u + lane;
  let stride = p.qStride / 4u;
  if (at >= stride) {
    return;
  }
  let quads = p.headDim / 4u;
  let head = at / quads;
  let o = tile_at(group.y).row * stride + at;
  if (head >= p.heads) {
    out[o] = vec4f();
    return;
  }
  let line = quads + 1u;
  let first = (group.y * p.heads + head) * p.slices * line;
  var most = MASKED;
  for (var i = 0u; i < p.slices; i++) {
    most = max(most, slices_in[first + i * line + quads].x);
  }
  var mixed = vec4f();
  var whole = 0.0;
  for (var i = 0u; i < p.slices; i++) {
    let slice = slices_in[first + i * line + quads];
    let counted = exp(slice.x - most);
    mixed += counted * slices_in[first + i * line + at % quads];
    whole += counted * slice.y;
  }
  out[o] = mixed / whole;
}
