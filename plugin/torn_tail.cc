#include "plugin/torn_tail.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

namespace ypp::plugin {
namespace {

// The names that LevelDB gives to what it only appends to: its logs, and the log of its tables.
bool IsLog(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.rfind("MANIFEST-", 0) == 0 ||
         (name.size() > 4 && name.compare(name.size() - 4, 4, ".log") == 0);
}

// Where a file's last byte that is not zero ends. From the end: the zeros are few beside the rest.
leveldb::Status FindEndOfBytes(const leveldb::RandomAccessFile& file, uint64_t size,
                               uint64_t* end) {
  char piece[4096];
  for (*end = size; *end > 0;) {
    const size_t wanted = std::min<uint64_t>(*end, sizeof piece);
    leveldb::Slice read;
    leveldb::Status status = file.Read(*end - wanted, wanted, &read, piece);
    if (!status.ok()) return status;
    size_t kept = read.size();
    while (kept > 0 && read[kept - 1] == '\0') --kept;
    *end -= wanted - kept;
    if (kept > 0) break;
  }
  return leveldb::Status::OK();
}

leveldb::Status FindEndOfLog(leveldb::Env& disk, const std::string& path, uint64_t* end) {
  uint64_t size = 0;
  leveldb::Status status = disk.GetFileSize(path, &size);
  if (!status.ok()) return status;
  leveldb::RandomAccessFile* file = nullptr;
  status = disk.NewRandomAccessFile(path, &file);
  if (!status.ok()) return status;
  const std::unique_ptr<leveldb::RandomAccessFile> owned(file);
  status = FindEndOfBytes(*file, size, end);
  if (size - *end < kTornTailZeros) *end = size;
  return status;
}

class FileUpTo : public leveldb::SequentialFile {
 public:
  FileUpTo(std::unique_ptr<leveldb::SequentialFile> file, uint64_t end)
      : file_(std::move(file)), left_(end) {}

  leveldb::Status Read(size_t n, leveldb::Slice* result, char* scratch) override {
    leveldb::Status status = file_->Read(std::min<uint64_t>(n, left_), result, scratch);
    left_ -= result->size();
    return status;
  }
  leveldb::Status Skip(uint64_t n) override {
    n = std::min(n, left_);
    left_ -= n;
    return file_->Skip(n);
  }

 private:
  const std::unique_ptr<leveldb::SequentialFile> file_;
  uint64_t left_;
};

}  // namespace

leveldb::Status TornTailEnv::NewSequentialFile(const std::string& path,
                                               leveldb::SequentialFile** file) {
  leveldb::Status status = target()->NewSequentialFile(path, file);
  if (!status.ok() || !IsLog(path)) return status;
  std::unique_ptr<leveldb::SequentialFile> owned(std::exchange(*file, nullptr));
  uint64_t end = 0;
  status = FindEndOfLog(*target(), path, &end);
  if (status.ok()) *file = new FileUpTo(std::move(owned), end);
  return status;
}

}  // namespace ypp::plugin
