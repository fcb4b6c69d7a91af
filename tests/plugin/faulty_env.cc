#include "tests/plugin/faulty_env.h"

#include <algorithm>
#include <cstdarg>
#include <cstring>
#include <random>
#include <utility>

#include "plugin/torn_tail.h"

namespace ypp::plugin {
namespace {

class SequentialFile : public leveldb::SequentialFile {
 public:
  SequentialFile(FaultyEnv& env, FaultyEnv::FilePtr file) : env_(env), file_(std::move(file)) {}
  leveldb::Status Read(size_t n, leveldb::Slice* result, char* scratch) override {
    leveldb::Status status = env_.Read(*file_, offset_, n, result, scratch);
    if (status.ok()) offset_ += result->size();
    return status;
  }
  leveldb::Status Skip(uint64_t n) override {
    offset_ += n;
    return leveldb::Status::OK();
  }

 private:
  FaultyEnv& env_;
  const FaultyEnv::FilePtr file_;
  uint64_t offset_ = 0;
};

class RandomAccessFile : public leveldb::RandomAccessFile {
 public:
  RandomAccessFile(FaultyEnv& env, FaultyEnv::FilePtr file) : env_(env), file_(std::move(file)) {}
  leveldb::Status Read(uint64_t offset, size_t n, leveldb::Slice* result,
                       char* scratch) const override {
    return env_.Read(*file_, offset, n, result, scratch);
  }

 private:
  FaultyEnv& env_;
  const FaultyEnv::FilePtr file_;
};

// Without a buffer, so that every write of LevelDB is one of the disk.
class WritableFile : public leveldb::WritableFile {
 public:
  WritableFile(FaultyEnv& env, FaultyEnv::FilePtr file) : env_(env), file_(std::move(file)) {}
  leveldb::Status Append(const leveldb::Slice& bytes) override {
    return env_.Append(*file_, bytes);
  }
  leveldb::Status Sync() override { return env_.Sync(*file_); }
  leveldb::Status Flush() override { return leveldb::Status::OK(); }
  leveldb::Status Close() override { return leveldb::Status::OK(); }

 private:
  FaultyEnv& env_;
  const FaultyEnv::FilePtr file_;
};

class Lock : public leveldb::FileLock {
 public:
  explicit Lock(std::string path) : path(std::move(path)) {}
  const std::string path;
};

class NoLogger : public leveldb::Logger {
 public:
  void Logv(const char*, std::va_list) override {}
};

leveldb::Status NotFound() { return leveldb::Status::NotFound("no such file"); }

}  // namespace

const char* FaultyEnv::Name(Call kind) {
  static constexpr const char* kNames[] = {"open",   "read",          "write", "sync", "rename",
                                           "delete", "create folder", "list",  "lock"};
  return kNames[kind];
}

void FaultyEnv::FailOnce(Call kind, int nth) {
  const std::lock_guard<std::mutex> lock(mutex_);
  fail_in_[kind] = nth;
  failed_ = false;
}

bool FaultyEnv::failed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return failed_;
}

void FaultyEnv::LosePowerAfter(int calls) {
  const std::lock_guard<std::mutex> lock(mutex_);
  calls_left_ = calls;
}

void FaultyEnv::SetCapacity(size_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  capacity_ = bytes;
}

int FaultyEnv::calls() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return calls_;
}

void FaultyEnv::PowerOn(uint64_t seed) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::mt19937_64 random(seed);
  const auto below = [&random](size_t n) { return static_cast<size_t>(random() % (n + 1)); };
  const size_t moment = below(earlier_names_.size());
  if (moment < earlier_names_.size()) names_ = earlier_names_[moment];
  earlier_names_.clear();
  locked_.clear();
  calls_left_ = -1;
  for (auto& [path, file] : names_) {
    const size_t size = file->bytes.size();
    size_t kept = file->synced + below(size - file->synced);
    const size_t sector = kept / kDiskSectorBytes * kDiskSectorBytes;
    if (sector >= file->synced && below(1) == 1) kept = sector;
    file->bytes.resize(kept);
    // The size of a file may have reached the disk before its bytes.
    if (below(1) == 1) {
      const size_t lost = size - kept;
      const size_t zeros = below(below(1) == 1 ? lost : std::min(lost, kTornTailZeros));
      if (zeros >= kTornTailZeros || kept == sector) file->bytes.resize(kept + zeros);
    }
    file->synced = file->bytes.size();
  }
}

void FaultyEnv::LoseBytesOfLog(size_t kept) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (auto& [path, file] : names_) {
    if (path.find(".log") == std::string::npos || file->synced == file->bytes.size()) continue;
    std::fill(file->bytes.begin() + static_cast<ptrdiff_t>(file->synced + kept), file->bytes.end(),
              '\0');
  }
}

void FaultyEnv::Damage(const std::string& path, size_t offset) {
  const std::lock_guard<std::mutex> lock(mutex_);
  names_.at(path)->bytes.at(offset) ^= 1;
}

leveldb::Status FaultyEnv::Do(Call kind) {
  ++calls_;
  if (calls_left_ == 0) return leveldb::Status::IOError("no power");
  if (calls_left_ > 0) --calls_left_;
  if (fail_in_[kind] > 0 && --fail_in_[kind] == 0) {
    failed_ = true;
    return leveldb::Status::IOError("made to fail");
  }
  return leveldb::Status::OK();
}

FaultyEnv::FilePtr FaultyEnv::Find(const std::string& path) const {
  const auto found = names_.find(path);
  return found != names_.end() ? found->second : nullptr;
}

void FaultyEnv::SetNames(Names names) {
  earlier_names_.push_back(std::exchange(names_, std::move(names)));
}

