// What the codec's tests share: hex, the recorded fixtures of tests/fixtures, generators for
// properties.
#ifndef YPP_TESTS_CODEC_SUPPORT_H_
#define YPP_TESTS_CODEC_SUPPORT_H_

#include <boost/json.hpp>
#include <deque>
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
std::string FromBase64(const boost::json::value& text);

// One recorded case of tests/fixtures, format crdt-fixture/1.
struct Fixture {
  std::string name;  // of the file
  boost::json::object json;
  std::vector<std::string> blobs;  // decoded

  const std::string& Blob(const boost::json::value& index) const {
    return blobs.at(index.to_number<size_t>());
  }
};
// `path` below tests/fixtures.
Fixture LoadFixture(const std::string& path);
// All of a folder below tests/fixtures that are of the kind.
std::vector<Fixture> LoadFixtures(const std::string& folder, std::string_view kind);

// The value that tagged JSON stands for. `{"$":"bigint"}` beyond 64 bits wraps.
Any FromTaggedJson(const boost::json::value& value);

std::string Encode(const Any& value);

// A struct that owns its bytes.
struct OwnedStruct {
  StructView view;
  std::deque<std::string> storage;

  std::string_view Keep(std::string bytes) { return storage.emplace_back(std::move(bytes)); }
};

// Structs and deletes as they stand in an update, sections descending and without a gap.
struct UpdateModel {
  struct Section {
    ClientId client = 0;
    Clock clock = 0;
    std::deque<OwnedStruct> structs;
  };
  std::vector<Section> sections;
  DeleteSet deletes;

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
