#include "bench/input_files.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "bench/wide_characters.h"
#include "codec/json.h"
#include "tests/eval/json_access.h"

namespace ypp::bench {
namespace {

using eval::AsArray;
using eval::AsIndex;
using eval::AsString;

enum class Unit { kUtf8, kUtf16 };

void WriteFile(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file << bytes;
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot open " + path);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// In UTF-16 units.
Any::Array EditJson(const Script& script, const Edit& edit) {
  if (edit.kind == EditKind::kText) {
    return {"t", edit.position, edit.deleted, script.text(edit)};
  }
  if (edit.kind == EditKind::kMap) {
    return {"m", script.text(edit), *script.values(edit)[0].if_any()};
  }
  Any::Array values;
  for (const Value& value : script.values(edit)) values.push_back(*value.if_any());
  return {"a", edit.position, std::move(values)};
}

std::string ScriptLines(const Script& script, Unit unit) {
  // Texts of several authors count the same in both: no recording has such with other characters
  // than ASCII.
  const bool convert = unit == Unit::kUtf8 && script.agents() == 1;
  WideCharacters wide;
  std::string lines;
  for (uint32_t step = 0; step < script.steps(); ++step) {
    Any::Array edits;
    for (const Edit& edit : script.edits(step)) {
      Any::Array json = EditJson(script, edit);
      if (convert && edit.kind == EditKind::kText) {
        const uint32_t begin = wide.Utf8Offset(edit.position);
        json[1] = begin;
        json[2] = wide.Utf8Offset(edit.position + edit.deleted) - begin;
        wide.Edit(edit.position, edit.deleted, script.text(edit));
      }
      edits.push_back(std::move(json));
    }
    Any::Array received(script.received(step).begin(), script.received(step).end());
    lines += codec::ToJson(Any::Array{script.agent(step), std::move(received), std::move(edits)});
    lines += '\n';
  }
  const auto length_utf16 = static_cast<uint32_t>(script.length());
  const Any::Object head = {{"agents", script.agents()},
                            {"steps", script.steps()},
                            {"length", convert ? wide.Utf8Offset(length_utf16) : length_utf16}};
  return codec::ToJson(head) + '\n' + lines;
}

void ReadEdit(const Any& json, Script* script) {
  const Any::Array& parts = AsArray(json);
  if (parts.size() < 3) throw std::runtime_error("not an edit");
  const std::string& kind = AsString(parts[0]);
  if (kind == "t" && parts.size() == 4) {
    script->EditText(AsIndex(parts[1]), AsIndex(parts[2]), AsString(parts[3]));
  } else if (kind == "a") {
    std::vector<Value> values;
    for (const Any& value : AsArray(parts[2])) values.emplace_back(value);
    script->InsertValues(AsIndex(parts[1]), std::move(values));
  } else if (kind == "m") {
    script->SetKey(AsString(parts[1]), parts[2]);
  } else {
    throw std::runtime_error("not an edit");
  }
}

Any ParseLine(const std::string& line) {
  absl::StatusOr<Any> json = codec::ParseJson(line);
  if (!json.ok()) throw std::runtime_error("no JSON: " + json.status().ToString());
  return *std::move(json);
}

Script ReadScript(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string line;
  if (!std::getline(file, line)) throw std::runtime_error("cannot read " + path);
  const Any head = ParseLine(line);
  Script script;
  while (std::getline(file, line)) {
    const Any step = ParseLine(line);
    const Any::Array& parts = AsArray(step);
    if (parts.size() != 3) throw std::runtime_error("not a step");
    std::vector<uint32_t> received;
    for (const Any& number : AsArray(parts[1])) received.push_back(AsIndex(number));
    script.BeginStep(AsIndex(parts[0]), received);
    for (const Any& edit : AsArray(parts[2])) ReadEdit(edit, &script);
  }
  script.set_length(eval::NeedIndex(head, "length"));
  return script;
}

std::vector<std::string> SplitUpdates(const std::string& bytes) {
  std::vector<std::string> updates;
  for (size_t at = 0; at < bytes.size();) {
    uint32_t size = 0;
    for (size_t i = 0; i < 4 && at < bytes.size(); ++i, ++at) {
      size |= uint32_t{static_cast<unsigned char>(bytes[at])} << (8 * i);
    }
    if (bytes.size() - at < size) throw std::runtime_error("not a file of updates");
    updates.push_back(bytes.substr(at, size));
    at += size;
  }
  return updates;
}

std::string JoinUpdates(const std::vector<std::string>& updates) {
  std::string bytes;
  for (const std::string& update : updates) {
    for (size_t i = 0; i < 4; ++i) bytes += static_cast<char>(update.size() >> (8 * i) & 0xff);
    bytes += update;
  }
  return bytes;
}

}  // namespace

void WriteInput(Input& input, const std::string& prefix) {
  input.MakeUpdates();
  WriteFile(prefix + ".utf8.jsonl", ScriptLines(input.script, Unit::kUtf8));
  WriteFile(prefix + ".utf16.jsonl", ScriptLines(input.script, Unit::kUtf16));
  WriteFile(prefix + ".updates", JoinUpdates(input.updates));
  WriteFile(prefix + ".v1", input.v1);
  WriteFile(prefix + ".v2", input.v2);
}

Input ReadInput(const std::string& prefix) {
  Input input;
  input.script = ReadScript(prefix + ".utf16.jsonl");
  input.updates = SplitUpdates(ReadFile(prefix + ".updates"));
  input.v1 = ReadFile(prefix + ".v1");
  input.v2 = ReadFile(prefix + ".v2");
  return input;
}

}  // namespace ypp::bench
