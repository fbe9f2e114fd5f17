// What a unit does to each row of the stream, the numbers from which every static influence is made, and their sums and
// histograms over rows.
// a: the stream the unit reads; u = after - before: what it adds; b = a + u.
// 1 - cos(a, b) is formed as (|u|² - (|b| - |a|)²) / (2 |a| |b|): the plain difference loses every digit when the unit
// hardly turns the stream, which is the case one cares about.

override THREADS: u32 = 64u; // that share a row
override ROWS: u32 = 1u; // of a workgroup; see norm.wgsl
override BINS: u32 = 1280u; // see HISTOGRAM in layout.ts
override PER_OCTAVE: f32 = 32.0;
override LOWEST_OCTAVE: f32 = -20.0;

struct Row {
  turn: f32, // 1 - cos(a, b)
  alignment: f32, // cos(u, a); 0 where nothing is added
  source_l1: f32,
  source_l2: f32,
  update_l1: f32,
  update_l2: f32,
  result_l1: f32, // of b
  result_l2: f32,
}

struct Measure {
  rows: u32,
  width: u32,
  stride: u32,
  sourceRow: u32, // first rows in each stream
  beforeRow: u32,
  afterRow: u32,
  afterRows: u32, // after these the rows of `after` come again
  outRow: u32,
}

@group(0) @binding(0) var<uniform> p: Measure;
@group(0) @binding(1) var<storage, read> source: array<f32>;
@group(0) @binding(2) var<storage, read> before: array<f32>;
@group(0) @binding(3) var<storage, read> after: array<f32>;
@group(0) @binding(4) var<storage, read_write> out: array<Row>;

// What a thread has seen of a row.
struct Sums {
  aa: f32, // a·a
  uu: f32,
  au: f32,
  a1: f32, // |a|, L1
  u1: f32,
  b1: f32,
}

var<workgroup> shares: array<Sums, THREADS * ROWS>;

