#include "codec/update_reader.h"

#include <algorithm>
#include <deque>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "codec/any.h"
#include "codec/check.h"
#include "codec/column_reader.h"
#include "codec/json.h"
#include "codec/utf.h"
#include "codec/weak_link.h"

namespace ypp::codec {
namespace {

constexpr char kClockTooLarge[] = "clock beyond 2^56-1";
constexpr char kNotJson[] = "invalid JSON";

// The least a section and a struct take. In V2 a struct may take nothing, and a section's client is
// in a column.
constexpr size_t kMinSectionBytesV1 = 3;
constexpr size_t kMinSectionBytesV2 = 2;
constexpr size_t kMinStructBytesV1 = 2;

// One JSON text of a kJson content.
void CheckJsonElement(ByteReader& in, std::string_view text, StructView* view) {
  if (text != kJsonUndefined && !IsJson(text, &view->canonical)) in.Fail(kNotJson);
}

// Whether Doc options are what Yjs would write. Only the two shapes that real documents have are
// looked for.
bool AreCanonicalDocOptions(std::string_view any) {
  constexpr std::string_view kNone = "\x76\x00";
  constexpr std::string_view kAutoLoad =
      "\x76\x01\x08"
      "autoLoad\x78";
  return any == std::string_view(kNone.data(), 2) || any == kAutoLoad;
}

}  // namespace

struct UpdateReader::Columns {
  IntDiffOptRleReader key_clock;
  UintOptRleReader client;
  IntDiffOptRleReader left_clock;
  IntDiffOptRleReader right_clock;
  RleReader info;
  StringColumnReader string;
  RleReader parent_info;
  UintOptRleReader type_ref;
  UintOptRleReader length;

  std::vector<std::string_view> keys;  // by key clock
  uint64_t referred_key_bytes = 0;
  uint64_t structs_allowed = 0;
  std::deque<std::string> own_keys;  // those that are not views into the input
  std::deque<std::string> scratch;   // of the current struct
};

// Where the fields of a struct come from in V1: one after the other.
struct UpdateReader::SourceV1 {
  ByteReader& in;
  const bool any_values;
  LastClient& last_client;

  uint8_t ReadInfo() { return in.ReadUint8(); }
  [[gnu::always_inline]] ClientId ReadClient() {
    if (in.SkipIfNext(last_client.word, last_client.mask, last_client.size_bytes))
      return last_client.id;
    return ReadOtherClient();
  }
  [[gnu::noinline]] ClientId ReadOtherClient() {
    const uint8_t* start = in.cursor();
    const ClientId id = in.ReadVarUint();
    const size_t size_bytes = static_cast<size_t>(in.cursor() - start);
    if (in.ok() && size_bytes <= sizeof(uint64_t)) last_client.Set(start, size_bytes, id);
    return id;
  }
  Id ReadId() {
    Id id;
    id.client = ReadClient();
    id.clock = in.ReadClock();
    return id;
  }
  Id ReadLeftId() { return ReadId(); }
  Id ReadRightId() { return ReadId(); }
  bool ReadParentIsRoot() { return in.ReadVarUint() == 1; }
  std::string_view ReadString() { return in.ReadVarString(); }
  std::string_view ReadKey() { return in.ReadVarString(); }
  uint64_t ReadLength() { return in.ReadClock(); }
  uint64_t ReadTypeRef() { return in.ReadVarUint(); }

  std::string_view ReadWeakLink() {
    const uint8_t* start = in.cursor();
    ByteWriter ignored;
    CopyWeakLink(
        in, [this] { return in.ReadVarString(); }, ignored, [](std::string_view) {});
    return in.TextSince(start);
  }

  uint64_t ReadText(StructView* view) {
    uint32_t length_utf16;
    view->content = in.ReadVarString(&length_utf16);
    return length_utf16;
  }

  void ReadJsonElements(uint64_t count, StructView* view) {
    const uint8_t* start = in.cursor();
    for (uint64_t i = 0; i < count && in.ok(); ++i) CheckJsonElement(in, in.ReadVarString(), view);
    view->content = in.TextSince(start);
  }

