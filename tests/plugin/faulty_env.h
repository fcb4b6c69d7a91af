// A disk in memory for LevelDB: any call can be made to fail, the disk can be full, and the power
// can go. Then each file is what it was at its last sync, with some of what was written since,
// perhaps followed by zeros (kTornTailZeros or more, or from the beginning of a sector on: others
// may be what was written); and the names of files are those of a moment since the last sync of any
// file, as on a file system that keeps a journal of them.
//
// Used from the threads of LevelDB; the rest from the test's.
#ifndef YPP_TESTS_PLUGIN_FAULTY_ENV_H_
#define YPP_TESTS_PLUGIN_FAULTY_ENV_H_

#include <leveldb/env.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace ypp::plugin {

class FaultyEnv : public leveldb::EnvWrapper {
 public:
  enum Call {
    kOpen,
    kRead,
    kWrite,
    kSync,
    kRename,
    kDelete,
    kCreateFolder,
    kList,
    kLock,
    kCallKinds
  };
  static const char* Name(Call kind);

  struct File {
    std::string bytes;
    size_t synced = 0;  // of them
  };
  using FilePtr = std::shared_ptr<File>;
  using Names = std::map<std::string, FilePtr>;

  FaultyEnv() : EnvWrapper(leveldb::Env::Default()) {}

  // The nth call of the kind from now on, 1 the next, fails; those after it work again. 0: none
  // does.
  void FailOnce(Call kind, int nth);
  bool failed() const;
  // No call works after so many more.
  void LosePowerAfter(int calls);
  // The store is the test's to close before.
  void PowerOn(uint64_t seed);
  // What a log has behind its last sync is zeros, but for `kept` bytes.
  void LoseBytesOfLog(size_t kept);
  // Changes one byte of a file.
  void Damage(const std::string& path, size_t offset);
  // Of all files together.
  void SetCapacity(size_t bytes);
  int calls() const;

  leveldb::Status NewSequentialFile(const std::string& path,
                                    leveldb::SequentialFile** file) override;
  leveldb::Status NewRandomAccessFile(const std::string& path,
                                      leveldb::RandomAccessFile** file) override;
  leveldb::Status NewWritableFile(const std::string& path, leveldb::WritableFile** file) override;
  leveldb::Status NewAppendableFile(const std::string& path, leveldb::WritableFile** file) override;
  bool FileExists(const std::string& path) override;
  leveldb::Status GetChildren(const std::string& folder, std::vector<std::string>* names) override;
  leveldb::Status RemoveFile(const std::string& path) override;
  leveldb::Status CreateDir(const std::string& folder) override;
  leveldb::Status RemoveDir(const std::string& folder) override;
  leveldb::Status GetFileSize(const std::string& path, uint64_t* size) override;
  leveldb::Status RenameFile(const std::string& from, const std::string& to) override;
  leveldb::Status LockFile(const std::string& path, leveldb::FileLock** lock) override;
  leveldb::Status UnlockFile(leveldb::FileLock* lock) override;
  leveldb::Status NewLogger(const std::string& path, leveldb::Logger** logger) override;

  // For the files.
  leveldb::Status Read(const File& file, uint64_t offset, size_t n, leveldb::Slice* result,
                       char* scratch);
  leveldb::Status Append(File& file, const leveldb::Slice& bytes);
  leveldb::Status Sync(File& file);

 private:
  // With the lock held.
  leveldb::Status Do(Call kind);
  leveldb::Status OpenWritable(const std::string& path, bool keep, leveldb::WritableFile** file);
  FilePtr Find(const std::string& path) const;
  void SetNames(Names names);

  mutable std::mutex mutex_;
  Names names_;
  std::vector<Names> earlier_names_;  // since the last sync, the oldest first
  std::set<std::string> locked_;
  std::array<int, kCallKinds> fail_in_{};  // 0: never
  bool failed_ = false;
  int calls_ = 0;
  int calls_left_ = -1;  // -1: any number
  size_t capacity_ = SIZE_MAX;
};

}  // namespace ypp::plugin

#endif  // YPP_TESTS_PLUGIN_FAULTY_ENV_H_
