#include "codec/update_algebra.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "codec/update_writer.h"

namespace ypp {
namespace {

// Of one that holds a struct.
constexpr size_t kMinSectionBytes = 3;

}  // namespace

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

// Of the structs that come next, those that would be written as they stand. Most of an update is
// such.
void CopyAsWritten(UpdateReader& reader, UpdateWriter& writer) {
  if (writer.dialect() != reader.dialect() || writer.dialect() == Dialect::kV2) return;
  const size_t begin = reader.position();
  const uint64_t structs = reader.SkipAsWritten();
  if (structs > 0) writer.WriteStructs(structs, reader.BytesBetween(begin, reader.position()));
}

}  // namespace

// diffUpdateV2, yjs src/utils/updates.js
absl::StatusOr<std::string> DiffUpdate(Bytes update, const StateVector& known, Dialect dialect,
                                       const DecodeLimits& limits) {
  UpdateReader reader(update, dialect, limits);
  UpdateWriter writer(dialect);
  writer.BeginCountedUpdate();
  UpdateReader::Section section;
  StructView view;
  while (reader.NextSection(&section)) {
    const Clock have = known.Get(section.client);
    bool begun = false;  // Skips are kept, but not at the beginning
    reader.SkipUpTo(have);
    while (reader.NextStruct(&view)) {
      if (!begun && (view.kind == StructKind::kSkip || view.end() <= have)) continue;
      ForgetInheritedParentSub(&view);
      if (!begun) {
        if (view.id.clock < have) view = SliceStruct(view, have - view.id.clock);
        if (dialect != Dialect::kV2) writer.Reserve(0, update.size() - reader.position());
        writer.BeginCountedSection(section.client, view.id.clock);
        begun = true;
      }
      writer.WriteStruct(view);
      CopyAsWritten(reader, writer);
    }
  }
  return FinishWith(reader, writer, dialect);
}

// convertUpdateFormat, yjs src/utils/updates.js
absl::StatusOr<std::string> ConvertUpdate(Bytes update, Dialect from, Dialect to,
                                          const DecodeLimits& limits,
                                          absl::FunctionRef<void(StructView*)> change) {
  UpdateReader reader(update, from, limits);
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

absl::StatusOr<std::string> ConvertUpdate(Bytes update, Dialect from, Dialect to,
                                          const DecodeLimits& limits) {
  return ConvertUpdate(update, from, to, limits, [](StructView*) {});
}

}  // namespace codec

absl::StatusOr<std::string> MergeUpdates(absl::Span<const codec::Bytes> updates,
                                         UpdateFormat format, const DecodeLimits& limits) {
  return codec::MergeUpdates(updates, codec::DialectOf(format), limits);
}

absl::StatusOr<std::string> DiffUpdate(codec::Bytes update, const StateVector& known,
                                       UpdateFormat format, const DecodeLimits& limits) {
  return codec::DiffUpdate(update, known, codec::DialectOf(format), limits);
}

absl::StatusOr<std::string> ConvertUpdate(codec::Bytes update, UpdateFormat from, UpdateFormat to,
                                          const DecodeLimits& limits) {
  return codec::ConvertUpdate(update, codec::DialectOf(from), codec::DialectOf(to), limits);
}

// encodeStateVectorFromUpdateV2, yjs src/utils/updates.js
absl::StatusOr<StateVector> StateVectorFromUpdate(codec::Bytes update, UpdateFormat format,
                                                  const DecodeLimits& limits) {
  codec::UpdateReader reader(update, codec::DialectOf(format), limits);
  StateVector vector;
  codec::UpdateReader::Section section;
  codec::StructExtent extent;
  while (reader.NextSection(&section)) {
    Clock clock = 0;
    while (reader.NextExtent(&extent) && extent.kind != codec::StructKind::kSkip &&
           extent.id.clock == clock) {
      clock = reader.SkipRuns();
    }
    if (clock > vector.Get(section.client)) vector.Set(section.client, clock);
  }
  reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();
  return vector;
}

// parseUpdateMetaV2, yjs src/utils/updates.js
absl::StatusOr<UpdateMeta> ParseUpdateMeta(codec::Bytes update, UpdateFormat format,
                                           const DecodeLimits& limits) {
  codec::UpdateReader reader(update, codec::DialectOf(format), limits);
  struct Reach {
    ClientId client;
    Clock from;
    Clock to;
  };
  std::vector<Reach> reaches;
  reaches.reserve(std::min<size_t>(reader.sections_left(), update.size() / kMinSectionBytes + 1));
  codec::UpdateReader::Section section;
  codec::StructExtent extent;
  bool descend = true;
  while (reader.NextSection(&section)) {
    if (section.structs == 0) continue;
    Clock end = section.clock;
    while (reader.NextExtent(&extent)) end = extent.end();
    descend = descend && (reaches.empty() || section.client < reaches.back().client);
    reaches.push_back({section.client, section.clock, end});
  }
  reader.ReadDeleteSet();
  if (!reader.ok()) return reader.status();

  if (!descend) {  // a client may occur twice
    absl::flat_hash_map<ClientId, uint32_t> place;
    size_t kept = 0;
    for (const Reach& reach : reaches) {
      const auto [it, is_new] = place.try_emplace(reach.client, static_cast<uint32_t>(kept));
      if (is_new) {
        reaches[kept++] = reach;
      } else {
        Reach& known = reaches[it->second];
        known.from = std::min(known.from, reach.from);
        known.to = std::max(known.to, reach.to);
      }
    }
    reaches.resize(kept);
  }
  UpdateMeta meta;
  meta.from.reserve(reaches.size());
  meta.to.reserve(reaches.size());
  for (const Reach& reach : reaches) {
    meta.from.emplace_back(reach.client, reach.from);
    meta.to.emplace_back(reach.client, reach.to);
  }
  return meta;
}

}  // namespace ypp
