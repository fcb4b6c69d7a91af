#include "codec/update_dump.h"

#include <array>
#include <utility>

#include "codec/any.h"
#include "codec/delete_set.h"
#include "codec/json.h"
#include "codec/utf.h"

namespace ypp {
namespace codec {
namespace {

constexpr std::array<const char*, 11> kKindNames = {"gc",   "deleted",  "json",   "binary",
                                                    "text", "embed",    "format", "type",
                                                    "any",  "document", "skip"};
constexpr std::array<const char*, 8> kTypeNames = {
    "array", "map", "text", "xmlelement", "xmlfragment", "xmlhook", "xmltext", "weaklink"};

Any IdJson(Id id) { return Any::Array{Any(id.client), Any(uint64_t{id.clock})}; }

std::string HexOf(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  for (const char c : bytes) {
    hex.push_back(kDigits[static_cast<uint8_t>(c) >> 4]);
    hex.push_back(kDigits[static_cast<uint8_t>(c) & 15]);
  }
  return hex;
}

Any JsonTexts(const StructView& view) {
  ByteReader in(AsBytes(view.content));
  Any::Array values;
  for (Clock i = 0; i < view.length; ++i) {
    absl::StatusOr<Any> value = ParseJson(in.ReadVarString());
    values.push_back(value.ok() ? *std::move(value) : Any());
  }
  return values;
}

Any AnyValues(const StructView& view) {
  ByteReader in(AsBytes(view.content));
  Any::Array values;
  for (Clock i = 0; i < view.length; ++i) values.push_back(ReadAny(in));
  return values;
}

// Of kEmbed, kFormat and kDoc.
Any OneValue(const StructView& view) {
  const std::string bytes = CanonicalContent(view);
  ByteReader in(AsBytes(bytes));
  return ReadAny(in);
}

void AddContent(const StructView& view, Any::Object* line) {
  switch (view.kind) {
    case StructKind::kString:
      line->emplace_back("value", view.starts_inside_pair
                                      ? std::string(kReplacementCharacter).append(view.content)
                                      : std::string(view.content));
      return;
    case StructKind::kJson:
      line->emplace_back("values", JsonTexts(view));
      return;
    case StructKind::kAny:
      line->emplace_back("values", AnyValues(view));
      return;
    case StructKind::kBinary:
      line->emplace_back("bytes", HexOf(view.content));
      return;
    case StructKind::kEmbed:
      line->emplace_back("value", OneValue(view));
      return;
    case StructKind::kFormat:
      line->emplace_back("name", std::string(view.name));
      line->emplace_back("value", OneValue(view));
      return;
    case StructKind::kDoc:
      line->emplace_back("guid", std::string(view.name));
      line->emplace_back("options", OneValue(view));
      return;
    case StructKind::kType:
      line->emplace_back("type", NameOf(view.type_ref));
      if (TypeRefHasName(view.type_ref)) line->emplace_back("name", std::string(view.name));
      return;
    case StructKind::kGc:
    case StructKind::kDeleted:
    case StructKind::kSkip:
      return;
  }
}

Any LineOf(const StructView& view) {
  Any::Object line = {
      {"id", IdJson(view.id)}, {"length", uint64_t{view.length}}, {"kind", NameOf(view.kind)}};
  if (view.kind == StructKind::kGc || view.kind == StructKind::kSkip) return line;
  if (view.has_origin) line.emplace_back("origin", IdJson(view.origin));
  if (view.has_right_origin) line.emplace_back("right_origin", IdJson(view.right_origin));
  if (view.parent == StructView::Parent::kRoot) {
    line.emplace_back("root", std::string(view.parent_name));
  } else if (view.parent == StructView::Parent::kItem) {
    line.emplace_back("parent", IdJson(view.parent_id));
  }
  if (view.has_parent_sub && view.parent != StructView::Parent::kInherited) {
    line.emplace_back("key", std::string(view.parent_sub));
  } else if (view.has_parent_sub) {
    line.emplace_back("in_map", true);  // under the key of its origin
  }
  AddContent(view, &line);
  return line;
}

Any LineOf(const ClientRanges& entry) {
  Any::Array ranges;
  for (const ClockRange& range : entry.ranges) {
    ranges.push_back(Any::Array{Any(uint64_t{range.clock}), Any(uint64_t{range.length})});
  }
  return Any::Object{{"client", entry.client}, {"ranges", std::move(ranges)}};
}

}  // namespace

const char* NameOf(StructKind kind) { return kKindNames[static_cast<size_t>(kind)]; }
const char* NameOf(TypeRef ref) { return kTypeNames[static_cast<size_t>(ref)]; }

}  // namespace codec

absl::Status DumpUpdate(codec::Bytes update, UpdateFormat format, std::string* out,
                        const DecodeLimits& limits) {
  bool first = true;
  const auto add_line = [&](const Any& line) {
    *out += first ? "\n  " : ",\n  ";
    *out += codec::ToJson(line);
    first = false;
  };
  codec::UpdateReader reader(update, codec::DialectOf(format), limits);
  reader.AcceptHolesWithFlags();
  codec::UpdateReader::Section section;
  codec::StructView view;
  *out += "{\"structs\": [";
  while (reader.NextSection(&section)) {
    while (reader.NextStruct(&view)) add_line(codec::LineOf(view));
  }
  const DeleteSet deletes = reader.ReadDeleteSet();
  if (!reader.ok()) {
    *out += "\n";
    return reader.status();
  }
  *out += first ? "],\n\"deletes\": [" : "\n],\n\"deletes\": [";
  first = true;
  for (const ClientRanges& entry : deletes.clients()) add_line(codec::LineOf(entry));
  *out += first ? "]}\n" : "\n]}\n";
  return absl::OkStatus();
}

}  // namespace ypp
