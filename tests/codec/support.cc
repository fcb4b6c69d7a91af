#include "tests/codec/support.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "absl/strings/escaping.h"
#include "codec/json.h"
#include "codec/update_writer.h"
#include "codec/utf.h"

namespace ypp::codec {
namespace {

const std::string kFixtures = YPP_TEST_DATA_DIR "/../fixtures/";

std::string ReadFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  return bytes.str();
}

double SpecialNumber(std::string_view name) {
  if (name == "-0") return -0.0;
  if (name == "NaN") return std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  return name == "Infinity" ? infinity : -infinity;
}

// Decimal digits modulo 2^64, as BigInt.asIntN does.
int64_t WrappedInteger(std::string_view digits) {
  const bool negative = digits[0] == '-';
  uint64_t value = 0;
  for (const char c : digits.substr(negative ? 1 : 0)) {
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  return static_cast<int64_t>(negative ? 0 - value : value);
}

template <typename T>
T Pick(std::initializer_list<T> choices) {
  return *rc::gen::elementOf(std::vector<T>(choices));
}

template <typename T>
T InRange(T begin, T end) {
  return *rc::gen::inRange<T>(begin, end);
}

double ArbitraryNumber() {
  switch (InRange(0, 6)) {
    case 0:
      return InRange(-100, 100);
    case 1:
      return *rc::gen::arbitrary<int32_t>();
    case 2:
      return static_cast<double>(*rc::gen::arbitrary<float>());
    case 3:
      return *rc::gen::arbitrary<double>();
    case 4:
      return static_cast<double>(*rc::gen::arbitrary<int64_t>() % (int64_t{1} << 53));
    default:
      return Pick(
          {0.0, -0.0, 0.1, 0.5, 2147483647.0, 2147483648.0, -2147483648.0, 1e21, 1e-7, 5e-324});
  }
}

std::string ArbitraryKey() {
  return InRange(0, 3) == 0 ? std::to_string(InRange(0, 12)) : ArbitraryText();
}

template <typename Element>
Any ArbitraryContainer(Element element) {
  const int size = InRange(0, 5);
  if (InRange(0, 2) == 0) {
    Any::Array array;
    for (int i = 0; i < size; ++i) array.push_back(element());
    return array;
  }
  Any::Object object;
  for (int i = 0; i < size; ++i) {
    std::string key = ArbitraryKey();
    object.emplace_back(std::move(key), element());
  }
  return object;
}

// Of a range of elements, or of a root from one of them on.
std::string ArbitraryWeakLink() {
  ByteWriter link;
  const bool to_end = InRange(0, 2) == 1;
  link.WriteUint8(to_end ? 16 + 32 + 2 : 1 + 4);
  link.WriteVarUint(InRange<uint64_t>(0, kMaxClientId));
  link.WriteVarUint(InRange(0, 70000));
  if (to_end) {
    link.WriteVarString(ArbitraryText());
  } else {
    link.WriteVarUint(3);
    link.WriteVarUint(InRange(0, 300));
  }
  return link.Take();
}

void FillContent(UpdateModel* update, StructView* s) {
  StructView& view = *s;
  view.length = 1;
  switch (view.kind) {
    case StructKind::kGc:
    case StructKind::kSkip:
    case StructKind::kDeleted:
      view.length = InRange<Clock>(1, 1000);
      return;
    case StructKind::kString:
      view.content = update->Keep(ArbitraryText(1));
      view.length = Utf16Length(view.content);
      return;
    case StructKind::kJson: {
      ByteWriter texts;
      view.length = InRange<Clock>(1, 4);
      for (Clock i = 0; i < view.length; ++i) texts.WriteVarString(ToJson(ArbitraryJsonValue(1)));
      view.content = update->Keep(texts.Take());
      return;
    }
    case StructKind::kAny: {
      ByteWriter values;
      view.length = InRange<Clock>(1, 4);
      for (Clock i = 0; i < view.length; ++i) WriteAny(values, ArbitraryAny(1));
      view.content = update->Keep(values.Take());
      return;
    }
    case StructKind::kBinary:
      view.content = update->Keep(*rc::gen::arbitrary<std::string>());
      return;
    case StructKind::kFormat:
      view.name = update->Keep(ArbitraryText());
      [[fallthrough]];
    case StructKind::kEmbed:
      view.content = update->Keep(Encode(ArbitraryJsonValue(1)));
      return;
    case StructKind::kType:
      view.type_ref = static_cast<TypeRef>(InRange(0, int{kTypeRefCount}));
      if (TypeRefHasName(view.type_ref)) view.name = update->Keep(ArbitraryText());
      if (view.type_ref == TypeRef::kWeakLink) view.name = update->Keep(ArbitraryWeakLink());
      return;
    case StructKind::kDoc:
      view.name = update->Keep(ArbitraryText());
      view.content = update->Keep(Encode(Any::Object{{"autoLoad", true}}));
      return;
  }
}

Id ArbitraryId() { return {InRange<ClientId>(0, 5), InRange<Clock>(0, 5000)}; }

StructView ArbitraryStruct(UpdateModel* update, Id id) {
  StructView view;
  view.id = id;
  view.kind = static_cast<StructKind>(InRange(0, 11));
  if (view.kind != StructKind::kGc && view.kind != StructKind::kSkip) {
    view.has_origin = InRange(0, 3) > 0;
    view.has_right_origin = InRange(0, 2) == 0;
    view.has_parent_sub = InRange(0, 4) == 0;
    if (view.has_origin) view.origin = ArbitraryId();
    if (view.has_right_origin) view.right_origin = ArbitraryId();
    if (!view.has_origin && !view.has_right_origin) {
      view.parent = Pick({StructView::Parent::kRoot, StructView::Parent::kItem});
      if (view.parent == StructView::Parent::kRoot)
        view.parent_name = update->Keep(ArbitraryText());
      if (view.parent == StructView::Parent::kItem) view.parent_id = ArbitraryId();
      if (view.has_parent_sub) view.parent_sub = update->Keep(ArbitraryText());
    }
  }
  FillContent(update, &view);
  return view;
}

}  // namespace

std::string Unhex(std::string_view hex) {
  std::string digits;
  std::copy_if(hex.begin(), hex.end(), std::back_inserter(digits),
               [](char c) { return c != ' ' && c != '|'; });
  return absl::HexStringToBytes(digits);
}

std::string Hex(std::string_view bytes) {
  return absl::BytesToHexString(absl::string_view(bytes.data(), bytes.size()));
}

std::string FromBase64(std::string_view text) {
  std::string bytes;
  EXPECT_TRUE(absl::Base64Unescape(absl::string_view(text.data(), text.size()), &bytes));
  return bytes;
}

const Any& At(const Any& object, std::string_view key) {
  const Any* member = object.Find(key);
  if (member == nullptr) ADD_FAILURE() << "no member " << key;
  static const Any* const kNone = new Any();
  return member != nullptr ? *member : *kNone;
}

const Any& At(const Any& array, size_t index) { return ElementsOf(array).at(index); }

const Any::Array& ElementsOf(const Any& array) {
  if (array.if_array() == nullptr) ADD_FAILURE() << ToJson(array) << " is no array";
  static const auto* const kNone = new Any::Array();
  return array.if_array() != nullptr ? *array.if_array() : *kNone;
}

std::string_view TextOf(const Any& value) {
  if (value.if_string() == nullptr) ADD_FAILURE() << ToJson(value) << " is no string";
  return value.if_string() != nullptr ? std::string_view(*value.if_string()) : std::string_view();
}

double NumberOf(const Any& value) {
  if (value.if_number() == nullptr) ADD_FAILURE() << ToJson(value) << " is no number";
  return value.if_number() != nullptr ? *value.if_number() : 0;
}

Fixture LoadFixture(const std::string& path) {
  Fixture fixture;
  fixture.name = path;
  absl::StatusOr<Any> json = ParseJson(ReadFile(kFixtures + path));
  EXPECT_TRUE(json.ok()) << path << ": " << json.status();
  if (json.ok()) fixture.json = *std::move(json);
  if (const Any* blobs = fixture.json.Find("blobs")) {
    for (const Any& blob : ElementsOf(*blobs)) fixture.blobs.push_back(FromBase64(TextOf(blob)));
  }
  return fixture;
}

std::vector<Fixture> LoadFixtures(const std::string& folder, std::string_view kind) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFixtures + folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() == ".json" && name != "manifest.json") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  std::vector<Fixture> fixtures;
  for (const std::string& name : names) {
    Fixture fixture = LoadFixture(folder + "/" + name);
    if (TextOf(At(fixture.json, "kind")) == kind) {
      fixtures.push_back(std::move(fixture));
    }
  }
  EXPECT_FALSE(fixtures.empty()) << folder << " has no fixture of kind " << kind;
  return fixtures;
}

