// What a unit does to each row of the stream: the sums from which every static influence is made.
// a: the stream the unit reads; u = after - before: what it adds; b = a + u.
// 1 - cos(a, b) is formed as (|u|² - (|b| - |a|)²) / (2 |a| |b|): the plain difference loses every digit when the unit
// hardly turns the stream, which is the case one cares about.

override THREADS: u32 = 64u; // that share a row
override ROWS: u32 = 1u; // of a workgroup; see norm.wgsl

struct Params {
  rows: u32,
  width: u32,
  stride: u32,
  sourceRow: u32, // first rows in each stream
  beforeRow: u32,
  afterRow: u32,
  outRow: u32,
}

struct Row {
  turn: f32, // 1 - cos(a, b)
  source_l1: f32,
  source_l2: f32,
  update_l1: f32,
  update_l2: f32,
  _0: f32,
}

@group(0) @binding(0) var<uniform> p: Params;
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
}

var<workgroup> shares: array<Sums, THREADS * ROWS>;

@compute @workgroup_size(THREADS, ROWS)
fn measure(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let t = local.x;
  let asked = (group.y * groups.x + group.x) * ROWS + local.y;
  let row = min(asked, p.rows - 1u); // every thread must reach the barrier
  var s = Sums(0.0, 0.0, 0.0, 0.0, 0.0);
  for (var i = t; i < p.width; i += THREADS) {
    let a = source[(p.sourceRow + row) * p.stride + i];
    let u = after[(p.afterRow + row) * p.stride + i] - before[(p.beforeRow + row) * p.stride + i];
    s.aa += a * a;
    s.uu += u * u;
    s.au += a * u;
    s.a1 += abs(a);
    s.u1 += abs(u);
  }
  if (THREADS > 1u) {
    shares[local.y * THREADS + t] = s;
    workgroupBarrier();
    if (t == 0u) {
      for (var i = 1u; i < THREADS; i++) {
        let other = shares[local.y * THREADS + i];
        s.aa += other.aa;
        s.uu += other.uu;
        s.au += other.au;
        s.a1 += other.a1;
        s.u1 += other.u1;
      }
    }
  }
  if (t > 0u || asked != row) {
    return;
  }
  let a2 = sqrt(s.aa);
  let b2 = sqrt(max(s.aa + 2.0 * s.au + s.uu, 0.0));
  let longer = (2.0 * s.au + s.uu) / (a2 + b2); // |b| - |a|
  out[p.outRow + row] = Row((s.uu - longer * longer) / (2.0 * a2 * b2), s.a1, a2, s.u1, sqrt(s.uu), 0.0);
}
