// The damaged updates of tests/fixtures/malformed, and the hand-made ones of tests/fixtures/open.
#include <gtest/gtest.h>

#include <set>

#include "codec/update_algebra.h"
#include "tests/codec/support.h"

namespace ypp::codec {
namespace {

TEST(MalformedUpdates, EndInOkOrInACleanErrorEverywhere) {
  size_t inputs = 0;
  for (const Fixture& fixture : LoadFixtures("malformed", "malformed")) {
    for (const Any& input : ElementsOf(At(fixture.json, "cases"))) {
      const std::string& update = fixture.Blob(At(input, "u"));
      const UpdateFormat format =
          NumberOf(At(input, "enc")) == 1 ? UpdateFormat::kV1 : UpdateFormat::kV2;
      const UpdateFormat other =
          format == UpdateFormat::kV1 ? UpdateFormat::kV2 : UpdateFormat::kV1;
      const bool ok = Drain(update, DialectOf(format)).ok();
      const absl::StatusOr<std::string> converted = ConvertUpdate(AsBytes(update), format, other);
      EXPECT_EQ(converted.ok(), ok);
      if (ok) {
        EXPECT_TRUE(Drain(*converted, DialectOf(other)).ok());
      }
      EXPECT_EQ(StateVectorFromUpdate(AsBytes(update), format).ok(), ok);
      EXPECT_EQ(ParseUpdateMeta(AsBytes(update), format).ok(), ok);
      EXPECT_EQ(DiffUpdate(AsBytes(update), StateVector(), format).ok(), ok);
      const Bytes twice[] = {AsBytes(update), AsBytes(update)};
      EXPECT_EQ(MergeUpdates(twice, format).ok(), ok);
      ++inputs;
    }
  }
  EXPECT_EQ(inputs, 2000u);
}

TEST(MalformedUpdates, AreAcceptedWhereYjsAndYrsAgreeOnThem) {
  for (const Fixture& fixture : LoadFixtures("malformed", "malformed")) {
    const Any::Array& inputs = ElementsOf(At(fixture.json, "cases"));
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (!*At(inputs[i], "strict").if_bool()) continue;
      const Dialect dialect = NumberOf(At(inputs[i], "enc")) == 1 ? Dialect::kV1 : Dialect::kV2;
      const absl::Status status = Drain(fixture.Blob(At(inputs[i], "u")), dialect);
      EXPECT_TRUE(status.ok()) << fixture.name << " " << i << ": " << status;
    }
  }
}

TEST(RawUpdates, AreRefusedWhereYjsThrowsWhileReading) {
  // Yjs throws later, while integrating. Or it does not know weak links, which are carried along
  // here.
  const std::set<std::string> accepted = {"open/raw-origin-in-own-future.json",
                                          "open/raw-unknown-type-ref-7.json"};
  for (const Fixture& fixture : LoadFixtures("open", "apply")) {
    for (const Any& step : ElementsOf(At(fixture.json, "steps"))) {
      const Dialect dialect = NumberOf(At(step, "enc")) == 1 ? Dialect::kV1 : Dialect::kV2;
      UpdateReader reader(AsBytes(fixture.Blob(At(step, "u"))), dialect);
      reader.AcceptHolesWithFlags();
      reader.ReadDeleteSet();
      const absl::Status status = reader.status();
      const bool yjs_throws = step.Find("throws") != nullptr;
      if (yjs_throws && accepted.count(fixture.name) != 0) continue;
      EXPECT_EQ(status.ok(), !yjs_throws) << fixture.name << ": " << status;
    }
  }
}

}  // namespace
}  // namespace ypp::codec
