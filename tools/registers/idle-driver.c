// A Vulkan driver in front of Mesa's RADV for a card that is not there: it compiles as RADV does, and what would record or
// submit does nothing, since without a card RADV has nothing to do it with.
#include <dlfcn.h>
#include <string.h>

typedef void (*Function)(void);
typedef Function (*Lookup)(void *of, const char *name);

static Lookup in_radv(const char *symbol) {
  void *radv = dlopen("libvulkan_radeon.so", RTLD_NOW);
  return radv ? (Lookup)dlsym(radv, symbol) : 0;
}

static int nothing(void) { return 0; } // VK_SUCCESS

static const char *const IDLE[] = {"vkCmd", "vkBeginCommandBuffer", "vkEndCommandBuffer", "vkQueueSubmit"};

static int is_idle(const char *name) {
  for (unsigned i = 0; i < sizeof IDLE / sizeof *IDLE; i++) {
    if (strncmp(name, IDLE[i], strlen(IDLE[i])) == 0) return 1;
  }
  return 0;
}

static Lookup of_device;

static Function device_function(void *device, const char *name) {
  return is_idle(name) ? (Function)nothing : of_device(device, name);
}

Function vk_icdGetInstanceProcAddr(void *instance, const char *name) {
  static Lookup radv;
  if (!radv) radv = in_radv("vk_icdGetInstanceProcAddr");
  if (!radv) return 0;
  if (is_idle(name)) return (Function)nothing;
  Function found = radv(instance, name);
  if (strcmp(name, "vkGetDeviceProcAddr") != 0) return found;
  of_device = (Lookup)found;
  return (Function)device_function;
}

Function vk_icdGetPhysicalDeviceProcAddr(void *instance, const char *name) {
  static Lookup radv;
  if (!radv) radv = in_radv("vk_icdGetPhysicalDeviceProcAddr");
  return radv ? radv(instance, name) : 0;
}

int vk_icdNegotiateLoaderICDInterfaceVersion(unsigned *version) {
  if (*version > 4) *version = 4;
  return 0;
}
