// How far rows are from those they should match: the squared distance of each, and in their place the loss by them.

struct Params {
  rows: u32,
  width: u32,
  stride: u32, // elements in a row, padded with zeros to a multiple of 8
  wantedRow: u32, // the first row in `wanted`
  scale: f32, // of the squared distance in the loss
}

@group(0) @binding(0) var<uniform> p: Params;
@group(0) @binding(1) var<storage, read> wanted: array<f32>;
@group(0) @binding(2) var<storage, read_write> got: array<f32>; // [rows, stride]: rows, then 2 scale (rows - wanted)
@group(0) @binding(3) var<storage, read_write> losses: array<f32>; // [rows]

@compute @workgroup_size(64)
fn compare(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let row = id.y * groups.x * 64u + id.x;
  if (row >= p.rows) {
    return;
  }
  var sum = 0.0;
  for (var i = 0u; i < p.width; i++) {
    let apart = got[row * p.stride + i] - wanted[(p.wantedRow + row) * p.stride + i];
    sum += apart * apart;
    got[row * p.stride + i] = 2.0 * p.scale * apart;
  }
  losses[row] = p.scale * sum;
}
