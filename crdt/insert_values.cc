#include "crdt/insert_values.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "codec/byte_writer.h"
#include "crdt/content.h"
#include "crdt/rich_text.h"

namespace ypp::internal {

using codec::StructKind;

namespace {

// The document's writer of values. Empty whenever nobody is at it.
class Encoder {
 public:
  explicit Encoder(DocState& doc) : writer_(doc.value_writer) {}
  ~Encoder() { Clear(); }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  codec::ByteWriter& writer() { return writer_; }
  // Large memory is given back.
  void Clear() {
    constexpr size_t kMaxKeptBytes = 64 * 1024;
    if (__builtin_expect(writer_.size() > kMaxKeptBytes, 0)) writer_.TakeMemory();
    writer_.Clear();
  }

 private:
  codec::ByteWriter& writer_;
};

// A value that stands alone in its item.
void InsertSingle(DocState& doc, InsertionPoint& at, const Value& value) {
  if (const NewType* type = value.if_new_type()) {
    InsertNewType(doc, at, *type);
    return;
  }
  if (std::shared_ptr<Doc> subdoc = value.if_doc()) {
    const std::string content = SubdocContent(*subdoc);
    doc.subdocs.AttachNext(std::move(subdoc));
    InsertContent(doc, at, {StructKind::kDoc, 1, content});
    return;
  }
  const Any& any = *value.if_any();
  if (const Any::ByteString* bytes = any.if_bytes()) {
    InsertContent(doc, at, {StructKind::kBinary, 1, bytes->bytes});
    return;
  }
  Encoder encoder(doc);
  codec::WriteAny(encoder.writer(), any);
  InsertContent(doc, at, {StructKind::kAny, 1, encoder.writer().bytes()});
}

// A key that comes twice keeps its first place and its last value.
void SetEntries(DocState& doc, TypeIndex parent, const Entries& entries) {
  absl::flat_hash_map<std::string_view, size_t> last;
  for (size_t i = 0; i < entries.size(); ++i) last[entries[i].first] = i;
  for (const auto& entry : entries) {
    const auto found = last.find(entry.first);
    if (found == last.end()) continue;
    SetEntry(doc, parent, entry.first, entries[found->second].second);
    last.erase(found);
  }
}

}  // namespace

void InsertValues(DocState& doc, InsertionPoint& at, absl::Span<const Value> values) {
  Encoder encoder(doc);
  codec::ByteWriter& packed = encoder.writer();
  Clock count = 0;
  const auto flush = [&] {
    if (count == 0) return;
    InsertContent(doc, at, {StructKind::kAny, count, packed.bytes()});
    encoder.Clear();
    count = 0;
  };
  for (const Value& value : values) {
    if (IsPacked(value)) {
      codec::WriteAny(packed, *value.if_any());
      ++count;
    } else {
      flush();  // what is inserted by itself may use the writer, too
      InsertSingle(doc, at, value);
    }
  }
  flush();
}

void InsertUnwatched(DocState& doc, InsertionPoint& at, const Any& value) {
  Encoder encoder(doc);
  codec::WriteAny(encoder.writer(), value);
  InsertUnwatched(doc, at, {StructKind::kAny, 1, encoder.writer().bytes()});
}

void SetEntry(DocState& doc, TypeIndex parent, std::string_view key, const Value& value) {
  InsertionPoint at = PointAtKey(doc, parent, doc.strings.Intern(key));
  InsertSingle(doc, at, value);
}

SharedType InsertNewType(DocState& doc, InsertionPoint& at, const NewType& type) {
  NewContent content;
  content.kind = StructKind::kType;
  content.type = type.kind;
  if (codec::TypeRefHasName(RefOf(type.kind))) content.name = doc.strings.Intern(type.name);
  const ItemRef ref = InsertContent(doc, at, content);
  const TypeIndex index = doc.items[ref].content;
  const uint32_t generation = doc.types[index].generation;
  InsertionPoint inside;
  inside.parent = index;
  InsertValues(doc, inside, type.children);
  if (!type.text.empty()) ApplyDelta(doc, index, type.text, Text::FinalNewline::kKeep);
  SetEntries(doc, index, type.entries);
  return SharedType(&doc, index, generation);
}

}  // namespace ypp::internal
