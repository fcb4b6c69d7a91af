#include "transport/quarantine.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "codec/any.h"
#include "codec/json.h"

namespace ypp::transport {
namespace {

namespace fs = std::filesystem;

int64_t WallClockMs() {
  using std::chrono::system_clock;
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             system_clock::now().time_since_epoch())
      .count();
}

bool WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  return file.good();
}

std::optional<std::string> ReadWholeFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

std::string ToJsonText(const QuarantinedUpdate& about) {
  return codec::ToJson(Any::Object{{"document", about.document},
                                   {"client", about.client},
                                   {"user", about.user},
                                   {"address", about.address},
                                   {"time_ms", about.time_ms},
                                   {"bytes", uint64_t{about.size_bytes}}}) +
         "\n";
}

std::optional<QuarantinedUpdate> FromJsonText(const std::string& text) {
  const absl::StatusOr<Any> json = codec::ParseJson(text);
  if (!json.ok() || json->if_object() == nullptr) return std::nullopt;
  const auto text_of = [&json](const char* name) {
    const Any* const value = json->Find(name);
    return value != nullptr && value->if_string() != nullptr ? *value->if_string() : std::string();
  };
  const auto number_of = [&json](const char* name) {
    const Any* const value = json->Find(name);
    return value != nullptr && value->if_number() != nullptr ? *value->if_number() : 0.0;
  };
  QuarantinedUpdate about;
  about.document = text_of("document");
  about.client = static_cast<ClientId>(number_of("client"));
  about.user = text_of("user");
  about.address = text_of("address");
  about.time_ms = static_cast<int64_t>(number_of("time_ms"));
  return about;
}

}  // namespace

std::string Quarantine::PathOf(uint64_t id, const char* extension) const {
  return absl::StrCat(folder_, "/", id, extension);
}

absl::Status Quarantine::UseFolder(const std::string& folder) {
  folder_ = folder;
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  fs::directory_iterator files(folder, error);
  if (error) {
    return absl::UnavailableError(
        absl::StrCat("cannot use the quarantine folder ", folder, ": ", error.message()));
  }
  for (const fs::directory_entry& file : files) {
    uint64_t id = 0;
    if (file.path().extension() != ".json") continue;
    if (!absl::SimpleAtoi(file.path().stem().string(), &id)) continue;
    const std::optional<std::string> text = ReadWholeFile(file.path().string());
    std::optional<QuarantinedUpdate> about = text ? FromJsonText(*text) : std::nullopt;
    const auto size = fs::file_size(PathOf(id, ".update"), error);
    if (!about || error) continue;
    about->size_bytes = size;
    bytes_ += size;
    last_id_ = std::max(last_id_, id);
    entries_.emplace(id, *std::move(about));
  }
  return absl::OkStatus();
}

absl::Status Quarantine::Keep(QuarantinedUpdate about, const std::string& update) {
  if (entries_.size() >= kMaxUpdates || bytes_ + update.size() > kMaxBytes) {
    return absl::ResourceExhaustedError("the quarantine is full");
  }
  const uint64_t id = ++last_id_;
  about.time_ms = WallClockMs();
  about.size_bytes = update.size();
  if (folder_.empty()) {
    in_memory_[id] = update;
  } else if (!WriteFile(PathOf(id, ".update"), update) ||
             !WriteFile(PathOf(id, ".json"), ToJsonText(about))) {
    return absl::UnavailableError("the quarantine folder cannot be written");
  }
  bytes_ += update.size();
  entries_.emplace(id, std::move(about));
  return absl::OkStatus();
}

absl::StatusOr<std::string> Quarantine::Read(uint64_t id) const {
  if (entries_.count(id) == 0) return absl::NotFoundError("no such update in quarantine");
  if (folder_.empty()) return in_memory_.at(id);
  std::optional<std::string> bytes = ReadWholeFile(PathOf(id, ".update"));
  if (!bytes) return absl::NotFoundError("its file is gone");
  return *std::move(bytes);
}

absl::Status Quarantine::Remove(uint64_t id) {
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return absl::NotFoundError("no such update in quarantine");
  bytes_ -= entry->second.size_bytes;
  entries_.erase(entry);
  in_memory_.erase(id);
  if (folder_.empty()) return absl::OkStatus();
  std::error_code ignored;
  fs::remove(PathOf(id, ".json"), ignored);
  fs::remove(PathOf(id, ".update"), ignored);
  return absl::OkStatus();
}

}  // namespace ypp::transport
