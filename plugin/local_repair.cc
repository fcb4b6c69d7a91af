#include "plugin/local_repair.h"

#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/write_batch.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <string_view>
#include <system_error>
#include <vector>

#include "crdt/doc.h"
#include "plugin/local_store.h"

namespace ypp::plugin {
namespace {

namespace fs = std::filesystem;

bool IsNumber(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// LevelDB's repair would make an empty store out of any directory.
bool HoldsLevelDb(const fs::path& directory) {
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(directory, error)) {
    const std::string name = file.path().stem().string();
    const std::string kind = file.path().extension().string();
    if (name.rfind("MANIFEST-", 0) == 0) return true;
    if (IsNumber(name) && (kind == ".ldb" || kind == ".sst" || kind == ".log")) return true;
  }
  return false;
}

// LevelDB's repair does not look whether somebody else is at work.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& directory)
      : held_(leveldb::Env::Default()->LockFile(directory + "/LOCK", &lock_).ok()) {}
  ~DirectoryLock() {
    if (held_) (void)leveldb::Env::Default()->UnlockFile(lock_);
  }
  DirectoryLock(const DirectoryLock&) = delete;
  DirectoryLock& operator=(const DirectoryLock&) = delete;

  bool held() const { return held_; }

 private:
  leveldb::FileLock* lock_ = nullptr;
  const bool held_;
};

fs::path FreeNameBeside(const fs::path& directory) {
  const std::string base = directory.string() + ".damaged";
  fs::path name = base;
  for (int number = 2; fs::exists(fs::symlink_status(name)); ++number) {
    name = base + "-" + std::to_string(number);
  }
  return name;
}

absl::StatusOr<std::string> CopyBeside(const fs::path& directory) {
  std::error_code error;
  const fs::path copy = FreeNameBeside(directory);
  fs::create_directory(copy, directory, error);  // with its permissions
  if (!error) fs::copy(directory, copy, fs::copy_options::recursive, error);
  if (!error) return copy.string();
  std::error_code ignored;
  fs::remove_all(copy, ignored);
  if (error == std::errc::no_space_on_device) {
    return absl::ResourceExhaustedError("the disk has no room for a copy of the local store");
  }
  return absl::UnavailableError("the local store cannot be copied");
}

// LevelDB's repair takes what its logs hold without a look at the checksums, so that a damaged
// update would come back as another one. Opening looks at them, and leaves out what is damaged: so
// the logs are hidden from the repair, and found again by whoever opens the store.
constexpr char kHidden[] = ".hidden";

std::error_code RenameLogs(const fs::path& directory, std::string_view from, std::string_view to) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(directory, error)) {
    if (file.path().extension() == from && IsNumber(file.path().stem().string())) {
      found.push_back(file.path());
    }
  }
  for (const fs::path& log : found) {
    if (!error) fs::rename(log, fs::path(log).replace_extension(to), error);
  }
  return error;
}

bool PutTogether(const std::string& directory) {
  leveldb::Options options;
  options.paranoid_checks = true;  // looks at the checksums of tables
  if (RenameLogs(directory, ".log", kHidden)) return false;
  const bool repaired = leveldb::RepairDB(directory, options).ok();
  return !RenameLogs(directory, kHidden, ".log") && repaired;
}

std::string_view ViewOf(const leveldb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status CannotMend(const LocalRepair& repair) {
  return absl::DataLossError("the local store cannot be mended; what was there is in " +
                             repair.copy);
}

// Takes away what is no update, and counts the rest.
absl::Status DropBadUpdates(leveldb::DB& db, LocalRepair& repair) {
  leveldb::ReadOptions options;
  options.verify_checksums = true;
  leveldb::WriteBatch dropped;
  std::set<std::string> documents;
  const std::unique_ptr<leveldb::Iterator> entry(db.NewIterator(options));
  for (entry->SeekToFirst(); entry->Valid(); entry->Next()) {
    const std::string document = DocumentOfUpdateKey(ViewOf(entry->key()));
    if (document.empty()) continue;
    if (!Doc().ApplyUpdate(ViewOf(entry->value())).ok()) {
      dropped.Delete(entry->key());
      ++repair.dropped;
      continue;
    }
    documents.insert(document);
    ++repair.updates;
  }
  repair.documents = documents.size();
  leveldb::WriteOptions durable;
  durable.sync = true;
  const bool done = entry->status().ok() && db.Write(durable, &dropped).ok();
  return done ? absl::OkStatus() : CannotMend(repair);
}

}  // namespace

absl::StatusOr<LocalRepair> RepairLocalStore(const std::string& given) {
  std::error_code error;
  const fs::path directory = fs::canonical(given, error);
  if (error || !HoldsLevelDb(directory)) {
    return absl::NotFoundError("there is no local store in this directory");
  }
  LocalRepair repair;
  bool whole = false;
  {
    const DirectoryLock lock(directory.string());
    if (!lock.held()) {
      return absl::FailedPreconditionError("the local store is open in another program");
    }
    // Of a repair that was interrupted.
    if (RenameLogs(directory, kHidden, ".log"))
      return absl::UnavailableError("the local store cannot be read or written");
    absl::StatusOr<std::string> copy = CopyBeside(directory);
    if (!copy.ok()) return copy.status();
    repair.copy = *std::move(copy);
    whole = PutTogether(directory.string());
  }
  leveldb::DB* opened = nullptr;
  if (whole) whole = leveldb::DB::Open(leveldb::Options(), directory.string(), &opened).ok();
  const std::unique_ptr<leveldb::DB> db(opened);
  if (!whole) return CannotMend(repair);
  if (absl::Status checked = DropBadUpdates(*db, repair); !checked.ok()) return checked;
  return repair;
}

}  // namespace ypp::plugin