Any FromTaggedJson(const Any& value) {
  if (const Any::Array* elements = value.if_array()) {
    Any::Array array;
    for (const Any& element : *elements) array.push_back(FromTaggedJson(element));
    return array;
  }
  if (value.if_object() == nullptr) return value;
  const Any* tag = value.Find("$");
  Any::Object members;
  if (tag == nullptr) {
    for (const auto& [key, member] : *value.if_object()) {
      members.emplace_back(key, FromTaggedJson(member));
    }
    return members;
  }
  const std::string_view name = TextOf(*tag);
  if (name == "undefined") return Any();
  if (name == "number") return SpecialNumber(TextOf(At(value, "v")));
  if (name == "bigint") return Any::BigInt{WrappedInteger(TextOf(At(value, "v")))};
  if (name == "bytes") return Any::ByteString{FromBase64(TextOf(At(value, "v")))};
  EXPECT_EQ(name, "object");
  for (const Any& member : ElementsOf(At(value, "v"))) {
    members.emplace_back(std::string(TextOf(At(member, 0))), FromTaggedJson(At(member, 1)));
  }
  return members;
}

std::string Encode(const Any& value) {
  ByteWriter out;
  WriteAny(out, value);
  return out.Take();
}

std::string UpdateModel::Encode(Dialect dialect) const {
  UpdateWriter writer(dialect);
  writer.BeginUpdate(sections.size());
  for (const Section& section : sections) {
    writer.BeginSection({section.client, section.clock, section.structs.size()});
    for (const StructView& view : section.structs) writer.WriteStruct(view);
  }
  writer.WriteDeleteSet(deletes);
  return writer.Finish();
}

