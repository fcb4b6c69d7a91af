#include "codec/update_dump.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

// Client 1 typed "abc" key by key into the root "t", deleted "b" and took that back.
const char kTyped[] =
    "01 04 01 00 04 01 01 74 01 61 84 01 00 01 62 84 01 01 01 63 c4 01 00 01 01 01 62 01 01 01 01 "
    "01";

TEST(UpdateDump, HasEveryStructOnALineOfItsOwnAndThenWhatIsDeleted) {
  std::string text;
  ASSERT_TRUE(DumpUpdate(AsBytes(Unhex(kTyped)), UpdateFormat::kV1, &text).ok());
  EXPECT_EQ(text, R"({"structs": [
  {"id":[1,0],"length":1,"kind":"text","root":"t","value":"a"},
  {"id":[1,1],"length":1,"kind":"text","origin":[1,0],"value":"b"},
  {"id":[1,2],"length":1,"kind":"text","origin":[1,1],"value":"c"},
  {"id":[1,3],"length":1,"kind":"text","origin":[1,0],"right_origin":[1,1],"value":"b"}
],
"deletes": [
  {"client":1,"ranges":[[1,1]]}
]}
)");
}

TEST(UpdateDump, ShowsOfADamagedUpdateWhatComesBeforeTheDamageAndSaysWhereThatIs) {
  std::string bytes = Unhex(kTyped);
  bytes.resize(12);
  std::string text;
  const absl::Status status = DumpUpdate(AsBytes(bytes), UpdateFormat::kV1, &text);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_NE(status.message().find("12"), std::string::npos) << status;
  EXPECT_NE(text.find(R"({"id":[1,0],"length":1,"kind":"text","root":"t","value":"a"})"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace ypp::codec
