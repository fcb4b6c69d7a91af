#include "transport/open_files.h"

#include <sys/resource.h>

#include <cstdint>

namespace ypp::transport {

size_t RaiseOpenFilesLimit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return SIZE_MAX;
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return files.rlim_cur;
}

size_t ConnectionsWithin(size_t open_files) {
  constexpr size_t kOtherFiles = 50;
  if (open_files == SIZE_MAX) return SIZE_MAX;
  return open_files > kOtherFiles ? open_files - kOtherFiles : 1;
}

}  // namespace ypp::transport
