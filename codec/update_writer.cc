#include "codec/update_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "codec/check.h"
#include "codec/update_columns.h"
#include "codec/utf.h"
#include "codec/weak_link.h"

namespace ypp::codec {

// Where the fields of a struct go in V1: one behind the other.
struct UpdateWriter::SinkV1 {
  ByteWriter& out;
  const bool any_values;

  void WriteInfo(uint8_t info) { out.WriteUint8(info); }
  void WriteLeftId(Id id) {
    out.WriteVarUint(id.client);
    out.WriteVarUint(id.clock);
  }
  void WriteRightId(Id id) { WriteLeftId(id); }
  void WriteParentIsRoot(bool is_root) { out.WriteVarUint(is_root ? 1 : 0); }
  void WriteString(std::string_view text) { out.WriteVarString(text); }
  void WriteKey(std::string_view key) { out.WriteVarString(key); }
  void WriteLength(Clock length) { out.WriteVarUint(length); }
  void WriteTypeRef(TypeRef ref) { out.WriteVarUint(static_cast<uint8_t>(ref)); }

  void WriteWeakLink(std::string_view link) { out.WriteBytes(link); }

  void WriteText(const StructView& view) {
    if (!view.starts_inside_pair) return out.WriteVarString(view.content);
    out.WriteVarUint(kReplacementCharacter.size() + view.content.size());
    out.WriteBytes(kReplacementCharacter);
    out.WriteBytes(view.content);
  }
  // The content is what V1 wants already.
  void WriteJsonElements(std::string_view elements, Clock) { out.WriteBytes(elements); }
  void WriteValue(const StructView& view) {
    if (any_values) {
      WriteContent(out, view);
    } else if (view.value_is_json && view.canonical) {
      out.WriteVarString(view.content);
    } else {
      out.WriteVarString(JsonValue(view));
    }
  }
};

// And in V2: each to its column, or to the rest stream.
struct UpdateWriter::SinkV2 {
  ByteWriter& out;
  UpdateColumns& columns;

  void WriteInfo(uint8_t info) { columns.info.Write(info); }
  void WriteLeftId(Id id) {
    columns.client.Write(id.client);
    columns.left_clock.Write(id.clock);
  }
  void WriteRightId(Id id) {
    columns.client.Write(id.client);
    columns.right_clock.Write(id.clock);
  }
  void WriteParentIsRoot(bool is_root) { columns.parent_info.Write(is_root ? 1 : 0); }
  void WriteString(std::string_view text) { columns.string.Write(text); }
  // A new key each time: the table of keys is a part of the format that Yjs' writer does not use.
  void WriteKey(std::string_view key) {
    columns.key_clock.Write(columns.keys++);
    columns.string.Write(key);
  }
  void WriteLength(Clock length) { columns.length.Write(length); }
  void WriteTypeRef(TypeRef ref) { columns.type_ref.Write(static_cast<uint8_t>(ref)); }

  void WriteWeakLink(std::string_view link) {
    ByteReader in(AsBytes(link));
    CopyWeakLink(
        in, [&in] { return in.ReadVarString(); }, out,
        [this](std::string_view name) { columns.string.Write(name); });
  }