  void ReadValue(StructView* view) {
    if (any_values) return ReadAnyValue(view);
    view->content = in.ReadVarString();
    view->value_is_json = true;
    if (in.ok() && !IsJson(view->content, &view->canonical)) in.Fail(kNotJson);
  }
  void ReadAnyValue(StructView* view) {
    const uint8_t* start = in.cursor();
    SkipAny(in, &view->canonical);
    view->content = in.TextSince(start);
  }
};

// And in V2: each from its column, or from the rest stream. The failure of a column becomes the
// failure of the rest stream.
struct UpdateReader::SourceV2 {
  ByteReader& in;
  Columns& columns;

  template <typename Column>
  auto Read(Column& column) {
    const auto value = column.Read();
    if (__builtin_expect(column.error() != nullptr, 0)) in.Fail(column.error());
    return value;
  }
  ClientId ReadClient() {
    const uint64_t client = Read(columns.client);
    if (client > kMaxClientId) in.Fail("client beyond 2^53-1");
    return client;
  }

  uint8_t ReadInfo() {
    if (!columns.scratch.empty()) columns.scratch.clear();
    return Read(columns.info);
  }
  Id ReadLeftId() {
    const ClientId client = ReadClient();
    return {client, Read(columns.left_clock)};
  }
  Id ReadRightId() {
    const ClientId client = ReadClient();
    return {client, Read(columns.right_clock)};
  }
  bool ReadParentIsRoot() { return Read(columns.parent_info) == 1; }
  uint64_t ReadLength() { return Read(columns.length); }
  uint64_t ReadTypeRef() { return Read(columns.type_ref); }

  // A half of a pair becomes U+FFFD, in a copy.
  static std::string_view Whole(const StringColumnReader::Piece& piece,
                                std::deque<std::string>& copies) {
    if (!piece.starts_inside_pair && !piece.ends_inside_pair) return piece.text;
    std::string& copy = copies.emplace_back();
    if (piece.starts_inside_pair) copy += kReplacementCharacter;
    copy += piece.text;
    if (piece.ends_inside_pair) copy += kReplacementCharacter;
    return copy;
  }
  std::string_view ReadString() { return Whole(Read(columns.string), columns.scratch); }
  std::string_view ReadKey() {
    const uint64_t clock = Read(columns.key_clock);
    if (!in.ok()) return {};
    if (clock < columns.keys.size()) {
      const std::string_view key = columns.keys[clock];
      columns.referred_key_bytes += key.size();
      if (columns.referred_key_bytes > kMaxReferredKeyBytes) in.Fail("too many references to keys");
      return key;
    }
    const std::string_view key = Whole(Read(columns.string), columns.own_keys);
    columns.keys.push_back(key);
    return key;
  }

  // Its numbers are in the rest stream, its names in the column.
  std::string_view ReadWeakLink() {
    ByteWriter link;
    CopyWeakLink(
        in, [this] { return ReadString(); }, link,
        [&link](std::string_view name) { link.WriteVarString(name); });
    return columns.scratch.emplace_back(link.Take());
  }

  uint64_t ReadText(StructView* view) {
    StringColumnReader::Piece piece = Read(columns.string);
    if (piece.starts_inside_pair && !piece.ends_inside_pair) {
      view->starts_inside_pair = true;
      view->content = piece.text;
    } else {
      view->content = Whole(piece, columns.scratch);
    }
    return piece.length_utf16;
  }

  void ReadJsonElements(uint64_t count, StructView* view) {
    // No JSON text is empty.
    if (count > columns.string.units_left()) in.Fail("count larger than the input");
    ByteWriter elements;
    for (uint64_t i = 0; i < count && in.ok(); ++i) {
      const std::string_view text = ReadString();
      CheckJsonElement(in, text, view);
      elements.WriteVarString(text);
    }
    view->content = columns.scratch.emplace_back(elements.Take());
  }

