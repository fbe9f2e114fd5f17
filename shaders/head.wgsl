// What is read off the logits, one vocabulary tile at a time, so that no tokens-by-vocabulary array ever exists.

override THREADS: u32 = 64u; // that share a row
override ROWS: u32 = 1u; // of a workgroup; see norm.wgsl

struct Params {
  rows: u32, // rows of one branch in this tile of logits
  branches: u32,
  columns: u32, // tokens in this tile
  stride: u32, // elements in a row of logits
  firstToken: u32,
  slices: u32, // of a row of the tile, SLICE tokens each
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
@group(0) @binding(7) var<storage, read> fours: array<vec4f>; // the logits
@group(0) @binding(8) var<storage, read_write> slice_states: array<State>; // [branches * rows][slices]

const SLICE: u32 = 4096u; // tokens: a longer row has as many workgroups as it has of these
const LEAST: f32 = -3.0e38;

var<workgroup> seen: array<State, THREADS * ROWS>;
var<workgroup> shares: array<f32, THREADS * ROWS>;

// Four logits of the row that begins at `base`, those past the end of its slice at the very bottom.
fn logits_at(base: u32, token: u32, end: u32) -> vec4f {
  let here = vec4u(token) + vec4u(0u, 1u, 2u, 3u);
  return select(vec4f(LEAST), fours[(base + token) / 4u], here < vec4u(end));
}

fn largest(v: vec4f) -> f32 {
  return max(max(v.x, v.y), max(v.z, v.w));
}

// The first of four that is as large as `top`, counted from `token`.
fn token_of(v: vec4f, top: f32, token: u32) -> u32 {
  return token + select(select(select(3u, 2u, v.z == top), 1u, v.y == top), 0u, v.x == top);
}

// Two states in one. Ties go to the lowest token.
fn joined(a: State, b: State) -> State {
  if (b.top > a.top || (b.top == a.top && b.best < a.best)) {
    return State(b.top, b.sum + a.sum * exp(a.top - b.top), b.best, 0u);
  }
  return State(a.top, a.sum + b.sum * exp(b.top - a.top), a.best, 0u);
}

const TEAM: u32 = 8u; // of THREADS; each of them takes as many others into its own

// What all the threads of a slice have seen, for the first of them: by eighths, in the same order every time.
fn together(mine: State, t: u32, place: u32) -> State {
  if (THREADS == 1u) {
    return mine;
  }
  seen[place + t] = mine;
  workgroupBarrier();
  var all = mine;
  if (t < TEAM) {
    for (var i = t + TEAM; i < THREADS; i += TEAM) {
      all = joined(all, seen[place + i]);
    }
    seen[place + t] = all;
  }
  workgroupBarrier();
  if (t == 0u) {
    for (var i = 1u; i < TEAM; i++) {
      all = joined(all, seen[place + i]);
    }
  }
  return all;
}

// Takes a row of the tile into the row's state.
fn take(row: u32, all: State) {
  let at = (p.firstBranch + row / p.rows) * p.totalRows + p.firstRow + row % p.rows;
  if (p.firstToken == 0u) {
    states[at] = all;
  } else {
    states[at] = joined(states[at], all);
  }
}

// THREADS threads to a slice of a row. The tile is read once: where a larger logit comes, the sum is made smaller to fit.
@compute @workgroup_size(64)
fn accumulate(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its slice of the workgroup
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let slice = min(asked, p.rows * p.branches * p.slices - 1u); // every thread must reach the barriers
  let row = slice / p.slices;
  let base = row * p.stride;
  let first = (slice % p.slices) * SLICE;
  let end = select(min(first + SLICE, p.columns), first, asked != slice);
  var top = LEAST;
  var best = first;
  var sums = vec4f();
  let step = 4u * THREADS;
  for (var i = first + 4u * t; i < end; i += 4u * step) {
    // Four loads on their way at once.
    let a = logits_at(base, i, end);
    let b = logits_at(base, i + step, end);
    let c = logits_at(base, i + 2u * step, end);
    let d = logits_at(base, i + 3u * step, end);
    let here = largest(max(max(a, b), max(c, d)));
    if (here > top) {
      sums *= exp(top - here);
      top = here;
      best = token_of(d, top, i + 3u * step);
      if (largest(c) == top) { best = token_of(c, top, i + 2u * step); }
      if (largest(b) == top) { best = token_of(b, top, i + step); }
      if (largest(a) == top) { best = token_of(a, top, i); }
    }
    sums += exp(a - top) + exp(b - top) + exp(c - top) + exp(d - top);
  }
  let mine = State(top, sums.x + sums.y + sums.z + sums.w, p.firstToken + best, 0u);
  let all = together(mine, t, line * THREADS);
  if (t > 0u || asked != slice) {
    return;
  }
  if (p.slices > 1u) {
    slice_states[slice] = all;
  } else {
    take(row, all);
  }
}

// Takes the slices of each row into its state.
@compute @workgroup_size(64)
fn join_slices(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.rows * p.branches - 1u); // every thread must reach the barriers
  var mine = State(LEAST, 0.0, p.firstToken, 0u);
  for (var i = select(t, p.slices, asked != row); i < p.slices; i += THREADS) {
    mine = joined(mine, slice_states[row * p.slices + i]);
  }
  let all = together(mine, t, line * THREADS);
  if (t == 0u && asked == row) {
    take(row, all);
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