  void WriteText(const StructView& view) {
    if (view.starts_inside_pair) columns.string.WriteText(kReplacementCharacter);
    columns.string.WriteText(view.content);
    columns.string.WriteLength(view.length);
  }
  void WriteJsonElements(std::string_view elements, Clock count) {
    ByteReader in(AsBytes(elements));
    for (Clock i = 0; i < count; ++i) columns.string.Write(in.ReadVarString());
  }
  void WriteValue(const StructView& view) { WriteContent(out, view); }
};

// Any content, re-encoded if it has to be.
void UpdateWriter::WriteContent(ByteWriter& out, const StructView& view) {
  if (view.canonical && !view.value_is_json) {
    out.WriteBytes(view.content);
  } else {
    out.WriteBytes(CanonicalContent(view));
  }
}

// FORMAT.md, "Item content".
template <typename Sink>
void UpdateWriter::WriteBody(Sink& sink, const StructView& view) {
  switch (view.kind) {
    case StructKind::kGc:
    case StructKind::kDeleted:
      return sink.WriteLength(view.length);
    case StructKind::kSkip:
      return sink.out.WriteVarUint(view.length);
    case StructKind::kString:
      return sink.WriteText(view);
    case StructKind::kAny:
      sink.WriteLength(view.length);
      return WriteContent(sink.out, view);
    case StructKind::kJson:
      sink.WriteLength(view.length);
      if (view.canonical) return sink.WriteJsonElements(view.content, view.length);
      return sink.WriteJsonElements(CanonicalContent(view), view.length);
    case StructKind::kBinary:
      return sink.out.WriteVarBytes(AsBytes(view.content));
    case StructKind::kEmbed:
      return sink.WriteValue(view);
    case StructKind::kFormat:
      sink.WriteKey(view.name);
      return sink.WriteValue(view);
    case StructKind::kType:
      sink.WriteTypeRef(view.type_ref);
      if (TypeRefHasName(view.type_ref)) sink.WriteKey(view.name);
      if (view.type_ref == TypeRef::kWeakLink) sink.WriteWeakLink(view.name);
      return;
    case StructKind::kDoc:
      sink.WriteString(view.name);
      return WriteContent(sink.out, view);
  }
}

// Item.write, yjs src/structs/Item.js
template <typename Sink>
void UpdateWriter::WriteTo(Sink& sink, const StructView& view) {
  uint8_t info = static_cast<uint8_t>(view.kind);
  if (view.kind != StructKind::kGc && view.kind != StructKind::kSkip) {
    if (view.has_origin) info |= kInfoHasOrigin;
    if (view.has_right_origin) info |= kInfoHasRightOrigin;
    if (view.has_parent_sub) info |= kInfoHasParentSub;
    sink.WriteInfo(info);
    if (view.has_origin) sink.WriteLeftId(view.origin);
    if (view.has_right_origin) sink.WriteRightId(view.right_origin);
    if (!view.has_origin && !view.has_right_origin) {
      YPP_DCHECK(view.parent != StructView::Parent::kInherited);
      const bool is_root = view.parent == StructView::Parent::kRoot;
      sink.WriteParentIsRoot(is_root);
      if (is_root) {
        sink.WriteString(view.parent_name);
      } else {
        sink.WriteLeftId(view.parent_id);
      }
      if (view.has_parent_sub) sink.WriteString(view.parent_sub);
    }
  } else {
    sink.WriteInfo(info);
  }
  WriteBody(sink, view);
}

UpdateWriter::UpdateWriter(Dialect dialect, std::string buffer)
    : dialect_(dialect), out_(std::move(buffer)) {
  if (dialect_ == Dialect::kV2) columns_ = std::make_unique<UpdateColumns>();
}

UpdateWriter::~UpdateWriter() = default;
UpdateWriter::UpdateWriter(UpdateWriter&&) noexcept = default;
UpdateWriter& UpdateWriter::operator=(UpdateWriter&&) noexcept = default;

void UpdateWriter::Reserve(size_t structs, size_t content_bytes) {
  // Of a struct with two neighbours, whose ids take five bytes and clocks three, without content;
  // and of the delete set, its share.
  constexpr size_t kStructBytes = 22;
  if (columns_ == nullptr) {
    out_.Reserve(structs * kStructBytes + content_bytes);
  } else {
    columns_->string.text().Reserve(content_bytes);
  }
}

void UpdateWriter::BeginUpdate(uint64_t sections) { out_.WriteVarUint(sections); }

void UpdateWriter::BeginSection(const UpdateReader::Section& section) {
  out_.WriteVarUint(section.structs);
  WriteSectionHead(section.client, section.clock);
}

void UpdateWriter::BeginCountedSection(ClientId client, Clock clock) {
  counted_.push_back({out_.size(), 0});
  WriteSectionHead(client, clock);
}

void UpdateWriter::WriteSectionHead(ClientId client, Clock clock) {
  if (columns_ == nullptr) {
    out_.WriteVarUint(client);
  } else {
    columns_->client.Write(client);
  }
  out_.WriteVarUint(clock);
}

void UpdateWriter::WriteStruct(const StructView& view) {
  if (!counted_.empty()) ++counted_.back().structs;
  if (columns_ == nullptr) {
    SinkV1 sink{out_, dialect_ == Dialect::kV1Any};
    WriteTo(sink, view);
  } else {
    SinkV2 sink{out_, *columns_};
    WriteTo(sink, view);
  }
}

void UpdateWriter::WriteStructs(uint64_t count, Bytes bytes) {
  YPP_DCHECK(columns_ == nullptr);
  if (!counted_.empty()) counted_.back().structs += count;
  out_.WriteBytes(bytes);
}

// Puts the counts in: that of the sections in front, that of the structs before each section.
void UpdateWriter::FinishCounting() {
  ByteWriter counts;
  std::vector<size_t> count_ends;
  counts.WriteVarUint(counted_.size());
  for (const CountedSection& section : counted_) {
    counts.WriteVarUint(section.structs);
    count_ends.push_back(counts.size());
  }
  // In place, from the last section on, so that nothing is written over.
  const size_t size = out_.size();
  char* const begin = out_.Room(counts.size()) - size;
  size_t section_end = size;
  for (size_t i = counted_.size(); i-- > 0;) {
    const size_t section_begin = counted_[i].begin;
    const size_t count_begin = i == 0 ? 0 : count_ends[i - 1];
    std::memmove(begin + section_begin + count_ends[i], begin + section_begin,
                 section_end - section_begin);
    std::memcpy(begin + section_begin + count_begin, counts.bytes().data() + count_begin,
                count_ends[i] - count_begin);
    section_end = section_begin;
  }
  if (counted_.empty()) std::memcpy(begin, counts.bytes().data(), counts.size());
  out_.FilledUpTo(begin + size + counts.size());
  counted_.clear();
  counting_ = false;
}

void UpdateWriter::WriteDeleteSet(const DeleteSet& deletes) {
  if (counting_) FinishCounting();
  if (columns_ == nullptr) {
    WriteDeleteSetV1(out_, deletes);
  } else {
    WriteDeleteSetV2(out_, deletes);
  }
}

void UpdateWriter::WriteDeletes(ClientId client, absl::Span<const ClockRange> ranges) {
  YPP_DCHECK(!counting_);
  if (columns_ == nullptr) {
    WriteDeletesV1(out_, client, ranges);
  } else {
    WriteDeletesV2(out_, client, ranges);
  }
}

void UpdateWriter::WriteDeleteSet(DeleteSetUnion& deletes) {
  if (counting_) FinishCounting();
  const DeleteSetUnion::Count count = deletes.CountClients();
  BeginDeletes(columns_ == nullptr ? count.clients : count.clients_with_deletions);
  deletes.ForEachClient(
      [this](const ClientRanges& entry) { WriteDeletes(entry.client, entry.ranges); });
}

std::string UpdateWriter::Finish() {
  if (columns_ == nullptr) return out_.Take();
  const std::string columns[] = {
      columns_->key_clock.Take(),   columns_->client.Take(),   columns_->left_clock.Take(),
      columns_->right_clock.Take(), columns_->info.Take(),     columns_->string.Take(),
      columns_->parent_info.Take(), columns_->type_ref.Take(), columns_->length.Take()};
  size_t size = 1 + out_.size();
  for (const std::string& column : columns) size += kMaxVarUintBytes + column.size();
  ByteWriter whole;
  whole.Reserve(size);
  whole.WriteUint8(0);  // feature flags: none exist
  for (const std::string& column : columns) whole.WriteVarString(column);
  whole.WriteBytes(out_.bytes());
  out_.Clear();
  return whole.Take();
}

}  // namespace ypp::codec
