#include "codec/obfuscate.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "codec/update_algebra.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

std::string Obfuscated(const char* hex, const ObfuscateOptions& options = {}) {
  const std::string update = Unhex(hex);
  const auto obfuscated = ObfuscateUpdate(AsBytes(update), UpdateFormat::kV1, options);
  return obfuscated.ok() ? Hex(*obfuscated) : obfuscated.status().ToString();
}

TEST(Obfuscate, KeepsLengthsAndIdsAndReplacesTextByTheNumberOfItsStruct) {
  EXPECT_EQ(Obfuscated("01 02 01 00 | 04 01 01 74 02 6869 | 84 01 01 06 f09f9880c3a9 | 00"),
            Hex(Unhex("01 02 01 00 | 04 01 01 74 02 3030 | 84 01 01 03 313131 | 00")));
}

TEST(Obfuscate, GivesEqualKeysEqualNames) {
  // Two maps with the keys "ab" and "ab" and a third one "x".
  EXPECT_EQ(Obfuscated("01 03 01 00 | 28 01 01 6d 02 6162 01 7e | 28 01 01 6e 02 6162 01 7e |"
                       "28 01 01 6e 01 78 01 7e | 00"),
            Hex(Unhex("01 03 01 00 | 28 01 01 6d 01 30 01 7d00 | 28 01 01 6e 01 30 01 7d01 |"
                      "28 01 01 6e 01 32 01 7d02 | 00")));
}

TEST(Obfuscate, LeavesWhatTheOptionsSay) {
  const char* const kFormat = "01 01 01 00 06 01 01 74 01 62 04 74727565 00";
  ObfuscateOptions options;
  options.formatting = false;
  EXPECT_EQ(Obfuscated(kFormat, options), Hex(Unhex(kFormat)));
  EXPECT_EQ(Obfuscated(kFormat), Hex(Unhex("01 01 01 00 06 01 01 74 01 30 07 7b2269223a307d 00")));
  const char* const kElement = "01 01 01 00 07 01 01 74 03 01 70 00";
  options.yxml = false;
  EXPECT_EQ(Obfuscated(kElement, options), Hex(Unhex(kElement)));
  EXPECT_EQ(Obfuscated(kElement), Hex(Unhex("01 01 01 00 07 01 01 74 03 06 6e6f64652d30 00")));
  const char* const kDoc = "01 01 01 00 09 01 01 74 01 67 76 01 08 6175746f4c6f6164 78 00";
  options.subdocs = false;
  EXPECT_EQ(Obfuscated(kDoc, options), Hex(Unhex(kDoc)));
  EXPECT_EQ(Obfuscated(kDoc), Hex(Unhex("01 01 01 00 09 01 01 74 01 30 76 00 00")));
}

TEST(Obfuscate, RefusesABadUpdateWithItsOffset) {
  EXPECT_EQ(Obfuscated("01 01 01 00 0b 00"), "DATA_LOSS: unknown content at byte 5");
}

// The structure is the same, and the two formats say the same.
RC_GTEST_PROP(Obfuscate, ChangesNoClockAndNoDeletion, ()) {
  const UpdateModel model = ArbitraryUpdate();
  const std::string v1 = model.Encode(Dialect::kV1);
  const auto obfuscated = ObfuscateUpdate(AsBytes(v1), UpdateFormat::kV1);
  RC_ASSERT(obfuscated.ok());
  const auto before = ParseUpdateMeta(AsBytes(v1), UpdateFormat::kV1);
  const auto after = ParseUpdateMeta(AsBytes(*obfuscated), UpdateFormat::kV1);
  RC_ASSERT(after.ok());
  RC_ASSERT(before->from == after->from);
  RC_ASSERT(before->to == after->to);
  const auto v2 = ConvertUpdate(AsBytes(v1), UpdateFormat::kV1, UpdateFormat::kV2);
  const auto obfuscated_v2 = ObfuscateUpdate(AsBytes(*v2), UpdateFormat::kV2);
  RC_ASSERT(obfuscated_v2.ok());
  const auto back = ConvertUpdate(AsBytes(*obfuscated_v2), UpdateFormat::kV2, UpdateFormat::kV1);
  RC_ASSERT(back.ok());
  RC_ASSERT(back->size() == obfuscated->size());
}

}  // namespace
}  // namespace ypp::codec
