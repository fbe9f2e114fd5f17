"""What naga, Firefox's and wgpu's compiler of WGSL, makes of shaders, by wgpu-py: SPIR-V as Mesa's lavapipe is given it. Its one
argument is an empty folder for it. Reads from standard input [{"code": WGSL, "entries": [name, ...]}, ...]; prints its version.
"""
import json
import os
import sys

os.environ.update(MESA_SPIRV_DUMP_PATH=sys.argv[1], MESA_SHADER_CACHE_DISABLE="1")

import wgpu
from wgpu.backends import wgpu_native
from wgpu.backends.wgpu_native.extras import set_instance_extras

set_instance_extras(flags=["Debug"])  # names stay
adapter = wgpu.gpu.request_adapter_sync()
most = "max-storage-buffers-per-shader-stage"
device = adapter.request_device_sync(required_limits={most: adapter.limits[most]})
for file in json.load(sys.stdin):
    module = device.create_shader_module(code=file["code"])
    for entry in file["entries"]:
        device.create_compute_pipeline(layout="auto", compute={"module": module, "entry_point": entry})
print("wgpu-native", ".".join(map(str, wgpu_native.lib_version_info)))
