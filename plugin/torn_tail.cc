#include "plugin/torn_tail.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace ypp::plugin {
namespace {

// The names that LevelDB gives to what it only appends to: its logs, and the log of its tables.
bool IsLog(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return name.rfind("MANIFEST-", 0) == 0 ||
         (name.size() > 4 && name.compare(name.size() - 4, 4, ".log") == 0);
}

uint32_t ReadLittleEndian(std::string_view bytes) {
  uint32_t number = 0;
  for (size_t i = bytes.size(); i > 0; --i) {
    number = number << 8 | static_cast<unsigned char>(bytes[i - 1]);
  }
  return number;
}

// LevelDB's doc/log_format.md: a log is blocks of 32 KiB, each a sequence of
//   checksum: uint32   length: uint16   type: uint8   data: uint8[length]
// and no header is split: what is left of a block has up to six zeros.
constexpr uint64_t kBlockBytes = 32 << 10;
constexpr size_t kHeaderBytes = 7;
constexpr size_t kLengthAt = 4;
constexpr size_t kTypeAt = 6;

size_t SizeOfRecord(std::string_view header) {
  return kHeaderBytes + ReadLittleEndian(header.substr(kLengthAt, kTypeAt - kLengthAt));
}

// The checksum is a CRC-32C of type and data, turned around so that logs may hold checksums.
bool IsWhole(std::string_view record) {
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(record.data() + kTypeAt, record.size() - kTypeAt);
  const uint32_t sum = crc.checksum();
  return ReadLittleEndian(record.substr(0, kLengthAt)) == (sum >> 15 | sum << 17) + 0xA282EAD8;
}

// What is known of a log's end.
struct LogEnd {
  std::optional<uint64_t> broken;  // where the first record begins that is not whole
  uint64_t broken_end = 0;         // where it ends, by what it says itself
  uint64_t zeros = 0;              // from where on there are only zeros

  bool IsTorn(uint64_t size) const {
    if (!broken || zeros == size || zeros > broken_end) return false;
    const uint64_t last_sector = (size - 1) / kDiskSectorBytes * kDiskSectorBytes;
    return zeros <= last_sector || size - zeros >= kTornTailZeros;
  }
};

// `block` is that at `offset` in the log.
void ReadBlock(std::string_view block, uint64_t offset, LogEnd* end) {
  const size_t last = block.find_last_not_of('\0');
  if (last != std::string_view::npos) end->zeros = offset + last + 1;
  for (size_t at = 0; !end->broken && block.size() - at >= kHeaderBytes;) {
    const std::string_view rest = block.substr(at);
    const size_t size = SizeOfRecord(rest);
    if (size > rest.size() || !IsWhole(rest.substr(0, size))) {
      end->broken = offset + at;
      end->broken_end = offset + at + size;
    }
    at += std::min(size, rest.size());
  }
}

// Where the log ends for LevelDB.
leveldb::Status FindEndOfLog(leveldb::Env& disk, const std::string& path, uint64_t* size) {
  leveldb::Status status = disk.GetFileSize(path, size);
  if (!status.ok()) return status;
  leveldb::RandomAccessFile* file = nullptr;
  status = disk.NewRandomAccessFile(path, &file);
  if (!status.ok()) return status;
  const std::unique_ptr<leveldb::RandomAccessFile> owned(file);
  LogEnd end;
  std::string piece(kBlockBytes, '\0');
  for (uint64_t offset = 0; offset < *size; offset += kBlockBytes) {
    const size_t wanted = std::min(kBlockBytes, *size - offset);
    leveldb::Slice block;
    status = file->Read(offset, wanted, &block, piece.data());
    if (!status.ok()) return status;
    ReadBlock({block.data(), block.size()}, offset, &end);
  }
  if (end.IsTorn(*size)) *size = *end.broken;
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