absl::Status Drain(std::string_view update, Dialect dialect) {
  UpdateReader reader(AsBytes(update), dialect);
  reader.ReadDeleteSet();
  return reader.status();
}

std::string Rewrite(std::string_view update, Dialect from, Dialect to) {
  UpdateReader reader(AsBytes(update), from);
  UpdateWriter writer(to);
  writer.BeginCountedUpdate();
  UpdateReader::Section section;
  StructView view;
  while (reader.NextSection(&section)) {
    writer.BeginCountedSection(section.client, section.clock);
    while (reader.NextStruct(&view)) writer.WriteStruct(view);
  }
  const DeleteSet deletes = reader.ReadDeleteSet();
  if (!reader.ok()) return "";
  writer.WriteDeleteSet(deletes);
  return writer.Finish();
}

std::string ArbitraryText(size_t min_length) {
  const std::vector<std::string> characters = {"a", "B", " ",  "\"",           "\\", "\n", "\x01",
                                               "é", "ß", "中", "\xEF\xBF\xBD", "😀",  "𝒳"};
  std::string text;
  const size_t length = InRange<size_t>(min_length, 12);
  for (size_t i = 0; i < length; ++i) text += *rc::gen::elementOf(characters);
  return text;
}

Any ArbitraryAny(int depth) {
  switch (InRange(0, depth > 0 ? 9 : 7)) {
    case 0:
      return Any();
    case 1:
      return nullptr;
    case 2:
      return *rc::gen::arbitrary<bool>();
    case 3:
      return ArbitraryNumber();
    case 4:
      return Any::BigInt{*rc::gen::arbitrary<int64_t>()};
    case 5:
      return ArbitraryText();
    case 6:
      return Any::ByteString{*rc::gen::arbitrary<std::string>()};
    default:
      return ArbitraryContainer([depth] { return ArbitraryAny(depth - 1); });
  }
}

Any ArbitraryJsonValue(int depth) {
  switch (InRange(0, depth > 0 ? 6 : 4)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::arbitrary<bool>();
    case 2: {
      const double number = ArbitraryNumber();
      return std::isfinite(number) && !(number == 0 && std::signbit(number)) ? number : 0.0;
    }
    case 3:
      return ArbitraryText();
    default:
      return ArbitraryContainer([depth] { return ArbitraryJsonValue(depth - 1); });
  }
}

UpdateModel ArbitraryUpdate() {
  UpdateModel update;
  const int sections = InRange(0, 4);
  ClientId client = InRange<ClientId>(100, kMaxClientId);
  for (int i = 0; i < sections; ++i) {
    UpdateModel::Section& section = update.sections.emplace_back();
    section.client = client;
    section.clock = InRange<Clock>(0, 100);
    client -= InRange<ClientId>(1, 10);
    Id next = {section.client, section.clock};
    const int structs = InRange(1, 6);
    for (int k = 0; k < structs; ++k) {
      section.structs.push_back(ArbitraryStruct(&update, next));
      next.clock = section.structs.back().end();
    }
  }
  const int ranges = InRange(0, 6);
  for (int i = 0; i < ranges; ++i) {
    update.deletes.Add(InRange<ClientId>(0, 4), {InRange<Clock>(0, 1000), InRange<Clock>(1, 100)});
  }
  update.deletes.Normalize();
  return update;
}

}  // namespace ypp::codec
