#include "plugin/local_store.h"

#include <leveldb/db.h>
#include <leveldb/env.h>
#include <leveldb/write_batch.h>
#include <sys/stat.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "plugin/torn_tail.h"

namespace ypp::plugin {
namespace {

constexpr uint8_t kStringPart = 0;
constexpr uint8_t kNumberPart = 1;
constexpr size_t kNumberBytes = 4;
// y-leveldb looks for updates below this clock.
constexpr uint32_t kMaxClock = 0xFFFFFFFF;

void WriteStringPart(codec::ByteWriter& key, std::string_view text) {
  key.WriteUint8(kStringPart);
  key.WriteVarString(text);
}

// What all updates of the document begin with, up to the clock.
std::string UpdatePrefix(std::string_view document) {
  codec::ByteWriter key;
  WriteStringPart(key, "v1");
  WriteStringPart(key, document);
  WriteStringPart(key, "update");
  key.WriteUint8(kNumberPart);
  return key.Take();
}

std::string StateVectorKey(std::string_view document) {
  codec::ByteWriter key;
  WriteStringPart(key, "v1_sv");
  WriteStringPart(key, document);
  return key.Take();
}

std::string StateVectorValue(uint32_t clock, std::string_view state_vector) {
  codec::ByteWriter value;
  value.WriteVarUint(clock);
  value.WriteVarBytes(codec::AsBytes(state_vector));
  return value.Take();
}

std::string BigEndian(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<char>(number >> shift & 0xFF));
  }
  return bytes;
}

uint32_t ReadBigEndian(std::string_view bytes) {
  uint32_t number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

leveldb::Slice SliceOf(std::string_view text) { return {text.data(), text.size()}; }
std::string_view ViewOf(const leveldb::Slice& slice) { return {slice.data(), slice.size()}; }

// LevelDB's own words name files of the user.
absl::Status ToStatus(const leveldb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (status.IsCorruption()) return absl::DataLossError(kDamagedStoreMessage);
  const std::string words = status.ToString();
  if (words.find("lock") != std::string::npos) {
    return absl::FailedPreconditionError("the local store is open in another program");
  }
  if (words.find("No space left") != std::string::npos) {
    return absl::ResourceExhaustedError("the disk of the local store is full");
  }
  return absl::UnavailableError("the local store cannot be read or written");
}

// A session is nobody else's to read, on a machine that others use too. What cannot be made is
// LevelDB's to say.
void MakePrivateDirectory(std::filesystem::path directory) {
  if (!directory.has_filename()) directory = directory.parent_path();  // "store/"
  std::error_code ignored;
  std::filesystem::create_directories(directory.parent_path(), ignored);
  (void)mkdir(directory.c_str(), S_IRWXU);
}

struct OpenedDb {
  std::unique_ptr<TornTailEnv> env;  // when the database needs it; used by it to its end
  std::unique_ptr<leveldb::DB> db;
};

leveldb::Status OpenDb(const leveldb::Options& options, const std::string& directory,
                       OpenedDb* opened) {
  leveldb::DB* db = nullptr;
  leveldb::Status status = leveldb::DB::Open(options, directory, &db);
  if (status.IsCorruption()) {
    // Perhaps the power went, and there is no more to it.
    opened->env = std::make_unique<TornTailEnv>(options.env);
    leveldb::Options torn = options;
    torn.env = opened->env.get();
    status = leveldb::DB::Open(torn, directory, &db);
  }
  opened->db.reset(db);
  return status;
}

}  // namespace

class LocalStore::Impl {
 public:
  Impl(OpenedDb opened, std::string document)
      : opened_(std::move(opened)),
        db_(opened_.db.get()),
        prefix_(UpdatePrefix(document)),
        state_vector_key_(StateVectorKey(document)) {}

  // Where the next update goes.
  absl::Status FindEnd() {
    return ForEach([this](uint32_t clock, std::string_view) { next_clock_ = clock + 1; });
  }

