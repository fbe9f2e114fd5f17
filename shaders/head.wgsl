// What is read off the logits, one vocabulary tile at a time, so that no tokens-by-vocabulary array ever exists.

override THREADS: u32 = 64u; // that share a row
override ROWS: u32 = 1u; // of a workgroup; see norm.wgsl

struct Params {
  rows: u32, // rows of one branch in this tile of logits
  branches: u32,
  columns: u32, // tokens in this tile
  stride: u32, // elements in a row of logits
  firstToken: u32,
  firstRow: u32, // of all scored rows of a branch
  totalRows: u32,
  firstBranch: u32, // of all branches
  firstPair: u32, // pairs of these rows
  pairs: u32,
  totalPairs: u32,
}

// Running log-sum-exp of a row and its likeliest token.
struct State {
  top: f32,
  sum: f32, // of exp(logit - top)
  best: u32,
  _0: u32,
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> logits: array<f32>;
@group(0) @binding(2) var<storage, read_write> states: array<State>; // [all branches][totalRows]
@group(0) @binding(3) var<storage, read> pairs: array<vec2u>; // [totalPairs] scored row, token; by row
@group(0) @binding(4) var<storage, read_write> picked: array<f32>; // [all branches][totalPairs] logit of the token
@group(0) @binding(5) var<storage, read> reference: array<f32>; // the same tile of the full model, [rows] as logits
@group(0) @binding(6) var<storage, read_write> squares: array<f32>; // [all branches][totalRows] of the distance to it

struct Best {
  top: f32,
  token: u32,
}

var<workgroup> bests: array<Best, THREADS * ROWS>;
var<workgroup> shares: array<f32, THREADS * ROWS>;

// Ties go to the lowest token.
fn better(a: Best, b: Best) -> Best {
  if (b.top > a.top || (b.top == a.top && b.token < a.token)) {
    return b;
  }
  return a;
}

@compute @workgroup_size(64)
fn accumulate(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let place = line * THREADS;
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.rows * p.branches - 1u); // every thread must reach the barriers
  let base = row * p.stride;
  var best = Best(-3.0e38, 0u);
  for (var i = t; i < p.columns; i += THREADS) {
    best = better(best, Best(logits[base + i], i));
  }
  if (THREADS > 1u) {
    bests[place + t] = best;
    workgroupBarrier();
    for (var i = 0u; i < THREADS; i++) {
      best = better(best, bests[place + i]);
    }
  }
  var sum = 0.0;
  for (var i = t; i < p.columns; i += THREADS) {
    sum += exp(logits[base + i] - best.top);
  }
  if (THREADS > 1u) {
    shares[place + t] = sum;
    workgroupBarrier();
    sum = 0.0;
    for (var i = 0u; i < THREADS; i++) {
      sum += shares[place + i];
    }
  }
  if (t > 0u || asked != row) {
    return;
  }
  let at = (p.firstBranch + row / p.rows) * p.totalRows + p.firstRow + row % p.rows;
  let before = states[at];
  if (p.firstToken == 0u) {
    states[at] = State(best.top, sum, best.token, 0u);
  } else if (best.top > before.top) {
    states[at] = State(best.top, sum + before.sum * exp(before.top - best.top), p.firstToken + best.token, 0u);
  } else {
    states[at].sum = before.sum + sum * exp(best.top - before.top);
  }
}

@compute @workgroup_size(64)
fn pick(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= p.pairs * p.branches) {
    return;
  }
  let branch = i / p.pairs;
  let which = p.firstPair + i % p.pairs;
  let pair = pairs[which];
  let column = pair.y - p.firstToken; // wraps above `columns` for an earlier tile's token
  if (column < p.columns) {
    let row = branch * p.rows + pair.x - p.firstRow;
    picked[(p.firstBranch + branch) * p.totalPairs + which] = logits[row * p.stride + column];
  }
}

const BLOCK: u32 = 64u; // squares added up before they join the sum: rounding stays that of a short sum

// Takes a tile into the squared distance of each row from the full model's.
@compute @workgroup_size(64)
fn distance_from(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let place = line * THREADS;
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.rows * p.branches - 1u); // every thread must reach the barrier
  let base = row * p.stride;
  let base_reference = row % p.rows * p.stride;
  var sum = 0.0;
  for (var start = t; start < p.columns; start += THREADS * BLOCK) {
    var block = 0.0;
    for (var i = start; i < min(start + THREADS * BLOCK, p.columns); i += THREADS) {
      let apart = logits[base + i] - reference[base_reference + i];
      block += apart * apart;
    }
    sum += block;
  }
  if (THREADS > 1u) {
    shares[place + t] = sum;
    workgroupBarrier();
    sum = 0.0;
    for (var i = 0u; i < THREADS; i++) {
      sum += shares[place + i];
    }
  }
  if (t > 0u || asked != row) {
    return;
  }
  let at = (p.firstBranch + row / p.rows) * p.totalRows + p.firstRow + row % p.rows;
  if (p.firstToken > 0u) {
    sum += squares[at];
  }
  squares[at] = sum;
}