  void ReadValue(StructView* view) { ReadAnyValue(view); }
  void ReadAnyValue(StructView* view) {
    const uint8_t* start = in.cursor();
    SkipAny(in, &view->canonical);
    view->content = in.TextSince(start);
  }
};

namespace {

template <typename Source>
void ReadAnyElements(Source& source, uint64_t count, StructView* view) {
  ByteReader& in = source.in;
  if (count > in.remaining()) in.Fail("count larger than the input");
  const uint8_t* start = in.cursor();
  for (uint64_t i = 0; i < count && in.ok(); ++i) SkipAny(in, &view->canonical);
  view->content = in.TextSince(start);
}

template <typename Source>
void ReadType(Source& source, StructView* view) {
  const uint64_t ref = source.ReadTypeRef();
  if (ref >= kTypeRefCount) return source.in.Fail("unknown type reference");
  view->type_ref = static_cast<TypeRef>(ref);
  if (view->type_ref == TypeRef::kWeakLink) view->name = source.ReadWeakLink();
  if (TypeRefHasName(view->type_ref)) view->name = source.ReadKey();
}

// FORMAT.md, "Item content". Gives the length in clock units.
template <typename Source>
uint64_t ReadContent(Source& source, StructView* view) {
  switch (view->kind) {
    case StructKind::kGc:
    case StructKind::kDeleted:
      return source.ReadLength();
    case StructKind::kSkip:
      return source.in.ReadClock();
    case StructKind::kString:
      return source.ReadText(view);
    case StructKind::kAny: {
      const uint64_t count = source.ReadLength();
      ReadAnyElements(source, count, view);
      return count;
    }
    case StructKind::kJson: {
      const uint64_t count = source.ReadLength();
      source.ReadJsonElements(count, view);
      return count;
    }
    case StructKind::kBinary:
      view->content = AsText(source.in.ReadVarBytes());
      return 1;
    case StructKind::kEmbed:
      source.ReadValue(view);
      return 1;
    case StructKind::kFormat:
      view->name = source.ReadKey();
      source.ReadValue(view);
      return 1;
    case StructKind::kType:
      ReadType(source, view);
      return 1;
    case StructKind::kDoc:
      view->name = source.ReadString();
      source.ReadAnyValue(view);
      view->canonical = view->canonical && AreCanonicalDocOptions(view->content);
      return 1;
  }
  return 0;
}

// item := info, [origin], [right origin], [parent, [parentSub]], content
template <typename Source>
void ReadStructFrom(Source& source, Id id, bool accept_holes_with_flags, StructView* view) {
  ByteReader& in = source.in;
  view->Reset(id);
  const uint8_t info = source.ReadInfo();
  const uint8_t kind = info & kInfoKindMask;
  if (kind > static_cast<uint8_t>(StructKind::kSkip)) return in.Fail("unknown content");
  if (kind == static_cast<uint8_t>(StructKind::kSkip) && info != kind && !accept_holes_with_flags) {
    return in.Fail("hole with flags");
  }
  view->kind = static_cast<StructKind>(kind);
  if (view->kind != StructKind::kGc && view->kind != StructKind::kSkip) {
    view->has_origin = (info & kInfoHasOrigin) != 0;
    view->has_right_origin = (info & kInfoHasRightOrigin) != 0;
    view->has_parent_sub = (info & kInfoHasParentSub) != 0;
    if (view->has_origin) view->origin = source.ReadLeftId();
    if (view->has_right_origin) view->right_origin = source.ReadRightId();
    if (!view->has_origin && !view->has_right_origin) {
      if (source.ReadParentIsRoot()) {
        view->parent = StructView::Parent::kRoot;
        view->parent_name = source.ReadString();
      } else {
        view->parent = StructView::Parent::kItem;
        view->parent_id = source.ReadLeftId();
      }
      if (view->has_parent_sub) view->parent_sub = source.ReadString();
    }
  }
  uint64_t length = ReadContent(source, view);
  // A hole has nothing in it: where it ends matters only to what follows, and that will be refused.
  if (view->kind == StructKind::kSkip) length = std::min<uint64_t>(length, kMaxClock - id.clock);
  if (length > kMaxClock - id.clock) return in.Fail(kClockTooLarge);
  view->length = length;
}

}  // namespace

UpdateReader::UpdateReader(Bytes update, Dialect dialect, const DecodeLimits& limits)
    : dialect_(dialect), in_(update) {
  if (dialect_ != Dialect::kV2) {
    sections_left_ = in_.ReadCount(kMinSectionBytesV1);
    return;
  }
  in_.ReadVarUint();  // feature flags: none exist
  columns_ = std::make_unique<Columns>();
  columns_->key_clock = IntDiffOptRleReader(in_.ReadVarBytes());
  columns_->client = UintOptRleReader(in_.ReadVarBytes());
  columns_->left_clock = IntDiffOptRleReader(in_.ReadVarBytes());
  columns_->right_clock = IntDiffOptRleReader(in_.ReadVarBytes());
  columns_->info = RleReader(in_.ReadVarBytes());
  columns_->string = StringColumnReader(in_.ReadVarBytes());
  columns_->parent_info = RleReader(in_.ReadVarBytes());
  columns_->type_ref = UintOptRleReader(in_.ReadVarBytes());
  columns_->length = UintOptRleReader(in_.ReadVarBytes());
  columns_->structs_allowed = limits.free_structs + limits.structs_per_byte * update.size();
  if (columns_->string.error() != nullptr) in_.Fail(columns_->string.error());
  sections_left_ = in_.ReadCount(kMinSectionBytesV2);
}

UpdateReader::~UpdateReader() = default;
UpdateReader::UpdateReader(UpdateReader&&) noexcept = default;
UpdateReader& UpdateReader::operator=(UpdateReader&&) noexcept = default;

absl::Status UpdateReader::status() const { return in_.status(); }

// section := varUint #structs, varUint client, varUint firstClock, struct*
bool UpdateReader::NextSection(Section* section) {
  for (StructExtent passed; structs_left_ > 0;) NextExtent(&passed);
  if (sections_left_ == 0 || !ok()) return false;
  --sections_left_;
  if (columns_ == nullptr) {
    section->structs = in_.ReadCount(kMinStructBytesV1);
    section->client = SourceV1{in_, false, last_client_}.ReadClient();
  } else {
    section->structs = in_.ReadVarUintUpTo(columns_->structs_allowed,
                                           "more structs than the limits allow for so few bytes");
    columns_->structs_allowed -= section->structs;
    section->client = SourceV2{in_, *columns_}.ReadClient();
  }
  section->clock = in_.ReadClock();
  if (!ok()) return false;
  structs_left_ = section->structs;
  next_ = {section->client, section->clock};
  return true;
}

bool UpdateReader::NextAnyStruct(StructView* view) {
  --structs_left_;
  if (columns_ == nullptr) {
    ByteReader in = in_;  // a copy, so that it stays in registers
    SourceV1 source{in, dialect_ == Dialect::kV1Any, last_client_};
    ReadStructFrom(source, next_, accept_holes_with_flags_, view);
    in_ = in;
  } else {
    SourceV2 source{in_, *columns_};
    ReadStructFrom(source, next_, accept_holes_with_flags_, view);
  }
  if (!ok()) {
    structs_left_ = 0;
    return false;
  }
  next_.clock = view->end();
  return true;
}

bool UpdateReader::NextRun(Run* run) {
  if (structs_left_ == 0 || !columns_->string.is_ascii()) return false;
  const uint8_t info = columns_->info.Peek();
  if (!IsQuick(info)) return false;
  SourceV2 source{in_, *columns_};
  source.ReadInfo();
  run->id = next_;
  run->kind = static_cast<StructKind>(info & kInfoKindMask);
  run->has_origin = (info & kInfoHasOrigin) != 0;
  run->has_right_origin = (info & kInfoHasRightOrigin) != 0;
  run->has_parent_sub = run->kind != StructKind::kGc && (info & kInfoHasParentSub) != 0;
  if (run->has_origin) run->origin = source.ReadLeftId();
  if (run->has_right_origin) run->right_origin = source.ReadRightId();
  if (run->kind == StructKind::kString) {
    run->text = columns_->string.ReadAscii();
    run->length = run->text.size();
    if (columns_->string.error() != nullptr) in_.Fail(columns_->string.error());
  } else {
    run->length = source.ReadLength();
  }
  if (run->length > kMaxClock - next_.clock) in_.Fail(kClockTooLarge);
  if (!ok()) {
    structs_left_ = 0;
    return false;
  }
  --structs_left_;
  next_.clock += run->length;
  return true;
}

void UpdateReader::ToView(const Run& run, StructView* view) {
  view->Reset(run.id);
  view->kind = run.kind;
  view->has_parent_sub = run.has_parent_sub;
  view->has_origin = run.has_origin;
  view->has_right_origin = run.has_right_origin;
  if (run.has_origin) view->origin = run.origin;
  if (run.has_right_origin) view->right_origin = run.right_origin;
  if (run.kind == StructKind::kString) view->content = run.text;
  view->length = run.length;
}

bool UpdateReader::NextAnyExtent(StructExtent* extent) {
  StructView view;
  if (!NextAnyStruct(&view)) return false;
  *extent = {view.kind, view.id, view.length};
  return true;
}

void UpdateReader::SkipUpTo(Clock clock) {
  if (columns_ != nullptr) return;
  const auto state = [this] { return std::tuple(in_, next_, structs_left_); };
  StructExtent extent;
  for (auto before = state(); NextExtent(&extent); before = state()) {
    if (extent.kind != StructKind::kSkip && extent.end() > clock) {
      std::tie(in_, next_, structs_left_) = before;
      return;
    }
    structs_left_ -= SkipQuickStructs<false>(in_, last_client_, structs_left_, clock, &next_);
  }
}

uint64_t UpdateReader::SkipAsWritten() {
  YPP_DCHECK(columns_ == nullptr);
  const uint64_t skipped =
      SkipQuickStructs<true>(in_, last_client_, structs_left_, kMaxClock, &next_);
  structs_left_ -= skipped;
  return skipped;
}

Clock UpdateReader::SkipRuns() {
  if (columns_ == nullptr)
    structs_left_ -= SkipQuickStructs<false>(in_, last_client_, structs_left_, kMaxClock, &next_);
  return next_.clock;
}

DeleteSet UpdateReader::ReadDeleteSet() {
  Section section;
  while (NextSection(&section)) {
  }
  return columns_ == nullptr ? ReadDeleteSetV1(in_) : ReadDeleteSetV2(in_);
}

void UpdateReader::AddDeleteSetTo(DeleteSetUnion& deletes) {
  Section section;
  while (NextSection(&section)) {
  }
  deletes.Add(in_, columns_ == nullptr ? DeleteSetFormat::kV1 : DeleteSetFormat::kV2);
}

bool UpdateReader::ReadSingleDelete(DeletedRange* deleted) {
  YPP_DCHECK(columns_ == nullptr && structs_left_ == 0 && sections_left_ == 0);
  const uint64_t clients = in_.ReadVarUint();
  if (!ok() || clients > 1) return false;
  if (clients == 0) return true;
  deleted->client = in_.ReadVarUint();
  if (in_.ReadVarUint() != 1) return false;
  deleted->range.clock = in_.ReadClock();
  deleted->range.length = in_.ReadClock();
  if (deleted->range.length > kMaxClock - deleted->range.clock) in_.Fail(kClockTooLarge);
  return ok();
}

void UpdateReader::SeekTo(size_t position, const Section& rest) {
  YPP_DCHECK(columns_ == nullptr);
  in_.Seek(position);
  structs_left_ = rest.structs;
  next_ = {rest.client, rest.clock};
}

}  // namespace ypp::codec
