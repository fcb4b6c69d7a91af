#include "plugin/personal_paths.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ypp::plugin {
namespace {

// The members of tools' arguments that hold a path. Where one holds other text, that stays.
constexpr std::string_view kPathNames[] = {
    "filePath", "file_path", "path",     "file",        "filename",  "target_file",
    "from",     "source",    "src",      "oldPath",     "old_path",  "to",
    "dest",     "dst",       "newPath",  "destination", "new_path",  "cwd",
    "workdir",  "directory", "filepath", "paths",       "filePaths", "files"};

bool IsPathName(std::string_view name) {
  return std::find(std::begin(kPathNames), std::end(kPathNames), name) != std::end(kPathNames);
}

std::string WithoutSlashAtEnd(std::string_view directory) {
  while (!directory.empty() && directory.back() == '/') directory.remove_suffix(1);
  return std::string(directory);
}

// Of a name of a file or directory; "/home/ada" does not begin "/home/ada2".
bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
}

// A full stop after the directory ends a sentence, or begins an extension.
bool EndsName(std::string_view rest) {
  if (rest.empty() || !IsNameCharacter(rest[0])) return true;
  return rest[0] == '.' && (rest.size() == 1 || !IsNameCharacter(rest[1]));
}

Any Visit(const PersonalPaths& paths, const Any& value, bool is_path) {
  if (const std::string* string = value.if_string()) {
    return is_path ? paths.Path(*string) : paths.Text(*string);
  }
  if (const Any::Array* array = value.if_array()) {
    Any::Array shown;
    for (const Any& element : *array) shown.push_back(Visit(paths, element, is_path));
    return shown;
  }
  if (const Any::Object* object = value.if_object()) {
    Any::Object shown;
    for (const auto& [name, member] : *object) {
      shown.emplace_back(name, Visit(paths, member, IsPathName(name)));
    }
    return shown;
  }
  return value;
}

}  // namespace

PersonalPaths::PersonalPaths(std::string_view worktree, std::string_view home)
    : worktree_(WithoutSlashAtEnd(worktree)), home_(WithoutSlashAtEnd(home)) {}

std::string PersonalPaths::Path(std::string_view path) const {
  if (!worktree_.empty() && path.size() > worktree_.size() + 1 &&
      path.substr(0, worktree_.size()) == worktree_ && path[worktree_.size()] == '/') {
    path.remove_prefix(worktree_.size() + 1);
  }
  while (path.size() > 2 && path.substr(0, 2) == "./") path.remove_prefix(2);
  return Text(path);
}

std::string PersonalPaths::Text(std::string_view text) const {
  std::string shown;
  if (home_.empty()) return std::string(text);
  size_t copied = 0;
  for (size_t at = text.find(home_); at != std::string_view::npos;
       at = text.find(home_, at + home_.size())) {
    const bool begins = at == 0 || !IsNameCharacter(text[at - 1]);
    if (!begins || !EndsName(text.substr(at + home_.size()))) continue;
    shown.append(text, copied, at - copied);
    shown += '~';
    copied = at + home_.size();
  }
  shown.append(text, copied);
  return shown;
}

Any PersonalPaths::Value(const Any& value) const { return Visit(*this, value, false); }

}  // namespace ypp::plugin
