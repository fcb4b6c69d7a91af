// What the codec's tests share: hex, the recorded fixtures of tests/fixtures, generators for
// properties.
#ifndef YPP_TESTS_CODEC_SUPPORT_H_
#define YPP_TESTS_CODEC_SUPPORT_H_

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/any.h"
#include "codec/struct_view.h"
#include "codec/update_reader.h"

namespace ypp::codec {

// "01 | 0a ff": spaces and bars are for the reader.
std::string Unhex(std::string_view hex);
std::string Hex(std::string_view bytes);
std::string FromBase64(std::string_view text);

// The member or element of a value that must have it.
const Any& At(const Any& object, std::string_view key);
const Any& At(const Any& array, size_t index);
const Any::Array& ElementsOf(const Any& array);
std::string_view TextOf(const Any& value);
double NumberOf(const Any& value);

// One recorded case of tests/fixtures, format crdt-fixture/1.
struct Fixture {
  std::string name;  // of the file
  Any json;
  std::vector<std::string> blobs;  // decoded

  const std::string& Blob(const Any& index) const {
    return blobs.at(static_cast<size_t>(NumberOf(index)));
  }
};
// `path` below tests/fixtures.
Fixture LoadFixture(const std::string& path);
// All of a folder below tests/fixtures that are of the kind.
std::vector<Fixture> LoadFixtures(const std::string& folder, std::string_view kind);

// The value that tagged JSON stands for. `{"$":"bigint"}` beyond 64 bits wraps.
Any FromTaggedJson(const Any& value);

std::string Encode(const Any& value);

// Structs and deletes as they stand in an update, sections descending and without a gap.
struct UpdateModel {
  struct Section {
    ClientId client = 0;
    Clock clock = 0;
    std::vector<StructView> structs;
  };
  std::vector<Section> sections;
  DeleteSet deletes;
  // What the views see.
  std::shared_ptr<std::deque<std::string>> storage = std::make_shared<std::deque<std::string>>();

  std::string_view Keep(std::string bytes) { return storage->emplace_back(std::move(bytes)); }
  std::string Encode(Dialect dialect) const;
};

// Reads `update` to its end; the reader's status.
absl::Status Drain(std::string_view update, Dialect dialect);
// Reads and writes it again, struct by struct. Empty when it is refused.
std::string Rewrite(std::string_view update, Dialect from, Dialect to);

// Random values, drawn inside a RapidCheck property. Numbers are of all sorts, strings have
// characters of one to four bytes.
std::string ArbitraryText(size_t min_length = 0);
Any ArbitraryAny(int depth = 3);
// The same without what JSON has no word for.
Any ArbitraryJsonValue(int depth = 3);
UpdateModel ArbitraryUpdate();

}  // namespace ypp::codec

#endif  // YPP_TESTS_CODEC_SUPPORT_H_
