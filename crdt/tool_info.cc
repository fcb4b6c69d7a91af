#include "crdt/tool_info.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "codec/delete_set.h"
#include "codec/json.h"
#include "codec/update_algebra.h"
#include "crdt/doc.h"

namespace ypp::tool {

namespace {

constexpr std::array<const char*, 11> kKindNames = {"gc",   "deleted",  "json",   "binary",
                                                    "text", "embed",    "format", "type",
                                                    "any",  "document", "skip"};

// Counts of one kind of content.
struct Sum {
  uint64_t structs = 0;
  uint64_t length = 0;      // in clock units: UTF-16 units of text, elements of everything else
  uint64_t size_bytes = 0;  // encoded in V1

  void Add(const codec::StructView& view, uint64_t bytes) {
    ++structs;
    length += view.length;
    size_bytes += bytes;
  }
  Any ToJson() const {
    return Any::Object{{"structs", structs}, {"length", length}, {"size_bytes", size_bytes}};
  }
};

using SumsByKind = std::array<Sum, kKindNames.size()>;

Any SumsToJson(const SumsByKind& sums) {
  Any::Object json;
  for (size_t kind = 0; kind < sums.size(); ++kind) {
    if (sums[kind].structs > 0) json.emplace_back(kKindNames[kind], sums[kind].ToJson());
  }
  return json;
}

struct ClientSummary {
  uint64_t from = 0;
  uint64_t to = 0;
  Sum total;  // without holes
  SumsByKind kinds;
  Any::Array holes;  // [clock, length]
};

struct Summary {
  std::vector<std::pair<ClientId, ClientSummary>> clients;
  SumsByKind kinds;
  std::map<std::string, uint64_t, std::less<>> roots;  // structs that name the root
};

void AddStruct(const codec::StructView& view, uint64_t size_bytes, ClientSummary* client,
               Summary* summary) {
  const auto kind = static_cast<size_t>(view.kind);
  client->kinds[kind].Add(view, size_bytes);
  client->to = view.end();
  summary->kinds[kind].Add(view, size_bytes);
  if (view.kind == codec::StructKind::kSkip) {
    client->holes.push_back(Any::Array{Any(view.id.clock), Any(view.length)});
    return;
  }
  client->total.Add(view, size_bytes);
  if (view.parent == codec::StructView::Parent::kRoot && view.kind != codec::StructKind::kGc) {
    ++summary->roots[std::string(view.parent_name)];
  }
}

Any DeletesToJson(const DeleteSet& deletes) {
  Any::Array clients;
  uint64_t ranges = 0;
  uint64_t length = 0;
  for (const ClientRanges& client : deletes.clients()) {
    uint64_t own_length = 0;
    for (const ClockRange& range : client.ranges) own_length += range.length;
    ranges += client.ranges.size();
    length += own_length;
    clients.push_back(Any::Object{{"client", client.client},
                                  {"ranges", uint64_t{client.ranges.size()}},
                                  {"length", own_length}});
  }
  return Any::Object{{"ranges", ranges}, {"length", length}, {"by_client", std::move(clients)}};
}

Any ClientsToJson(const Summary& summary) {
  Any::Array list;
  for (const auto& [id, client] : summary.clients) {
    Any::Object json = {{"client", id},
                        {"from", client.from},
                        {"to", client.to},
                        {"structs", client.total.structs},
                        {"size_bytes", client.total.size_bytes},
                        {"content", SumsToJson(client.kinds)}};
    if (!client.holes.empty()) json.emplace_back("holes", client.holes);
    list.push_back(std::move(json));
  }
  return list;
}

// What a document that has only this update would wait for.
absl::StatusOr<Any> PendingToJson(const std::string& update, UpdateFormat format) {
  DocOptions from_file;
  from_file.decode_limits = DecodeLimits::TrustedStorage();
  Doc doc(from_file);
  absl::Status status = doc.ApplyUpdate(update, {}, format);
  if (!status.ok()) return status;
  const PendingInfo pending = doc.GetPending();
  Any::Array missing;
  for (const auto& [client, clock] : pending.missing_structs) {
    missing.push_back(Any::Object{{"client", client}, {"clock", clock}});
  }
  return Any(Any::Object{{"missing", std::move(missing)},
                         {"deletes", pending.has_deletes},
                         {"size_bytes", uint64_t{pending.size_bytes}}});
}

}  // namespace

absl::StatusOr<Any> UpdateInfo(const std::string& update, UpdateFormat format) {
  std::string v1 = update;
  if (format != UpdateFormat::kV1) {
    absl::StatusOr<std::string> converted = ConvertUpdate(
        codec::AsBytes(update), format, UpdateFormat::kV1, DecodeLimits::TrustedStorage());
    if (!converted.ok()) return converted.status();
    v1 = *std::move(converted);
  }
  Summary summary;
  uint64_t structs = 0;
  codec::UpdateReader reader(codec::AsBytes(v1), codec::Dialect::kV1);
  codec::UpdateReader::Section section;
  while (reader.NextSection(&section)) {
    ClientSummary client;
    client.from = client.to = section.clock;
    codec::StructView view;
    for (size_t before = reader.position(); reader.NextStruct(&view); before = reader.position()) {
      AddStruct(view, reader.position() - before, &client, &summary);
      ++structs;
    }
    summary.clients.emplace_back(section.client, std::move(client));
  }
  const DeleteSet deletes = reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  absl::StatusOr<Any> pending = PendingToJson(update, format);
  if (!pending.ok()) return pending.status();

  Any::Object roots;
  for (const auto& [name, count] : summary.roots) roots.emplace_back(name, count);
  return Any(Any::Object{{"format", format == UpdateFormat::kV1 ? "v1" : "v2"},
                         {"size_bytes", uint64_t{update.size()}},
                         {"size_v1_bytes", uint64_t{v1.size()}},
                         {"structs", structs},
                         {"content", SumsToJson(summary.kinds)},
                         {"roots", std::move(roots)},
                         {"clients", ClientsToJson(summary)},
                         {"deletes", DeletesToJson(deletes)},
                         {"pending", *std::move(pending)}});
}

namespace {

constexpr size_t kShortList = 4;

bool OnOneLine(const Any::Array& array) {
  return array.size() <= kShortList &&
         std::all_of(array.begin(), array.end(), [](const Any& value) {
           return value.if_array() == nullptr && value.if_object() == nullptr;
         });
}

// As deep as values nest.
void Print(const Any& value, size_t depth, std::string* out) {
  const std::string indent(2 * (depth + 1), ' ');
  const Any::Array* array = value.if_array();
  const Any::Object* object = value.if_object();
  if (array != nullptr && !OnOneLine(*array)) {
    const char* separator = "[\n";
    for (const Any& element : *array) {
      *out += separator + indent;
      Print(element, depth + 1, out);
      separator = ",\n";
    }
    *out += '\n';
    out->append(2 * depth, ' ');
    *out += ']';
  } else if (object != nullptr && !object->empty()) {
    const char* separator = "{\n";
    for (const auto& [key, member] : *object) {
      if (member.is_undefined()) continue;
      *out += separator + indent + codec::ToJson(Any(key)) + ": ";
      Print(member, depth + 1, out);
      separator = ",\n";
    }
    if (*separator == '{') {  // only members that are undefined
      *out += "{}";
      return;
    }
    *out += '\n';
    out->append(2 * depth, ' ');
    *out += '}';
  } else {
    *out += codec::ToJson(value);
  }
}

}  // namespace

std::string PrettyJson(const Any& value) {
  std::string out;
  Print(value, 0, &out);
  return out;
}

}  // namespace ypp::tool
