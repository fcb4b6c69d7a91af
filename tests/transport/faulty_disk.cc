#include "tests/transport/faulty_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace ypp::transport {
namespace {

constexpr int kSectorBytes = 512;

// One open file, in memory that SQLite gives.
struct OpenFile {
  sqlite3_file base;
  FaultyDisk* disk;
  FaultyDisk::FilePtr file;
  std::vector<std::unique_ptr<std::string>>* shared_pages;
};

OpenFile& Of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }

int Close(sqlite3_file* base) {
  OpenFile& open = Of(base);
  delete open.shared_pages;
  open.file.~shared_ptr();
  return SQLITE_OK;
}

int Read(sqlite3_file* base, void* out, int count, sqlite3_int64 offset) {
  OpenFile& open = Of(base);
  const std::lock_guard<std::mutex> lock(open.disk->mutex());
  if (!open.disk->MayDo(FaultyDisk::kRead)) return SQLITE_IOERR_READ;
  const std::string& bytes = open.file->current;
  const auto begin = std::min(static_cast<size_t>(offset), bytes.size());
  const size_t there = std::min(static_cast<size_t>(count), bytes.size() - begin);
  std::memcpy(out, bytes.data() + begin, there);
  std::memset(static_cast<char*>(out) + there, 0, static_cast<size_t>(count) - there);
  return there == static_cast<size_t>(count) ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

void Apply(const FaultyDisk::File::Change& change, std::string* bytes) {
  if (change.truncates) {
    bytes->resize(change.offset);
    return;
  }
  bytes->resize(std::max(bytes->size(), change.offset + change.bytes.size()));
  bytes->replace(change.offset, change.bytes.size(), change.bytes);
}

void Do(FaultyDisk::File& file, FaultyDisk::File::Change change) {
  Apply(change, &file.current);
  file.unsynced.push_back(std::move(change));
}

int Write(sqlite3_file* base, const void* bytes, int count, sqlite3_int64 offset) {
  OpenFile& open = Of(base);
  const std::lock_guard<std::mutex> lock(open.disk->mutex());
  if (!open.disk->MayDo(FaultyDisk::kWrite)) return SQLITE_IOERR_WRITE;
  const auto end = static_cast<size_t>(offset + count);
  if (!open.disk->HasRoomFor(*open.file, end)) return SQLITE_FULL;
  Do(*open.file, {false, static_cast<size_t>(offset),
                  std::string(static_cast<const char*>(bytes), static_cast<size_t>(count))});
  return SQLITE_OK;
}

int Truncate(sqlite3_file* base, sqlite3_int64 size) {
  OpenFile& open = Of(base);
  const std::lock_guard<std::mutex> lock(open.disk->mutex());
  if (!open.disk->MayDo(FaultyDisk::kTruncate)) return SQLITE_IOERR_TRUNCATE;
  Do(*open.file, {true, static_cast<size_t>(size), {}});
  return SQLITE_OK;
}

int Sync(sqlite3_file* base, int) {
  OpenFile& open = Of(base);
  const std::lock_guard<std::mutex> lock(open.disk->mutex());
  if (!open.disk->MayDo(FaultyDisk::kSync)) return SQLITE_IOERR_FSYNC;
  open.file->durable = open.file->current;
  open.file->unsynced.clear();
  return SQLITE_OK;
}

int FileSize(sqlite3_file* base, sqlite3_int64* size) {
  OpenFile& open = Of(base);
  const std::lock_guard<std::mutex> lock(open.disk->mutex());
  *size = static_cast<sqlite3_int64>(open.file->current.size());
  return SQLITE_OK;
}

// One process with one connection: nobody to lock out.
int Lock(sqlite3_file*, int) { return SQLITE_OK; }
int CheckReservedLock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}
int FileControl(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int SectorSize(sqlite3_file*) { return kSectorBytes; }
int DeviceCharacteristics(sqlite3_file*) { return 0; }

int ShmMap(sqlite3_file* base, int page, int page_bytes, int extend, void volatile** out) {
  auto& pages = *Of(base).shared_pages;
  *out = nullptr;
  if (static_cast<size_t>(page) >= pages.size()) {
    if (extend == 0) return SQLITE_OK;
    while (pages.size() <= static_cast<size_t>(page)) {
      pages.push_back(std::make_unique<std::string>(static_cast<size_t>(page_bytes), '\0'));
    }
  }
  *out = pages[static_cast<size_t>(page)]->data();
  return SQLITE_OK;
}
int ShmLock(sqlite3_file*, int, int, int) { return SQLITE_OK; }
void ShmBarrier(sqlite3_file*) {}
int ShmUnmap(sqlite3_file* base, int) {
  Of(base).shared_pages->clear();
  return SQLITE_OK;
}

// clang-format off
const sqlite3_io_methods kMethods = {
    2, Close, Read, Write, Truncate, Sync, FileSize, Lock, Lock, CheckReservedLock, FileControl,
    SectorSize, DeviceCharacteristics, ShmMap, ShmLock, ShmBarrier, ShmUnmap, nullptr, nullptr};
// clang-format on

FaultyDisk& DiskOf(sqlite3_vfs* vfs) { return *static_cast<FaultyDisk*>(vfs->pAppData); }

int Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* base, int flags, int* out_flags) {
  FaultyDisk& disk = DiskOf(vfs);
  base->pMethods = nullptr;
  const std::lock_guard<std::mutex> lock(disk.mutex());
  if (!disk.MayDo(FaultyDisk::kOpen)) return SQLITE_CANTOPEN;
  FaultyDisk::FilePtr file =
      path == nullptr ? std::make_shared<FaultyDisk::File>() : disk.Find(path);
  if (file == nullptr && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
  if (file == nullptr) file = disk.Create(path);
  OpenFile& open = Of(base);
  open.disk = &disk;
  new (&open.file) FaultyDisk::FilePtr(std::move(file));
  open.shared_pages = new std::vector<std::unique_ptr<std::string>>();
  base->pMethods = &kMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int Delete(sqlite3_vfs* vfs, const char* path, int) {
  FaultyDisk& disk = DiskOf(vfs);
  const std::lock_guard<std::mutex> lock(disk.mutex());
  if (!disk.MayDo(FaultyDisk::kDelete)) return SQLITE_IOERR_DELETE;
  disk.Delete(path);
  return SQLITE_OK;
}

int Access(sqlite3_vfs* vfs, const char* path, int, int* result) {
  FaultyDisk& disk = DiskOf(vfs);
  const std::lock_guard<std::mutex> lock(disk.mutex());
  *result = disk.Find(path) != nullptr ? 1 : 0;
  return SQLITE_OK;
}

int FullPathname(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}

// What has nothing to do with files is the system's.
sqlite3_vfs MakeVfs(FaultyDisk* disk) {
  sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(OpenFile);
  vfs.pNext = nullptr;
  vfs.zName = "faulty-disk";
  vfs.pAppData = disk;
  vfs.xOpen = Open;
  vfs.xDelete = Delete;
  vfs.xAccess = Access;
  vfs.xFullPathname = FullPathname;
  return vfs;
}

sqlite3_vfs registered;

}  // namespace

FaultyDisk::FaultyDisk() {
  registered = MakeVfs(this);
  sqlite3_vfs_register(&registered, /*makeDflt=*/1);
}

FaultyDisk::~FaultyDisk() { sqlite3_vfs_unregister(&registered); }

void FaultyDisk::FailOnce(Call kind, int nth) {
  fail_in_[kind] = nth;
  failed_ = false;
}

void FaultyDisk::LosePowerAfter(int calls) { calls_left_ = calls; }

bool FaultyDisk::MayDo(Call kind) {
  ++calls_;
  if (calls_left_ == 0) return false;
  if (calls_left_ > 0) --calls_left_;
  if (fail_in_[kind] == 0 || --fail_in_[kind] > 0) return true;
  failed_ = true;
  return false;
}

bool FaultyDisk::HasRoomFor(const File& file, size_t end) const {
  if (capacity_ == SIZE_MAX || end <= file.current.size()) return true;
  return used_bytes() + end - file.current.size() <= capacity_;
}

size_t FaultyDisk::used_bytes() const {
  size_t used = 0;
  for (const auto& [path, file] : files_) used += file->current.size();
  return used;
}

FaultyDisk::FilePtr FaultyDisk::Find(const std::string& path) const {
  const auto it = files_.find(path);
  return it == files_.end() ? nullptr : it->second;
}

FaultyDisk::FilePtr FaultyDisk::Create(const std::string& path) {
  return files_[path] = std::make_shared<File>();
}

void FaultyDisk::PowerOn(uint64_t seed) {
  calls_left_ = -1;
  fail_in_ = {};
  std::mt19937_64 random(seed);
  for (const auto& [path, file] : files_) {
    std::string bytes = file->durable;
    for (File::Change change : file->unsynced) {
      const uint64_t fate = random() % 4;
      if (fate == 0) continue;  // never reached the disk
      if (fate == 1 && !change.truncates) {
        ++torn_writes_;
        change.bytes.resize(change.bytes.size() / kSectorBytes * kSectorBytes / 2);
      }
      Apply(change, &bytes);
    }
    file->durable = bytes;
    file->current = bytes;
    file->unsynced.clear();
  }
}

}  // namespace ypp::transport