leveldb::Status FaultyEnv::NewSequentialFile(const std::string& path,
                                             leveldb::SequentialFile** file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *file = nullptr;
  leveldb::Status status = Do(kOpen);
  if (!status.ok()) return status;
  FilePtr found = Find(path);
  if (found == nullptr) return NotFound();
  *file = new SequentialFile(*this, std::move(found));
  return status;
}

leveldb::Status FaultyEnv::NewRandomAccessFile(const std::string& path,
                                               leveldb::RandomAccessFile** file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *file = nullptr;
  leveldb::Status status = Do(kOpen);
  if (!status.ok()) return status;
  FilePtr found = Find(path);
  if (found == nullptr) return NotFound();
  *file = new RandomAccessFile(*this, std::move(found));
  return status;
}

leveldb::Status FaultyEnv::OpenWritable(const std::string& path, bool keep,
                                        leveldb::WritableFile** file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *file = nullptr;
  leveldb::Status status = Do(kOpen);
  if (!status.ok()) return status;
  FilePtr found = keep ? Find(path) : nullptr;
  if (found == nullptr) {
    found = std::make_shared<File>();
    Names names = names_;
    names[path] = found;
    SetNames(std::move(names));
  }
  *file = new WritableFile(*this, std::move(found));
  return status;
}

leveldb::Status FaultyEnv::NewWritableFile(const std::string& path, leveldb::WritableFile** file) {
  return OpenWritable(path, /*keep=*/false, file);
}

leveldb::Status FaultyEnv::NewAppendableFile(const std::string& path,
                                             leveldb::WritableFile** file) {
  return OpenWritable(path, /*keep=*/true, file);
}

bool FaultyEnv::FileExists(const std::string& path) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return Find(path) != nullptr;
}

leveldb::Status FaultyEnv::GetChildren(const std::string& folder, std::vector<std::string>* names) {
  const std::lock_guard<std::mutex> lock(mutex_);
  names->clear();
  leveldb::Status status = Do(kList);
  if (!status.ok()) return status;
  const std::string prefix = folder + "/";
  for (const auto& [path, file] : names_) {
    if (path.compare(0, prefix.size(), prefix) == 0) names->push_back(path.substr(prefix.size()));
  }
  return status;
}

leveldb::Status FaultyEnv::RemoveFile(const std::string& path) {
  const std::lock_guard<std::mutex> lock(mutex_);
  leveldb::Status status = Do(kDelete);
  if (!status.ok()) return status;
  if (Find(path) == nullptr) return NotFound();
  Names names = names_;
  names.erase(path);
  SetNames(std::move(names));
  return status;
}

leveldb::Status FaultyEnv::CreateDir(const std::string&) {
  const std::lock_guard<std::mutex> lock(mutex_);
  return Do(kCreateFolder);
}

leveldb::Status FaultyEnv::RemoveDir(const std::string&) { return leveldb::Status::OK(); }

leveldb::Status FaultyEnv::GetFileSize(const std::string& path, uint64_t* size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *size = 0;
  leveldb::Status status = Do(kRead);
  if (!status.ok()) return status;
  const FilePtr found = Find(path);
  if (found == nullptr) return NotFound();
  *size = found->bytes.size();
  return status;
}

leveldb::Status FaultyEnv::RenameFile(const std::string& from, const std::string& to) {
  const std::lock_guard<std::mutex> lock(mutex_);
  leveldb::Status status = Do(kRename);
  if (!status.ok()) return status;
  Names names = names_;
  const auto found = names.find(from);
  if (found == names.end()) return NotFound();
  names[to] = found->second;
  names.erase(from);
  SetNames(std::move(names));
  return status;
}

leveldb::Status FaultyEnv::LockFile(const std::string& path, leveldb::FileLock** file_lock) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *file_lock = nullptr;
  leveldb::Status status = Do(kLock);
  if (!status.ok()) return status;
  if (!locked_.insert(path).second) return leveldb::Status::IOError("lock " + path, "already held");
  *file_lock = new Lock(path);
  return status;
}

leveldb::Status FaultyEnv::UnlockFile(leveldb::FileLock* file_lock) {
  const std::lock_guard<std::mutex> lock(mutex_);
  locked_.erase(static_cast<Lock*>(file_lock)->path);
  delete file_lock;
  return leveldb::Status::OK();
}

leveldb::Status FaultyEnv::NewLogger(const std::string&, leveldb::Logger** logger) {
  *logger = new NoLogger;
  return leveldb::Status::OK();
}

leveldb::Status FaultyEnv::Read(const File& file, uint64_t offset, size_t n, leveldb::Slice* result,
                                char* scratch) {
  const std::lock_guard<std::mutex> lock(mutex_);
  *result = leveldb::Slice();
  leveldb::Status status = Do(kRead);
  if (!status.ok()) return status;
  const size_t begin = std::min<size_t>(offset, file.bytes.size());
  const size_t size = std::min(n, file.bytes.size() - begin);
  std::memcpy(scratch, file.bytes.data() + begin, size);
  *result = leveldb::Slice(scratch, size);
  return status;
}

leveldb::Status FaultyEnv::Append(File& file, const leveldb::Slice& bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  leveldb::Status status = Do(kWrite);
  if (!status.ok()) return status;
  size_t used = bytes.size();
  for (const auto& [path, other] : names_) used += other->bytes.size();
  if (used > capacity_) {
    failed_ = true;
    return leveldb::Status::IOError("write", std::strerror(ENOSPC));
  }
  file.bytes.append(bytes.data(), bytes.size());
  return status;
}

leveldb::Status FaultyEnv::Sync(File& file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  leveldb::Status status = Do(kSync);
  if (!status.ok()) return status;
  file.synced = file.bytes.size();
  earlier_names_.clear();
  return status;
}

}  // namespace ypp::plugin
