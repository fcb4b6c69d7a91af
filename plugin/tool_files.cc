#include "plugin/tool_files.h"

#include <algorithm>
#include <utility>

#include "absl/types/span.h"

namespace ypp::plugin {
namespace {

using Names = absl::Span<const std::string_view>;

// Longer lists come from a tool gone wrong, or from a payload made to hurt.
constexpr size_t kMaxFilesOfOneCall = 1000;
constexpr size_t kMaxPathBytes = 4096;  // PATH_MAX of Linux

bool IsOneOf(std::string_view name, Names names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string Lower(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// The first of these members that is a string.
std::string Member(const Any& object, Names names) {
  for (std::string_view name : names) {
    const Any* member = object.Find(name);
    if (member != nullptr && member->if_string() != nullptr) return *member->if_string();
  }
  return "";
}

constexpr std::string_view kPathNames[] = {"filePath", "file_path", "path",
                                           "file",     "filename",  "target_file"};
constexpr std::string_view kFromNames[] = {"from",     "source",   "src", "oldPath",
                                           "old_path", "filePath", "path"};
constexpr std::string_view kToNames[] = {"to", "destination", "dest", "dst", "newPath", "new_path"};

class Collector {
 public:
  explicit Collector(const PersonalPaths& paths) : paths_(paths) {}

  void Add(std::string_view path, std::string_view kind) {
    Push({Shown(path), std::string(kind), "", ""});
  }
  void AddMove(std::string_view from, std::string_view to) {
    Push({Shown(to), "move", Shown(from), ""});
    Push({Shown(from), "delete", "", Shown(to)});
  }
  std::vector<TouchedFile> Take() { return std::move(files_); }

 private:
  std::string Shown(std::string_view path) const { return paths_.Path(path); }

  void Push(TouchedFile file) {
    if (file.path.empty() || file.path.size() > kMaxPathBytes) return;
    if (file.from.size() > kMaxPathBytes || file.to.size() > kMaxPathBytes) return;
    if (files_.size() < kMaxFilesOfOneCall) files_.push_back(std::move(file));
  }

  const PersonalPaths& paths_;
  std::vector<TouchedFile> files_;
};

// The patch format of coding agents:
//   *** Add File: PATH
//   *** Update File: PATH      (perhaps followed by "*** Move to: PATH")
//   *** Delete File: PATH
void AddFilesOfPatch(std::string_view patch, Collector& files) {
  std::string_view updated;  // an update whose next line may say that it is a move
  const auto take = [](std::string_view line, std::string_view prefix, std::string_view* rest) {
    if (line.substr(0, prefix.size()) != prefix) return false;
    *rest = line.substr(prefix.size());
    return true;
  };
  while (!patch.empty()) {
    const size_t end = patch.find('\n');
    std::string_view line = patch.substr(0, end);
    patch = end == std::string_view::npos ? std::string_view() : patch.substr(end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    std::string_view path;
    if (take(line, "*** Move to: ", &path) && !updated.empty()) {
      files.AddMove(updated, path);
      updated = {};
      continue;
    }
    if (!updated.empty()) files.Add(std::exchange(updated, {}), "patch");
    if (take(line, "*** Add File: ", &path)) files.Add(path, "create");
    if (take(line, "*** Delete File: ", &path)) files.Add(path, "delete");
    if (take(line, "*** Update File: ", &path)) updated = path;
  }
  if (!updated.empty()) files.Add(updated, "patch");
}

void AddFilesOfPatchTool(const Any& args, const Any& metadata, Collector& files) {
  std::string patch = Member(args, {"patchText", "patch", "input", "patch_text"});
  if (patch.empty() && args.if_string() != nullptr) patch = *args.if_string();
  AddFilesOfPatch(patch, files);
  if (patch.find("*** ") != std::string::npos) return;
  // An ordinary diff, or none given: the tool may have said itself what it changed.
  const Any* listed = metadata.Find("files");
  if (listed == nullptr) listed = args.Find("files");
  if (listed != nullptr && listed->if_array() != nullptr) {
    for (const Any& file : *listed->if_array()) {
      files.Add(file.if_string() != nullptr ? *file.if_string() : Member(file, kPathNames),
                "patch");
    }
  } else {
    files.Add(Member(args, kPathNames), "patch");
  }
}

bool IsNewFile(const Any& metadata) {
  const Any* exists = metadata.Find("exists");
  return exists != nullptr && *exists == Any(false);
}

}  // namespace

std::vector<TouchedFile> FilesTouchedBy(std::string_view tool, const Any& args, const Any& metadata,
                                        const PersonalPaths& paths) {
  Collector files(paths);
  const std::string name = Lower(tool);
  if (IsOneOf(name, {"edit", "multiedit", "multi_edit", "str_replace", "notebookedit"})) {
    files.Add(Member(args, kPathNames), "edit");
  } else if (IsOneOf(name, {"write", "write_file", "create", "create_file"})) {
    files.Add(Member(args, kPathNames), IsNewFile(metadata) || name[0] == 'c' ? "create" : "write");
  } else if (IsOneOf(name, {"patch", "apply_patch", "applypatch"})) {
    AddFilesOfPatchTool(args, metadata, files);
  } else if (IsOneOf(name, {"delete", "delete_file", "remove", "remove_file", "rm", "unlink"})) {
    files.Add(Member(args, kPathNames), "delete");
  } else if (IsOneOf(name, {"move", "move_file", "rename", "rename_file", "mv"})) {
    const std::string from = Member(args, kFromNames);
    const std::string to = Member(args, kToNames);
    if (!from.empty() && !to.empty()) files.AddMove(from, to);
  }
  return files.Take();
}

}  // namespace ypp::plugin
