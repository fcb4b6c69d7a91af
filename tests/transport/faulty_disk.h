// A disk in memory for SQLite, which becomes its default VFS: any call can be made to fail, the
// disk can be full, and the power can go. Then each file is what it was at its last sync, with some
// of the writes since, one of them perhaps torn.
//
// Creating and deleting a file is durable at once. Used from the threads of SQLite; the rest from
// the test's.
#ifndef YPP_TESTS_TRANSPORT_FAULTY_DISK_H_
#define YPP_TESTS_TRANSPORT_FAULTY_DISK_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace ypp::transport {

class FaultyDisk {
 public:
  enum Call { kOpen, kRead, kWrite, kTruncate, kSync, kDelete, kCallKinds };

  struct File {
    struct Change {
      bool truncates = false;
      size_t offset = 0;  // or the new size
      std::string bytes;
    };
    std::string durable;
    std::string current;
    std::vector<Change> unsynced;
  };
  using FilePtr = std::shared_ptr<File>;

  FaultyDisk();
  ~FaultyDisk();
  FaultyDisk(const FaultyDisk&) = delete;
  FaultyDisk& operator=(const FaultyDisk&) = delete;

  // The nth call of the kind from now on, 1 the next, fails; those after it work again.
  void FailOnce(Call kind, int nth);
  bool failed() const { return failed_; }
  // No call works after so many more.
  void LosePowerAfter(int calls);
  // Files in use are the tests' to close before.
  void PowerOn(uint64_t seed);
  // Of all files together.
  void SetCapacity(size_t bytes) { capacity_ = bytes; }
  size_t capacity() const { return capacity_; }
  size_t used_bytes() const;
  int calls() const { return calls_; }
  // Of which the power left a part.
  size_t torn_writes() const { return torn_writes_; }

  // For the VFS, with the lock held.
  std::mutex& mutex() { return mutex_; }
  bool MayDo(Call kind);
  bool HasRoomFor(const File& file, size_t end) const;
  FilePtr Find(const std::string& path) const;
  FilePtr Create(const std::string& path);
  void Delete(const std::string& path) { files_.erase(path); }

 private:
  std::mutex mutex_;
  std::map<std::string, FilePtr> files_;
  std::array<int, kCallKinds> fail_in_{};  // 0: never
  bool failed_ = false;
  int calls_ = 0;
  int calls_left_ = -1;  // -1: any number
  size_t capacity_ = SIZE_MAX;
  size_t torn_writes_ = 0;
};

}  // namespace ypp::transport

#endif  // YPP_TESTS_TRANSPORT_FAULTY_DISK_H_
