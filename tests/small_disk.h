// A disk so small that it can really be full: a tmpfs, for the tests of the stores.
//
// Root mounts it. Anybody else gets it in a user namespace of the process's own, which the process
// can enter only as long as it has one thread: let ctest run each test in a process of its own.
#ifndef YPP_TESTS_SMALL_DISK_H_
#define YPP_TESTS_SMALL_DISK_H_

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>

namespace ypp {

class SmallDisk {
 public:
  // `size` as tmpfs has it: "1m".
  explicit SmallDisk(const std::string& size)
      : folder_(std::filesystem::temp_directory_path() / "ypp-small-disk-XXXXXX") {
    if (mkdtemp(folder_.data()) == nullptr) {
      problem_ = std::strerror(errno);
      return;
    }
    mounted_ = Mount(0, size) || (EnterNamespace() && Mount(0, size));
    if (!mounted_) problem_ = std::string("no tmpfs can be mounted: ") + std::strerror(errno);
  }
  ~SmallDisk() {
    if (mounted_) umount(folder_.c_str());
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Why there is no disk; empty when there is one.
  const std::string& problem() const { return problem_; }
  const std::string& folder() const { return folder_; }
  bool Resize(const std::string& size) { return Mount(MS_REMOUNT, size); }

 private:
  bool Mount(unsigned long flags, const std::string& size) {
    return mount("tmpfs", folder_.c_str(), "tmpfs", flags, ("size=" + size).c_str()) == 0;
  }
  // There we are who we were, and may mount.
  static bool EnterNamespace() {
    const std::string user = std::to_string(getuid());
    const std::string group = std::to_string(getgid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    return Write("/proc/self/setgroups", "deny") &&
           Write("/proc/self/uid_map", user + " " + user + " 1") &&
           Write("/proc/self/gid_map", group + " " + group + " 1");
  }
  static bool Write(const char* path, const std::string& text) {
    return static_cast<bool>(std::ofstream(path) << text << std::flush);
  }

  std::string folder_;
  std::string problem_;
  bool mounted_ = false;
};

}  // namespace ypp

#endif  // YPP_TESTS_SMALL_DISK_H_