  template <typename Visit>
  absl::Status ForEach(const Visit& visit) {
    leveldb::ReadOptions options;
    options.verify_checksums = true;
    const std::unique_ptr<leveldb::Iterator> entry(db_->NewIterator(options));
    for (entry->Seek(prefix_); entry->Valid(); entry->Next()) {
      const std::string_view key = ViewOf(entry->key());
      if (key.size() != prefix_.size() + kNumberBytes || key.substr(0, prefix_.size()) != prefix_) {
        break;
      }
      const uint32_t clock = ReadBigEndian(key.substr(prefix_.size()));
      if (clock == kMaxClock) break;
      visit(clock, ViewOf(entry->value()));
    }
    return ToStatus(entry->status());
  }

  absl::Status Write(leveldb::WriteBatch& batch, bool durable) {
    leveldb::WriteOptions options;
    options.sync = durable;
    return ToStatus(db_->Write(options, &batch));
  }

  std::string UpdateKey(uint32_t clock) const { return prefix_ + BigEndian(clock); }

  const OpenedDb opened_;
  leveldb::DB* const db_;
  const std::string prefix_;
  const std::string state_vector_key_;
  uint32_t next_clock_ = 0;
};

absl::StatusOr<std::unique_ptr<LocalStore>> LocalStore::Open(const std::string& directory,
                                                             std::string document,
                                                             const LocalStoreSettings& settings) {
  leveldb::Options options;
  if (settings.env != nullptr) options.env = settings.env;
  if (settings.write_buffer_bytes > 0) options.write_buffer_size = settings.write_buffer_bytes;
  options.create_if_missing = true;
  // A damaged file is said to be damaged and not quietly left out.
  options.paranoid_checks = true;
  if (settings.env == nullptr) MakePrivateDirectory(directory);
  OpenedDb opened;
  if (leveldb::Status status = OpenDb(options, directory, &opened); !status.ok()) {
    return ToStatus(status);
  }
  auto impl = std::make_unique<Impl>(std::move(opened), std::move(document));
  if (absl::Status status = impl->FindEnd(); !status.ok()) return status;
  return std::unique_ptr<LocalStore>(new LocalStore(std::move(impl)));
}

LocalStore::LocalStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LocalStore::~LocalStore() = default;

absl::StatusOr<std::vector<std::string>> LocalStore::Load() {
  std::vector<std::string> updates;
  absl::Status status =
      impl_->ForEach([&](uint32_t, std::string_view update) { updates.emplace_back(update); });
  if (!status.ok()) return status;
  return updates;
}

absl::Status LocalStore::Append(absl::Span<const std::string> updates,
                                std::string_view state_vector, bool durable) {
  if (updates.size() > kMaxClock - impl_->next_clock_) {
    return absl::ResourceExhaustedError("the local store has no room for more updates");
  }
  leveldb::WriteBatch batch;
  if (impl_->next_clock_ == 0) {
    batch.Put(impl_->state_vector_key_, StateVectorValue(0, state_vector));
  }
  uint32_t clock = impl_->next_clock_;
  for (const std::string& update : updates) batch.Put(impl_->UpdateKey(clock++), SliceOf(update));
  absl::Status status = impl_->Write(batch, durable);
  if (status.ok()) impl_->next_clock_ = clock;
  return status;
}

absl::Status LocalStore::Replace(std::string_view update, std::string_view state_vector) {
  if (impl_->next_clock_ == kMaxClock) {
    return absl::ResourceExhaustedError("the local store has no room for more updates");
  }
  leveldb::WriteBatch batch;
  absl::Status status = impl_->ForEach(
      [&](uint32_t clock, std::string_view) { batch.Delete(impl_->UpdateKey(clock)); });
  if (!status.ok()) return status;
  const uint32_t clock = impl_->next_clock_;
  batch.Put(impl_->UpdateKey(clock), SliceOf(update));
  batch.Put(impl_->state_vector_key_, StateVectorValue(clock, state_vector));
  status = impl_->Write(batch, true);
  if (status.ok()) impl_->next_clock_ = clock + 1;
  return status;
}

std::string DocumentOfUpdateKey(std::string_view key) {
  codec::ByteReader reader(codec::AsBytes(key));
  const auto read_string = [&reader] {
    return reader.ReadUint8() == kStringPart ? reader.ReadVarString() : std::string_view();
  };
  const bool ours = read_string() == "v1";
  const std::string_view document = read_string();
  const bool is_update = read_string() == "update" && reader.ReadUint8() == kNumberPart;
  return ours && is_update && reader.ok() ? std::string(document) : std::string();
}

}  // namespace ypp::plugin