@compute @workgroup_size(64)
fn measure(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let row = min(asked, p.rows - 1u); // every thread must reach the barrier
  var s = Sums(0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
  for (var i = t; i < p.width; i += THREADS) {
    let a = source[(p.sourceRow + row) * p.stride + i];
    let u = after[(p.afterRow + row % p.afterRows) * p.stride + i] - before[(p.beforeRow + row) * p.stride + i];
    s.aa += a * a;
    s.uu += u * u;
    s.au += a * u;
    s.a1 += abs(a);
    s.u1 += abs(u);
    s.b1 += abs(a + u);
  }
  if (THREADS > 1u) {
    shares[lane] = s;
    workgroupBarrier();
    if (t == 0u) {
      for (var i = 1u; i < THREADS; i++) {
        let other = shares[line * THREADS + i];
        s.aa += other.aa;
        s.uu += other.uu;
        s.au += other.au;
        s.a1 += other.a1;
        s.u1 += other.u1;
        s.b1 += other.b1;
      }
    }
  }
  if (t > 0u || asked != row) {
    return;
  }
  let a2 = sqrt(s.aa);
  let u2 = sqrt(s.uu);
  let b2 = sqrt(max(s.aa + 2.0 * s.au + s.uu, 0.0));
  let longer = (2.0 * s.au + s.uu) / (a2 + b2); // |b| - |a|
  let turn = (s.uu - longer * longer) / (2.0 * a2 * b2);
  var alignment = 0.0;
  if (s.au != 0.0) {
    alignment = s.au / (a2 * u2);
  }
  out[p.outRow + row] = Row(turn, alignment, s.a1, a2, s.u1, u2, s.b1, b2);
}

struct Gather {
  units: u32,
  rows: u32, // of a unit
  firstRow: u32, // of these rows, in places
}

@group(0) @binding(0) var<uniform> g: Gather;
@group(0) @binding(5) var<storage, read> measured: array<Row>; // [units][rows]
@group(0) @binding(6) var<storage, read> places: array<vec2u>; // position, row in the cache
@group(0) @binding(7) var<storage, read_write> totals: array<vec4f>; // [units][first positions, the rest][3]
@group(0) @binding(8) var<storage, read_write> histograms: array<atomic<u32>>; // [units][first, rest][4][BINS]

// arccos(1 - turn) / pi. WGSL promises asin to 7e-5 only, as much as the angles of units that hardly matter.
fn angle(turn: f32) -> f32 {
  var s = sqrt(select(turn, 0.0, turn < 0.0) * 0.5); // the sine of half the angle; a select keeps NaN
  s = select(s, 1.0, s > 1.0);
  let far = s > 0.5;
  let x = select(s, sqrt((1.0 - s) * 0.5), far);
  let z = x * x;
  // Moshier's Cephes: asin below a half, to two units in the last place
  let near = x + x * z * ((((4.2163199048e-2 * z + 2.4181311049e-2) * z + 4.5470025998e-2) * z + 7.4953002686e-2) * z + 1.6666752422e-1);
  let bend = select(near, 1.5707963267948966 - 2.0 * near, far);
  return bend * 0.6366197723675814;
}

const BLOCK: u32 = 32u; // rows added up before they join the sum: rounding stays that of a short sum

var<workgroup> partial: array<array<vec4f, 3>, THREADS * ROWS>;

// Sums over the rows of each unit, in the order of TOTALS in observers/totals.ts.
@compute @workgroup_size(64)
fn total(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let t = lane % THREADS;
  let line = lane / THREADS; // its row of the workgroup
  let asked = (group.y * groups.x + group.x) * ROWS + line;
  let mine = min(asked, 2u * g.units - 1u); // every thread must reach the barrier
  let unit = mine / 2u;
  let isFirst = mine % 2u == 0u;
  var sums = array<vec4f, 3>();
  for (var start = t * BLOCK; start < g.rows; start += THREADS * BLOCK) {
    var block = array<vec4f, 3>();
    for (var i = start; i < min(start + BLOCK, g.rows); i++) {
      if ((places[g.firstRow + i].x == 0u) != isFirst) {
        continue;
      }
      let r = measured[unit * g.rows + i];
      block[0] += vec4f(r.turn, angle(r.turn), r.update_l1 / r.source_l1, r.update_l2 / r.source_l2);
      block[1] += vec4f(r.update_l1 / r.result_l1, r.update_l2 / r.result_l2, r.update_l1, r.update_l2);
      block[2] += vec4f(r.source_l2, r.alignment, 0.0, 0.0);
    }
    for (var k = 0u; k < 3u; k++) {
      sums[k] += block[k];
    }
  }
  if (THREADS > 1u) {
    partial[lane] = sums;
    workgroupBarrier();
    if (t == 0u) {
      for (var i = 1u; i < THREADS; i++) {
        for (var k = 0u; k < 3u; k++) {
          sums[k] += partial[line * THREADS + i][k];
        }
      }
    }
  }
  if (t > 0u || asked != mine) {
    return;
  }
  for (var k = 0u; k < 3u; k++) {
    totals[mine * 3u + k] = sums[k];
  }
}

fn count(histogram: u32, bin: f32) {
  // Clamped twice: what a NaN becomes on the way is anyone's guess.
  let i = min(u32(clamp(bin, 0.0, f32(BINS - 1u))), BINS - 1u);
  atomicAdd(&histograms[histogram * BINS + i], 1u);
}

// Counts every row of each unit into its bins.
@compute @workgroup_size(64)
fn spread(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64u + id.x;
  if (i >= g.units * g.rows) {
    return;
  }
  let r = measured[i];
  let isFirst = places[g.firstRow + i % g.rows].x == 0u;
  let base = (i / g.rows * 2u + select(1u, 0u, isFirst)) * 4u;
  let norms = log2(vec3f(r.update_l2, r.source_l2, r.update_l2 / r.source_l2));
  for (var k = 0u; k < 3u; k++) {
    count(base + k, (norms[k] - LOWEST_OCTAVE) * PER_OCTAVE);
  }
  count(base + 3u, (r.alignment + 1.0) * 0.5 * f32(BINS));
}
