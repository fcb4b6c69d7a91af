#include "codec/update_algebra.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "codec/update_writer.h"

namespace ypp {
namespace codec {
namespace {

// The delete set goes through as it was read, clients sorted, unless the other format could not
// hold it.
absl::StatusOr<std::string> FinishWith(UpdateReader& reader, UpdateWriter& writer, Dialect to) {
  DeleteSet deletes = reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  if (to == Dialect::kV2) {
    deletes.MakeFitForV2();
  } else {
    deletes.SortClients();
  }
  writer.WriteDeleteSet(deletes);
  return writer.Finish();
}

}  // namespace

// diffUpdateV2, yjs src/utils/updates.js
absl::StatusOr<std::string> DiffUpdate(Bytes update, const StateVector& known, Dialect dialect) {
  UpdateReader reader(update, dialect);
  UpdateWriter writer(dialect);
  writer.BeginCountedUpdate();
  UpdateReader::Section section;
  StructView view;
  while (reader.NextSection(&section)) {
    const Clock have = known.Get(section.client);
    bool begun = false;  // Skips are kept, but not at the beginning
    while (reader.NextStruct(&view)) {
      if (!begun && (view.kind == StructKind::kSkip || view.end() <= have)) continue;
      ForgetInheritedParentSub(&view);
      if (!begun) {
        if (view.id.clock < have) view = SliceStruct(view, have - view.id.clock);
        writer.BeginCountedSection(section.client, view.id.clock);
        begun = true;
      }
      writer.WriteStruct(view);
    }
  }
  return FinishWith(reader, writer, dialect);
}

// convertUpdateFormat, yjs src/utils/updates.js
absl::StatusOr<std::string> ConvertUpdate(Bytes update, Dialect from, Dialect to,
                                          absl::FunctionRef<void(StructView*)> change) {
  UpdateReader reader(update, from);
  UpdateWriter writer(to);
  writer.BeginCountedUpdate();
  UpdateReader::Section section;
  StructView view;
  while (reader.NextSection(&section)) {
    if (section.structs > 0) writer.BeginCountedSection(section.client, section.clock);
    while (reader.NextStruct(&view)) {
      ForgetInheritedParentSub(&view);
      change(&view);
      writer.WriteStruct(view);
    }
  }
  return FinishWith(reader, writer, to);
}

absl::StatusOr<std::string> ConvertUpdate(Bytes update, Dialect from, Dialect to) {
  return ConvertUpdate(update, from, to, [](StructView*) {});
}

}  // namespace codec

absl::StatusOr<std::string> MergeUpdates(absl::Span<const codec::Bytes> updates,
                                         UpdateFormat format) {
  return codec::MergeUpdates(updates, codec::DialectOf(format));
}

absl::StatusOr<std::string> DiffUpdate(codec::Bytes update, const StateVector& known,
                                       UpdateFormat format) {
  return codec::DiffUpdate(update, known, codec::DialectOf(format));
}

absl::StatusOr<std::string> ConvertUpdate(codec::Bytes update, UpdateFormat from, UpdateFormat to) {
  return codec::ConvertUpdate(update, codec::DialectOf(from), codec::DialectOf(to));
}

// encodeStateVectorFromUpdateV2, yjs src/utils/updates.js
absl::StatusOr<StateVector> StateVectorFromUpdate(codec::Bytes update, UpdateFormat format) {
  codec::UpdateReader reader(update, codec::DialectOf(format));
  StateVector vector;
  codec::UpdateReader::Section section;
  codec::StructView view;
  while (reader.NextSection(&section)) {
    Clock clock = 0;
    while (reader.NextStruct(&view) && view.kind != codec::StructKind::kSkip &&
           view.id.clock == clock) {
      clock = view.end();
    }
    if (clock > vector.Get(section.client)) vector.Set(section.client, clock);
  }
  reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  return vector;
}

// parseUpdateMetaV2, yjs src/utils/updates.js
absl::StatusOr<UpdateMeta> ParseUpdateMeta(codec::Bytes update, UpdateFormat format) {
  codec::UpdateReader reader(update, codec::DialectOf(format));
  UpdateMeta meta;
  absl::flat_hash_map<ClientId, size_t> place;
  codec::UpdateReader::Section section;
  codec::StructView view;
  while (reader.NextSection(&section)) {
    if (section.structs == 0) continue;
    Clock end = section.clock;
    while (reader.NextStruct(&view)) end = view.end();
    const auto [it, inserted] = place.try_emplace(section.client, meta.from.size());
    if (inserted) {
      meta.from.emplace_back(section.client, section.clock);
      meta.to.emplace_back(section.client, end);
    } else {
      Clock& from = meta.from[it->second].second;
      Clock& to = meta.to[it->second].second;
      from = std::min(from, section.clock);
      to = std::max(to, end);
    }
  }
  reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  return meta;
}

}  // namespace ypp
